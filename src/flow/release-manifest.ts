import { setTimeout as delay } from 'node:timers/promises';
import { InterruptedError, K8sVerifyError, NotAllowedError } from '../errors.ts';
import { MAX_MANIFEST_BYTES, MAX_MANIFEST_WAIT_MS } from '../limits.ts';
import { type Policy, policyOfManifest } from '../policy/policy.ts';
import { MANIFEST_NAME, manifestPath } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { fetchSideFiles } from '../source/side-files.ts';
import { type Digest, digestOf, type HashAlgorithm } from '../strict/digest.ts';
import type { BytesOnTheWay } from './contradiction.ts';
import type { KeptContext, KeptProof } from './kept-evidence.ts';
import { oncePerRelease } from './once-per-release.ts';
import { proofContext } from './proof-context.ts';
import type { ManifestOf, RunManifest } from './run-manifest.ts';
import { proveWith } from './run-trust.ts';

export interface ManifestContext extends KeptContext {
  /** Those of `network`, in order of preference. */
  readonly sources: readonly ReleaseSource[];
  /** Ends what is still being fetched when the run is over. */
  readonly signal: AbortSignal;
}

/** The manifests of the releases of one run, which several artifacts share. */
export function shareManifests(context: ManifestContext): ManifestOf {
  return oncePerRelease((version, policy: Policy) => findManifest(version, policy, context));
}

/**
 * The same, and what was kept before anything that the sources have: it is proved anew, and a release has one. For a run
 * that can do without a request.
 */
export function shareKeptManifests(context: ManifestContext): ManifestOf {
  const ask = shareManifests(context);
  return oncePerRelease(async (version, policy: Policy) => {
    const { keptManifest } = await import('./kept-manifest.ts');
    return (await keptManifest(version, policy, context)) ?? (await ask(version, policy));
  });
}

/** A run that waits for a manifest. */
export interface ManifestWait {
  readonly version: ReleaseVersion;
  readonly signal: AbortSignal;
  /** What an earlier run kept of the release, proved anew. */
  readonly kept: () => Promise<RunManifest | undefined>;
}

/**
 * Waits for a manifest when everything else is there. It is not needed for a proof, so that a server which does not give
 * it must not hold up the run for as long as it likes. Nor may it hide by that what an earlier run kept: silence counts
 * as having none.
 *
 * @throws InterruptedError where the signal fires.
 */
export async function manifestInTime(
  answer: Promise<RunManifest>,
  { version, signal, kept }: ManifestWait,
  waitMs: number = MAX_MANIFEST_WAIT_MS,
): Promise<RunManifest> {
  const answered = new AbortController();
  const why = `${MANIFEST_NAME} of ${formatReleaseVersion(version)} did not come within ${waitMs / 1000} seconds after the artifact`;
  const late = delay(waitMs, undefined, {
    signal: AbortSignal.any([answered.signal, signal]),
  }).catch(() => {
    throw new InterruptedError('interrupted', { cause: signal.reason });
  });
  try {
    const inTime = await Promise.race([answer, late]);
    return inTime ?? (await kept()) ?? { kind: 'none', why };
  } finally {
    late.catch(() => undefined);
    answered.abort();
  }
}

/** What the sources have, which is kept; or else what an earlier run kept of the release. */
async function findManifest(
  version: ReleaseVersion,
  policy: Policy,
  context: ManifestContext,
): Promise<RunManifest> {
  const answer = await askSources(version, policy, context);
  const { assertAgreesWithKept, keepManifest, keptManifest } = await import('./kept-manifest.ts');
  if (answer.kind === 'none') return (await keptManifest(version, policy, context)) ?? answer;
  await assertAgreesWithKept(answer, policy, context);
  await keepManifest(context.client.data, answer);
  return answer;
}

/** The first proved manifest, from the sources in turn: one that a source lacks or changed, the next may have. */
async function askSources(
  version: ReleaseVersion,
  policy: Policy,
  context: ManifestContext,
): Promise<RunManifest> {
  const reasons: string[] = [];
  let isAbsent = true;
  for (const source of context.sources) {
    const answer = await askSource(source, version, policy, context);
    if (answer.kind === 'proved') return answer;
    reasons.push(answer.why);
    isAbsent &&= answer.isAbsent === true;
  }
  return { kind: 'none', why: reasons.join('; '), isAbsent };
}

