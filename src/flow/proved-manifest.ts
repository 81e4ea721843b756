import { MAX_CLOCK_SKEW_MS, MAX_MANIFEST_AGE_MS } from '../limits.ts';
import { note, type Note } from '../notes.ts';
import { type ReleaseManifest, readReleaseManifest } from '../records/release-manifest.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { digestOf } from '../strict/digest.ts';
import type { ProvedManifest, RunManifest } from './run-manifest.ts';

/**
 * Reads a document whose digest is proved.
 *
 * @param what "kubernetes-release.spdx of v1.30.2".
 */
export function openProvedManifest(
  { bytes, proof, location }: Pick<ProvedManifest, 'bytes' | 'proof' | 'location'>,
  what: string,
): RunManifest {
  const read = readReleaseManifest(bytes);
  if (read.kind === 'unreadable')
    return { kind: 'none', why: `${what} at ${location} cannot be read: ${read.why}` };
  const { manifest } = read;
  const { hex: sha256 } = digestOf(bytes, 'sha256');
  const notes = noteOnTime(manifest, proof.proven.signedAt);
  const { hex: bundleSha256 } = digestOf(proof.bundle, 'sha256');
  const exceptions = proof.proven.allowance?.used ?? [];
  return {
    kind: 'proved',
    manifest,
    sha256,
    bundleSha256,
    ...(exceptions.length === 0 ? {} : { exceptions }),
    notes,
    proof,
    bytes,
    location,
  };
}

/** A release is built within days: hours before its manifest is signed, that is made. */
function noteOnTime({ created, version }: ReleaseManifest, signedAt: Date | undefined): readonly Note[] {
  if (created === undefined || signedAt === undefined) return [];
  const age = signedAt.getTime() - created.getTime();
  if (age >= -MAX_CLOCK_SKEW_MS && age <= MAX_MANIFEST_AGE_MS) return [];
  const text =
    `the release manifest of ${formatReleaseVersion(version)} says that it was made ${created.toISOString()}, ` +
    `and was signed ${signedAt.toISOString()}: that is unusual`;
  return [note('release-manifest-time-odd', text)];
}
