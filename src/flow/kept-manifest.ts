import type { DataStore } from '../data/data-store.ts';
import { NotAllowedError, UnavailableError } from '../errors.ts';
import { keepEvidence } from '../evidence/evidence-store.ts';
import { type Policy, policyOfManifest } from '../policy/policy.ts';
import { firstDisagreement } from '../records/release-manifest.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { equalBytes } from '../strict/bytes.ts';
import { digestOf } from '../strict/digest.ts';
import { type KeptContext, proveKept } from './kept-evidence.ts';
import { openProvedManifest } from './proved-manifest.ts';
import type { ProvedManifest } from './run-manifest.ts';
import { quoted } from '../text/quoted.ts';

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
    const { proof } = await proveKept(digestOf(bytes, 'sha256').hex, policyOfManifest(policy), context);
    if (proof === undefined) continue;
    const opened = openProvedManifest({ bytes, proof, location }, `${MANIFEST_NAME} of ${release}`);
    if (opened.kind === 'proved' && formatReleaseVersion(opened.manifest.version) === release) return opened;
  }
  return undefined;
}

/**
 * Why what was kept as the manifest of a release does not count; undefined where none was kept.
 *
 * @throws NotAllowedError where the policy forbids it.
 */
export async function whyKeptManifestFails(
  version: ReleaseVersion,
  policy: Policy,
  context: KeptContext,
): Promise<string | undefined> {
  const [entry] = await context.client.data.read('manifests', formatReleaseVersion(version));
  if (entry === undefined) return undefined;
  const { hex } = digestOf(entry.bytes, 'sha256');
  const { failures, notes } = await proveKept(hex, policyOfManifest(policy), context);
  const forbidden = failures.find((error) => error instanceof NotAllowedError);
  if (forbidden !== undefined) {
    const message = `the kept manifest of ${formatReleaseVersion(version)} is genuine, but not allowed by the policy`;
    throw forbidden.with({ message });
  }
  return notes[0]?.text ?? `there is no evidence of ${entry.path} here`;
}

/**
 * A release has one set of files for ever. If its signer signs two, one of them is not what was released, and nothing tells
 * which.
 *
 * @throws UnavailableError `release-inconsistent`
 */
export async function assertAgreesWithKept(
  { manifest, bytes, location }: ProvedManifest,
  policy: Policy,
  context: KeptContext,
): Promise<void> {
  const release = formatReleaseVersion(manifest.version);
  const entries = await context.client.data.read('manifests', release);
  if (entries.every((entry) => equalBytes(entry.bytes, bytes))) return;
  const kept = await keptManifest(manifest.version, policy, context);
  const path = kept && firstDisagreement(manifest, kept.manifest);
  if (kept === undefined || path === undefined) return;
  throw new UnavailableError('release-inconsistent', `two signed manifests of ${release} disagree`, {
    wanted: `one digest of ${path}: sha256:${kept.manifest.digestsOf(path).join(', ')}, as in ${kept.location}`,
    found: `sha256:${manifest.digestsOf(path).join(', ')}`,
    from: location,
    why: 'both are signed by the signer of the release, and a release has one set of files',
    next: `find out which one is right before you use either; to forget the one that was kept: rm ${quoted(kept.location)}`,
  });
}
