import type { OpenBytes } from '../binary/byte-source.ts';
import type { VerifiedFile } from '../disk/verified-artifact.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_SIGNATURE_PAYLOAD_BYTES } from '../limits.ts';
import {
  bindName,
  type Coordinates,
  formatName,
  type ManifestAnswer,
  type NameContradiction,
  type NameVerdict,
} from '../names/bind-name.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import { type ContainerSignature, containerSignature } from '../names/container-signature.ts';
import { type AskedName, filesOf } from '../plan/asked-name.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatPlatform, samePlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { archiveName, readSmall } from './archive-name.ts';
import { type ArtifactName, nameItself, nameUnbound, readName } from './name.ts';

/** A proven subject that was here already. */
export interface LocalSubject {
  /** For messages. */
  readonly what: string;
  /** Hex. */
  readonly sha256: string;
  /** Its bytes; undefined of a digest alone. */
  readonly bytes: OpenBytes | undefined;
  /** Its file, which can be opened as an archive. */
  readonly file: VerifiedFile | undefined;
  /** What the bytes say that they are, where that was read already. */
  readonly said?: { readonly name: ClaimedName | undefined } | undefined;
}

export interface LocalName {
  readonly name?: ArtifactName;
  /** It is the payload of a container image's signature, and no file of a release. */
  readonly containerSignature?: ContainerSignature;
}

/** What a proven subject says that it is. Only bytes say something. */
export async function nameLocal(
  { bytes, file, said }: LocalSubject,
  signal: AbortSignal | undefined,
): Promise<LocalName> {
  if (bytes === undefined) return {};
  const claimed = said === undefined ? await readName(bytes) : said.name;
  if (claimed !== undefined) return { name: nameItself(claimed) };
  const payload = await readSmall(bytes, MAX_SIGNATURE_PAYLOAD_BYTES);
  const signature = payload === undefined ? undefined : containerSignature(payload);
  if (signature !== undefined) return { name: nameItself(undefined), containerSignature: signature };
  if (file === undefined || !(await isTar(bytes))) return { name: nameItself(undefined) };
  const image = { component: '', kind: 'image' } as const;
  return { name: nameItself(await readArchive(image, file, signal)) };
}

/** What an archive says that it is; undefined of anything else. */
async function readArchive(
  artifact: Pick<ReleaseArtifact, 'component' | 'kind'>,
  file: VerifiedFile,
  signal: AbortSignal | undefined,
): Promise<ClaimedName | undefined> {
  const { tmpdir } = await import('node:os');
  return archiveName(artifact, file, tmpdir(), signal)?.();
}

/** A tar that is not packed, as that of a container image. */
async function isTar({ bytes, readAt }: OpenBytes): Promise<boolean> {
  const magic = Buffer.alloc(5);
  return bytes > 512 && (await readAt(magic, 257)) === 5 && magic.toString('latin1') === 'ustar';
}

/** What else can bind the name of a subject. */
export interface OtherSources {
  /** Where its digest was demanded, and is the proven one. */
  readonly demanded: 'lockfile' | 'sha256' | undefined;
  /** Undefined where it is not to be asked. */
  readonly manifestOf: (() => Promise<ManifestAnswer>) | undefined;
  /** Whether no server is asked in this run. */
  readonly isOffline: boolean;
}

/**
 * Holds a proven subject against the name that it must have. The release manifest is asked only if nothing else says all
 * of it, so that most verifications need no network.
 *
 * @throws UntrustedError `name-mismatch`; UnavailableError `name-unbound`; RequestError `platform-impossible`
 */
