import { samePlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { artifactAt } from '../release/artifact-at.ts';
import { readReleaseManifest } from '../records/release-manifest.ts';
import type { ManifestAnswer } from '../names/bind-name.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import { digestOf } from '../strict/digest.ts';
import type { LocalName } from './local-name.ts';
import type { ArtifactName } from './name.ts';
import type { LocalRun, ProvedLocal } from './prove-by.ts';
import { keptManifestsWith } from './prove-by-listing.ts';

type Manifest = Extract<ManifestAnswer, { readonly kind: 'proved' }>;

/**
 * The name of a proven file that does not say all of it itself: that under which a signed release manifest lists its digest.
 * That is the one that proves it, one that was proved next to it, and those that earlier runs kept; no server is asked.
 *
 * @returns the same where none lists it, where it has several names, and where the file says another one.
 */
export async function nameByDigest(
  named: LocalName,
  run: LocalRun,
  { sha256, measured, proof, manifest }: ProvedLocal,
): Promise<LocalName> {
  const { name, containerSignature } = named;
  if (name === undefined || name.by.length > 0 || containerSignature !== undefined) return named;
  const manifests = [...listing(proof), ...(manifest?.kind === 'proved' ? [manifest] : [])];
  for await (const kept of keptManifestsWith(run, { sha256, file: measured })) manifests.push(kept);
  const [first, ...others] = manifests.map((one) => nameIn(one, sha256));
  if (first === undefined || others.some((one) => !agrees(first.claimed, one?.claimed))) return named;
  if (name.claimed !== undefined && !agrees(name.claimed, first.claimed)) return named;
  return { ...named, name: { ...first, notes: [...name.notes, ...first.notes] } };
}

/** The manifest that proves the file, where that does. */
function listing({ listedIn, bundle }: ProvedLocal['proof']): readonly Manifest[] {
  const read = listedIn === undefined ? undefined : readReleaseManifest(listedIn.bytes);
  if (listedIn === undefined || read?.kind !== 'manifest') return [];
  const [sha256, bundleSha256] = [listedIn.bytes, bundle].map((bytes) => digestOf(bytes, 'sha256').hex);
  if (sha256 === undefined || bundleSha256 === undefined) return [];
  return [{ kind: 'proved', manifest: read.manifest, sha256, bundleSha256, notes: [] }];
}

/** Undefined where it lists the digest as several files, or as none that the table has. */
function nameIn(
  { manifest, sha256: manifestSha256, bundleSha256, notes }: Manifest,
  sha256: string,
): ArtifactName | undefined {
  const { version } = manifest;
  const artifacts = manifest
    .pathsOf(sha256)
    .filter((path) => manifest.digestsOf(path).length === 1)
    .flatMap((path) => artifactAt(`release/${formatReleaseVersion(version)}/${path}`) ?? []);
  const [first, ...others] = artifacts;
  if (first === undefined || others.length > 0) return undefined;
  const { component, platform } = first;
  return {
    by: ['release-manifest'],
    manifestSha256,
    ...(bundleSha256 === undefined ? {} : { manifestBundleSha256: bundleSha256 }),
    claimed: { component, version, ...(platform === undefined ? {} : { platform }) },
    notes,
  };
}

/** Whether what one of them says, the other one says too. */
function agrees(one: ClaimedName | undefined, other: ClaimedName | undefined): boolean {
  if (one === undefined || other === undefined || one.component !== other.component) return false;
  const isVersion =
    one.version === undefined ||
    (other.version !== undefined &&
      formatReleaseVersion(one.version) === formatReleaseVersion(other.version));
  const isPlatform =
    one.platform === undefined ||
    (other.platform !== undefined && samePlatform(one.platform, other.platform));
  return isVersion && isPlatform && one.markedVersion === undefined;
}
