/**
 * A subject is proved by a release manifest that lists its digest, under whatever name: one that was saved next to the
 * file, or one that an earlier run kept.
 */
import { InterruptedError, K8sVerifyError, NotAllowedError, UntrustedError } from '../errors.ts';
import { readEvidenceBeside } from '../evidence/local-files.ts';
import { readBundle } from '../evidence/read-bundle.ts';
import { MAX_BUNDLE_BYTES, MAX_MANIFEST_BYTES } from '../limits.ts';
import { policyOfManifest } from '../policy/policy.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { readReleaseVersion } from '../release/version.ts';
import { digestOf } from '../strict/digest.ts';
import { keptManifest } from './kept-manifest.ts';
import { proofContext, type ProofRun } from './proof-context.ts';
import { openProvedManifest } from './proved-manifest.ts';
import type { LocalRun, ProvedLocal } from './prove-by.ts';
import { proveFromManifest } from './prove-listed.ts';
import { proveFromEvidence, type ProvenArtifact } from './prove-with-log.ts';
import type { ProvedManifest } from './run-manifest.ts';
import { bundlePathOf } from './saved-bundle.ts';
import type { HashedSubject } from './unaided-subject.ts';

/**
 * By `FILE.kubernetes-release.spdx` and its bundle, as `--save-bundle` writes them where the manifest proves a file.
 *
 * @returns undefined if they are not there, prove nothing, or do not list the file.
 */
export async function proveBySavedManifest(
  path: string,
  run: LocalRun,
  hashed: HashedSubject,
): Promise<ProvedLocal | undefined> {
  const location = `${path}.${MANIFEST_NAME}`;
  const document = await readEvidenceBeside(location, MAX_MANIFEST_BYTES, 'the release manifest');
  if (document === undefined) return undefined;
  const bundle = await readEvidenceBeside(bundlePathOf(location), MAX_BUNDLE_BYTES, 'the bundle');
  if (bundle === undefined || !lists(document, hashed)) return undefined;
  const trust = await run.trust.current();
  const context = proofContext(proofRun(run), policyOfManifest(run.policy), trust);
  const subject = { kind: 'digest', digest: digestOf(document, 'sha256') } as const;
  const proven = proveFromEvidence(
    context,
    readBundle(bundle, `the bundle ${bundlePathOf(location)}`),
    subject,
  );
  const origin = { kind: 'bundle', location: bundlePathOf(location) } as const;
  const proof = { proven, trust, bundle, origin, notes: [] };
  const opened = openProvedManifest({ bytes: document, proof, location }, MANIFEST_NAME);
  return opened.kind === 'none'
    ? undefined
    : proveByListing(opened, hashed, run, 'it was saved next to the file');
}

/** By any manifest that an earlier run kept, and that lists the digest. */
export async function proveByAnyKeptManifest(
  run: LocalRun,
  hashed: HashedSubject,
): Promise<ProvedLocal | undefined> {
  for await (const manifest of keptManifestsWith(run, hashed)) {
    const proved = await proveByListing(manifest, hashed, run, 'no signature of its own was at hand');
    if (proved !== undefined) return proved;
  }
  return undefined;
}

/** The manifests that earlier runs kept and that have the digest in them, each proved anew. */
export async function* keptManifestsWith(
  run: LocalRun,
  hashed: HashedSubject,
): AsyncGenerator<ProvedManifest> {
  const { data } = run.client;
  for (const release of await data.list('manifests')) {
    const version = readReleaseVersion(release);
    const entries = version === undefined ? [] : await data.read('manifests', release);
    // Only a manifest that has the digest in it is worth a proof.
    if (version === undefined || !entries.some(({ bytes }) => lists(bytes, hashed))) continue;
    const manifest = await keptManifest(version, run.policy, { ...proofRun(run), trust: run.trust });
    if (manifest !== undefined) yield manifest;
  }
}

/** The same, where a failure is no reason to look no further. */
export async function orNone<T>(proving: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await proving;
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    if (error instanceof UntrustedError && error.code === 'trusted-root-invalid') throw error;
    // It is proved, and the policy file forbids it.
    if (error instanceof NotAllowedError) throw error;
    return undefined;
  }
}

function proofRun({ request, client }: LocalRun): ProofRun {
  return { network: request, client, signal: request.signal };
}

function lists(manifest: Uint8Array, { sha256 }: HashedSubject): boolean {
  return Buffer.from(manifest.buffer, manifest.byteOffset, manifest.byteLength).includes(sha256);
}

async function proveByListing(
  manifest: ProvedManifest,
  { sha256, file }: HashedSubject,
  { policy }: LocalRun,
  reason: string,
): Promise<ProvedLocal | undefined> {
  const digest = { algorithm: 'sha256', hex: sha256 } as const;
  const { manifest: listed } = manifest;
  const { version } = listed;
  let proof: ProvenArtifact | undefined;
  for (const pathInRelease of listed.pathsOf(sha256)) {
    const listing = {
      artifact: { version, pathInRelease },
      policy,
      manifest: () => Promise.resolve(manifest),
    };
    const proved = await proveFromManifest(listing, digest, reason);
    if (proved.kind === 'proved') proof ??= { ...proved.proof, notes: [] };
  }
  if (proof === undefined) return undefined;
  const measured = file === undefined ? {} : { measured: file };
  return { subject: { kind: 'digest', digest }, sha256, ...measured, proof };
}
