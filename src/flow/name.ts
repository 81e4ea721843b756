import { type ByteSource, bytesOf, type OpenBytes } from '../binary/byte-source.ts';
import { readBinary } from '../binary/read-binary.ts';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_MANIFEST_BYTES } from '../limits.ts';
import {
  bindName,
  type Coordinates,
  formatName,
  type ManifestAnswer,
  type NameContradiction,
  type NameSource,
  type NameVerdict,
} from '../names/bind-name.ts';
import { type ClaimedName, claimedName } from '../names/claimed-name.ts';
import type { Note } from '../notes.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import type { UsedException } from '../policy/policy.ts';
import { compareReleaseVersions } from '../release/version.ts';
import { readReleaseManifest } from '../records/release-manifest.ts';

/** What proven bytes are, and what says so. */
export interface ArtifactName {
  /** None: nothing signed says it, and nothing was demanded. */
  readonly by: readonly NameSource[];
  /** Of the release manifest that lists them, hex. */
  readonly manifestSha256?: string;
  /** Of the bundle that proves that manifest, hex. */
  readonly manifestBundleSha256?: string;
  /** Exceptions of the policy file without which that manifest would not count. */
  readonly manifestExceptions?: readonly UsedException[];
  /** What they say themselves, where they say it. */
  readonly claimed: ClaimedName | undefined;
  readonly notes: readonly Note[];
}

/** A proven digest, and what to hold its name against. */
export interface NamedDigest {
  /** Of the file that the release has under the name, hex. */
  readonly sha256: string;
  /** Undefined where it was not asked for. */
  readonly manifest: ManifestAnswer | undefined;
  /** Where the bytes came from, without a password. */
  readonly from: string | undefined;
}

export interface NamedBytes extends NamedDigest {
  readonly file: OpenBytes;
  /** What an archive says by what it holds; asked only where the release manifest does not list it. */
  readonly archive?: (() => Promise<ClaimedName | undefined>) | undefined;
}

/** What the bytes of a proven file say that they are. */
export async function readName(file: OpenBytes): Promise<ClaimedName | undefined> {
  const bytes = bytesOf(file);
  return claimedName(await readBinary(bytes)) ?? (await nameOfManifest(bytes));
}

/** Of `kubernetes-release.spdx`, which says of which release it is. */
async function nameOfManifest(bytes: ByteSource): Promise<ClaimedName | undefined> {
  const { size } = bytes;
  const head = await bytes.read({ offset: 0, length: SPDX_BEGINS.length });
  if (head === undefined || Buffer.compare(head, SPDX_BEGINS) !== 0 || size > MAX_MANIFEST_BYTES)
    return undefined;
  const read = readReleaseManifest((await bytes.read({ offset: 0, length: size })) ?? head);
  return read.kind === 'manifest' ? { component: MANIFEST_NAME, version: read.manifest.version } : undefined;
}

const SPDX_BEGINS = Buffer.from('SPDXVersion:');

/** The name of a file that you did not ask for by name: bound if the file itself says all of it. */
export function nameItself(claimed: ClaimedName | undefined): ArtifactName {
  const isManifest = claimed?.component === MANIFEST_NAME;
  const isWhole = claimed?.version !== undefined && (isManifest || claimed.platform !== undefined);
  const by = isManifest ? 'release-manifest' : 'binary';
  return { by: isWhole ? [by] : [], claimed, notes: [] };
}

/** What the request says of a name, besides the name itself. */
export interface NameDemand {
  /** The digest (hex) that was demanded, and is the proven one by now. */
  readonly demanded: string | undefined;
  readonly demandedBy: 'lockfile' | 'sha256';
  /** Whether a name has to be bound. */
  readonly nameRequired: boolean;
}

/**
 * Holds proven bytes against the name under which they were asked for.
 *
 * @throws UntrustedError `name-mismatch` where something signed says that they are something else; UnavailableError
 *   `name-unbound` where a name is required and nothing says it.
 */
export async function assertName(
  wanted: Coordinates,
  { file, archive, ...named }: NamedBytes,
  demand: NameDemand,
): Promise<ArtifactName> {
  let claimed = await readName(file);
  let verdict = judge(wanted, claimed, named, demand);
  const isSettled = verdict.kind === 'contradicted' || (verdict.kind === 'bound' && isListed(verdict));
  if (claimed === undefined && archive !== undefined && !isSettled) {
    claimed = await archive();
    verdict = judge(wanted, claimed, named, demand);
  }
  return settle(wanted, { claimed, verdict }, named, demand);
}