async function askSource(
  source: ReleaseSource,
  version: ReleaseVersion,
  policy: Policy,
  context: ManifestContext,
): Promise<RunManifest> {
  const what = `${MANIFEST_NAME} of ${formatReleaseVersion(version)}`;
  try {
    return await proveFrom(source, version, policy, { ...context, what });
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    return { kind: 'none', why: whyNot(error, `${what} at ${source.shown}`) };
  }
}

/** One that the policy file forbids is proved, and does not count all the same. */
function whyNot(error: K8sVerifyError, what: string): string {
  if (!(error instanceof NotAllowedError)) return `${what} is not proved: ${error.message}`;
  const { found = '', why } = error;
  return `${what} is genuine, but not allowed by the policy: ${found}${why === undefined ? '' : ` (${why})`}`;
}

/** @throws K8sVerifyError where the manifest cannot be fetched, or is not proved. */
async function proveFrom(
  source: ReleaseSource,
  version: ReleaseVersion,
  policy: Policy,
  { what, ...run }: ManifestContext & { readonly what: string },
): Promise<RunManifest> {
  const { signal } = run;
  const path = manifestPath(version);
  const fetchDocument = async (bypassCache: boolean): Promise<Uint8Array | undefined> =>
    (await source.small({ path, maxBytes: MAX_MANIFEST_BYTES, what, bypassCache, signal }))?.bytes;
  // A source that lacks it is no reason to tell that another one is asked.
  const files = { report: () => undefined, sources: [source], path, what, signal };
  const sideFiles = fetchSideFiles(files);
  sideFiles.catch(() => undefined);
  const first = await fetchDocument(false);
  if (first === undefined) return { kind: 'none', why: `${source.shown} has no ${what}`, isAbsent: true };
  const document = new FetchedDocument(first, () => fetchDocument(true));
  const { proveArtifact } = await import('./prove.ts');
  const demanded = policyOfManifest(policy);
  const kept = async (sha256: string): Promise<KeptProof> =>
    (await import('./kept-evidence.ts')).proveKept(sha256, demanded, run);
  const proof = await proveWith(run.trust, async (inHand) =>
    proveArtifact({ ...proofContext(run, demanded, inHand), files, bytes: document, kept }, sideFiles),
  );
  const bytes = await document.withDigest(proof.proven);
  if (bytes === undefined)
    return { kind: 'none', why: `${what} at ${source.shown} is not the document that was signed` };
  const { openProvedManifest } = await import('./proved-manifest.ts');
  return openProvedManifest({ bytes, proof, location: `${source.shown}/${path}` }, what);
}

/** A whole small file as the artifact of a proof, which may ask for a fresh copy of it. */
class FetchedDocument implements BytesOnTheWay {
  #bytes: Uint8Array;
  #fetchAnew: (() => Promise<Uint8Array | undefined>) | undefined;

  constructor(bytes: Uint8Array, fetchAnew: () => Promise<Uint8Array | undefined>) {
    this.#bytes = bytes;
    this.#fetchAnew = fetchAnew;
  }

  published(): Promise<void> {
    return Promise.resolve();
  }

  digest(algorithm: HashAlgorithm = 'sha256'): Promise<Digest> {
    return Promise.resolve(digestOf(this.#bytes, algorithm));
  }

  async digestAnew(): Promise<Digest | undefined> {
    const fresh = await this.#fetchAnew?.();
    this.#fetchAnew = undefined;
    if (fresh === undefined) return undefined;
    this.#bytes = fresh;
    return this.digest();
  }

  /** The bytes that have the proven digest, fresh from the server where a cache had others. */
  async withDigest({ algorithm, hex }: Digest): Promise<Uint8Array | undefined> {
    if (digestOf(this.#bytes, algorithm).hex !== hex) await this.digestAnew();
    return digestOf(this.#bytes, algorithm).hex === hex ? this.#bytes : undefined;
  }
}