export async function assertAsked(
  asked: AskedName,
  { what, sha256, bytes, file }: LocalSubject,
  { demanded, manifestOf, isOffline }: OtherSources,
  signal: AbortSignal | undefined,
): Promise<ArtifactName> {
  const files = filesOf(asked);
  const [first] = files;
  if (first === undefined) throw new TypeError('a name stands for at least one file');
  let claimed = bytes === undefined ? undefined : await readName(bytes);
  // A demand binds, and does not outrank what an archive says of itself.
  if (demanded !== undefined && claimed === undefined && file !== undefined)
    claimed = await readArchive(first, file, signal);
  const alone = bindName(wantedBy(asked, first), sha256, { claimed, demanded });
  if (alone.kind === 'bound') return boundAs(alone, wantedBy(asked, first), claimed);
  const manifest = await manifestOf?.();
  const one = listedFile(files, sha256, manifest, claimed) ?? first;
  const wanted = listed(manifest, one) ? one : wantedBy(asked, one);
  let verdict = bindName(wanted, sha256, { manifest, claimed, demanded });
  if (verdict.kind === 'unbound' && claimed === undefined && file !== undefined) {
    claimed = await readArchive(one, file, signal);
    verdict = bindName(wanted, sha256, { manifest, claimed, demanded });
  }
  switch (verdict.kind) {
    case 'contradicted':
      throw isNot(wanted, what, verdict);
    case 'unbound':
      throw nameUnbound(wanted, manifest, claimed).with({
        from: what,
        next: isOffline ? NAME_A_DIRECTORY : NAME_A_SOURCE,
      });
    case 'bound':
      return boundAs(verdict, wanted, claimed);
  }
}

const NAME_A_SOURCE =
  'name a source that has kubernetes-release.spdx and its signature, with --mirror URL; or get the file from Kubernetes';
const NAME_A_DIRECTORY =
  'name a directory that has kubernetes-release.spdx and its signature, with --mirror DIR; offline no server is asked';

function isNot(
  wanted: Coordinates,
  what: string,
  { wanted: expected, found }: NameContradiction,
): UntrustedError {
  const name = formatName(wanted);
  const release = [wanted.component, formatReleaseVersion(wanted.version)];
  if (wanted.platform !== undefined) release.push('--platform', formatPlatform(wanted.platform));
  return new UntrustedError('name-mismatch', `${what} is not ${name}`, {
    wanted: expected,
    found,
    why: 'it is properly signed, and it is another file of Kubernetes',
    next: `get the one that you want: k8s-verify ${release.join(' ')}`,
  });
}

/** Without a platform where none was asked for. */
function wantedBy({ platform }: AskedName, artifact: ReleaseArtifact): Coordinates {
  return { ...artifact, platform };
}

/** Of several platforms, the one whose file the manifest lists with that digest, or that the subject says it is for. */
function listedFile(
  files: readonly ReleaseArtifact[],
  sha256: string,
  manifest: ManifestAnswer | undefined,
  claimed: ClaimedName | undefined,
): ReleaseArtifact | undefined {
  const { platform: said } = claimed ?? {};
  const isSaid = ({ platform }: ReleaseArtifact): boolean =>
    said !== undefined && platform !== undefined && samePlatform(platform, said);
  return (
    files.find((one) => digestsOf(manifest, one).includes(sha256)) ??
    files.find(isSaid) ??
    files.find((one) => listed(manifest, one))
  );
}

/** Whether a release manifest lists the digest under a name, on any platform where none is asked for. */
export function isListedAs(
  asked: AskedName & { readonly sha256: string },
  manifest: ManifestAnswer,
): boolean {
  return filesOf(asked).some((one) => digestsOf(manifest, one).includes(asked.sha256));
}

function digestsOf(
  manifest: ManifestAnswer | undefined,
  { pathInRelease }: ReleaseArtifact,
): readonly string[] {
  return manifest?.kind === 'proved' ? manifest.manifest.digestsOf(pathInRelease) : [];
}

function listed(manifest: ManifestAnswer | undefined, artifact: ReleaseArtifact): boolean {
  return digestsOf(manifest, artifact).length > 0;
}

/** The name is what was asked for, with the platform that was found out. */
function boundAs(
  verdict: Extract<NameVerdict, { readonly kind: 'bound' }>,
  { component, version, platform }: Coordinates,
  claimed: ClaimedName | undefined,
): ArtifactName {
  const { kind: _, ...bound } = verdict;
  const where = platform ?? claimed?.platform;
  return {
    ...bound,
    claimed: { component, version, ...(where === undefined ? {} : { platform: where }) },
  };
}