/**
 * The same for a tarball: before it is opened by the release manifest alone, and after that by what it said too.
 *
 * @param claimed undefined where it said nothing, or was not opened yet.
 * @throws as {@link assertName}
 */
export function assertClaimed(
  wanted: Coordinates,
  claimed: ClaimedName | undefined,
  named: NamedDigest,
  demand: NameDemand,
): ArtifactName {
  return settle(wanted, { claimed, verdict: judge(wanted, claimed, named, demand) }, named, demand);
}

/** Whether the release manifest binds the name, so that nothing else has to be read for that. */
export function isListed({ by }: Pick<ArtifactName, 'by'>): boolean {
  return by.includes('release-manifest');
}

function judge(
  wanted: Coordinates,
  claimed: ClaimedName | undefined,
  { sha256, manifest }: NamedDigest,
  { demanded: digest, demandedBy }: NameDemand,
): NameVerdict {
  const demanded = digest === undefined ? undefined : demandedBy;
  return bindName(wanted, sha256, { manifest, claimed, demanded });
}

function settle(
  wanted: Coordinates,
  { claimed, verdict }: { readonly claimed: ClaimedName | undefined; readonly verdict: NameVerdict },
  { sha256, manifest, from }: NamedDigest,
  { nameRequired }: NameDemand,
): ArtifactName {
  if (verdict.kind === 'contradicted')
    throw nameMismatch(wanted, claimed, verdict, from).with({ subject: { sha256 } });
  if (verdict.kind === 'unbound') {
    if (nameRequired) throw nameUnbound(wanted, manifest, claimed);
    return { by: [], claimed, notes: verdict.notes };
  }
  const { kind: _, ...bound } = verdict;
  return { ...bound, claimed };
}

/** It is genuine, and may even be what was asked for; but nothing that is signed says so. */
export function nameUnbound(
  wanted: Pick<Coordinates, 'component' | 'version' | 'platform'>,
  manifest: ManifestAnswer | undefined,
  claimed: ClaimedName | undefined,
): UnavailableError {
  const name = formatName(wanted);
  const listed =
    manifest === undefined
      ? 'the release manifest was not asked'
      : manifest.kind === 'none'
        ? manifest.why
        : 'the release manifest does not list it';
  const said =
    claimed === undefined ? 'the file does not say what it is' : `the file says ${formatName(claimed)}`;
  return new UnavailableError('name-unbound', `nothing that is signed says that this is ${name}`, {
    wanted: `${name}, by the signed release manifest or by the file itself`,
    found: `${listed}; ${said}`,
    why: 'a signature says who made a file, and not which version it is',
    next: 'try again with a source that has kubernetes-release.spdx and its signature, or demand a digest that you know with --sha256 HEX',
  });
}

function nameMismatch(
  wanted: Coordinates,
  claimed: ClaimedName | undefined,
  { wrong, wanted: expected, found }: NameContradiction,
  from: string | undefined,
): UntrustedError {
  const name = formatName(wanted);
  // A file that says the very name is not the one that the release manifest lists under it.
  const isNamed = claimed !== undefined && formatName(claimed) !== name;
  const what = isNamed ? formatName(claimed) : 'another genuine file';
  const details = { wanted: expected, found, ...(from === undefined ? {} : { from }) };
  if (wrong === 'file') {
    return new UntrustedError('name-mismatch', `${what} was given under the name of ${name}`, {
      ...details,
      why: whyRefused(wanted, claimed),
      next: 'take it from its source, or from another mirror',
    });
  }
  return new UntrustedError('name-mismatch', `the signed release manifest does not fit ${name}`, {
    ...details,
    why: 'it is signed like the release, so the files of another release were given under this name',
    next: 'take it from its source, or from another mirror',
  });
}

/** A file that says no version may be of an old release; another component, platform or newer version is not. */
function whyRefused({ component, version }: Coordinates, claimed: ClaimedName | undefined): string {
  const isOlder = claimed?.version === undefined || compareReleaseVersions(claimed.version, version) < 0;
  return isOlder && (claimed === undefined || claimed.component === component)
    ? 'an old release under a new name brings back bugs that were fixed'
    : 'it is properly signed, and it is another file of Kubernetes';
}
