import type { DataStore } from '../data/data-store.ts';
import { keepEvidence } from '../evidence/evidence-store.ts';
import type { Policy } from '../policy/policy.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { digestOf } from '../strict/digest.ts';
import { type KeptContext, proveKept } from './kept-evidence.ts';
import { openProvedManifest } from './proved-manifest.ts';
import type { ProvedManifest } from './run-manifest.ts';

/** Keeps a release manifest that was proved, with its evidence. What cannot be kept is a note. */
export async function keepManifest(
  data: DataStore,
  { manifest, bytes, sha256, proof }: ProvedManifest,
): Promise<void> {
  if (proof.proven.algorithm !== 'sha256') return;
  await keepEvidence(data, sha256, proof.bundle);
  await data.write('manifests', formatReleaseVersion(manifest.version), bytes);
}

/**
 * The manifest that was kept of a release, proved anew. The document is found by the release that it should be of, and
 * says itself of which release it is.
 */
export async function keptManifest(
  version: ReleaseVersion,
  policy: Policy,
  context: KeptContext,
): Promise<ProvedManifest | undefined> {
  const { data } = context.client;
  const release = formatReleaseVersion(version);
  for (const { bytes, path: location } of await data.read('manifests', release)) {
    const { proof } = await proveKept(digestOf(bytes, 'sha256').hex, policy, context);
    if (proof === undefined) continue;
    const opened = openProvedManifest({ bytes, proof, location }, `${MANIFEST_NAME} of ${release}`);
    if (opened.kind === 'proved' && formatReleaseVersion(opened.manifest.version) === release) return opened;
  }
  return undefined;
}
