/**
 * Proves the digests of many released files, and fetches none of them. The signed release manifest lists the digest; the
 * published signature, completed by the log, proves it; and the manifest binds its name. A few small files for each
 * artifact, and one look-up in the log for ten of them.
 */
import { RequestError, UnavailableError } from '../errors.ts';
import { LogBatches, pacedLog, type Seat } from '../evidence/log-batches.ts';
import { Pace } from '../evidence/pace.ts';
import { MAX_PARALLEL_SIGNATURES } from '../limits.ts';
import type { PlannedRelease } from '../plan/plan-released.ts';
import type { Policy } from '../policy/policy.ts';
import { logOf } from '../plan/request.ts';
import { MANIFEST_NAME, type ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion, readReleaseVersion } from '../release/version.ts';
import { fetchSideFiles, type SideFileRequest, type SideFiles } from '../source/side-files.ts';
import type { Digest } from '../strict/digest.ts';
import type { BytesOnTheWay } from './contradiction.ts';
import { proveKept } from './kept-evidence.ts';
import { type ArtifactName, assertClaimed } from './name.ts';
import { nameFailure, nameFile, nameMissing } from './name-failure.ts';
import { proofContext, type ProofRun } from './proof-context.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import { type ManifestContext, shareKeptManifests } from './release-manifest.ts';
import { reportChecks } from './report.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import type { ManifestOf, RunManifest } from './run-manifest.ts';
import { proveWith } from './run-trust.ts';
import { sideBySide } from './side-by-side.ts';

export interface ReleasedContext extends ManifestContext {
  readonly logMemory: RunLogMemory;
  /** Whether a name that the release manifest does not bind is refused. If not, `name.by` is empty then. */
  readonly nameRequired: boolean;
}

/** A file of a release that was proved without its bytes. */
export interface ProvenFile extends PlannedRelease {
  /** Its signer, time, log entries and bundle. */
  readonly proof: ProvenArtifact;
  /** Hex. */
  readonly sha256: string;
  readonly name: ArtifactName;
  /** What lists it, or why there is nothing that does. */
  readonly manifest: RunManifest;
}

/**
 * Proves all of them; the first failure ends the others. What earlier runs kept is tried first: with that there is no
 * request at all.
 *
 * @returns in the order of the files.
 * @throws K8sVerifyError: UntrustedError where a check failed, or the manifest lists another digest than the proven one
 *   (`name-mismatch`); UnavailableError where something could not be fetched, or `name-unbound`; RequestError
 *   `artifact-not-found`.
 */
export async function proveReleased(
  files: readonly PlannedRelease[],
  context: ReleasedContext,
): Promise<readonly ProvenFile[]> {
  const own = context.signal;
  const ended = new AbortController();
  const run = { ...context, signal: AbortSignal.any([own, ended.signal]) };
  const manifestOf = shareKeptManifests(run);
  const batches = new LogBatches(pacedLog(proofLog(run)));
  const signatures = new Pace({ atOnce: MAX_PARALLEL_SIGNATURES });
  const seated = files.map((file) => ({ file, seat: batches.takeSeat() }));
  try {
    return await sideBySide(seated, seated.length, own, async ({ file, seat }, signal) => {
      signal.addEventListener('abort', () => ended.abort(), { once: true });
      try {
        return await proveOne(file, seat, { ...run, manifestOf, signatures });
      } catch (error) {
        const named = nameMissing(nameFile(error, file.label), file.artifact);
        throw files.length > 1 ? nameFailure(named, file.label) : named;
      } finally {
        seat.leave();
      }
    });
  } catch (error) {
    throw await withNewest(error, context);
  } finally {
    ended.abort();
  }
}

/** Asked once, and not by each of many files that are of the same release. */
async function withNewest(error: unknown, { sources, signal }: ReleasedContext): Promise<unknown> {
  const missing =
    error instanceof RequestError ? readReleaseVersion(error.subject?.version ?? '') : undefined;
  if (missing === undefined) return error;
  const { nameNewest } = await import('./newest-there.ts');
  return nameNewest(error, missing, sources, signal);
}

interface OneContext extends ReleasedContext {
  readonly manifestOf: ManifestOf;
  readonly signatures: Pace;
}

function proofLog(run: ReleasedContext): Parameters<typeof pacedLog>[0] {
  const { client, network, signal } = run;
  return { http: client.http, ...logOf(network), signal };
}

async function proveOne(file: PlannedRelease, seat: Seat, context: OneContext): Promise<ProvenFile> {
  const { artifact, label, policy } = file;
  const manifest = await context.manifestOf(artifact.version, policy);
  const proof = await proofOf(file, manifest, seat, context);
  await context.logMemory.compare(proof);
  reportChecks(context.client.report, label, proof);
  const sha256 = sha256Of(proof, label);
  const claimed =
    isManifest(artifact) && manifest.kind === 'proved' && manifest.sha256 === sha256
      ? { component: MANIFEST_NAME, version: manifest.manifest.version }
      : undefined;
  const demand = { demanded: undefined, demandedBy: 'sha256', nameRequired: context.nameRequired } as const;
  const name = assertClaimed(artifact, claimed, { sha256, manifest, from: undefined }, demand);
  return { ...file, proof, sha256, name, manifest };
}

export function isManifest({ component }: ReleaseArtifact): boolean {
  return component === MANIFEST_NAME;
}

async function proofOf(
  { artifact, label, policy }: PlannedRelease,
  manifest: RunManifest,
  seat: Seat,
  context: OneContext,
): Promise<ProvenArtifact> {
  if (isManifest(artifact) && manifest.kind === 'proved') return manifestAsAsked(manifest, policy, context);
  const listed = listedDigest(artifact, manifest);
  const kept = listed === undefined ? undefined : await proveKept(listed.hex, policy, context);
  if (kept?.proof !== undefined) return kept.proof;
  const { client, sources, signal, trust } = context;
  const withoutChecksum = listed !== undefined;
  const files = { report: client.report, sources, path: artifact.path, what: label, signal, withoutChecksum };
  const sideFiles = context.signatures.run(async () => fetchPublished(files, listed));
  sideFiles.catch(() => undefined);
  trust.begin();
  const { proveArtifact } = await import('./prove.ts');
  const proof = await proveWith(trust, async (inHand) => {
    const bytes = new UnfetchedBytes(listed, label);
    const found = { ...proofContext(context, policy, inHand), lookUp: seat.lookUp };
    const listing = { artifact, policy, manifest: () => Promise.resolve(manifest) };
    return proveArtifact({ ...found, files, bytes, listed: listing }, sideFiles);
  });
  return { ...proof, notes: [...proof.notes, ...(kept?.notes ?? [])] };
}

/** The manifest was proved for what it lists; a policy file may demand more of it where it is asked for itself. */
export async function manifestAsAsked(
  { proof }: Extract<RunManifest, { readonly kind: 'proved' }>,
  policy: Policy,
  context: ProofRun,
): Promise<ProvenArtifact> {
  if (policy.rules === undefined) return proof;
  const { proveFromBundle } = await import('./prove-with-log.ts');
  const { algorithm, hex } = proof.proven;
  const subject = { kind: 'digest', digest: { algorithm, hex } } as const;
  const { isNamed } = logOf(context.network);
  const own = proofContext(context, policy, proof.trust);
  return { ...proof, proven: proveFromBundle(own, proof.bundle, subject, isNamed) };
}

/** The one digest that the proved manifest of the release has for the file. */
export function listedDigest(
  { version, pathInRelease }: ReleaseArtifact,
  answer: RunManifest,
): Digest | undefined {
  if (answer.kind === 'none') return undefined;
  const { manifest } = answer;
  if (formatReleaseVersion(manifest.version) !== formatReleaseVersion(version)) return undefined;
  const [hex, ...others] = manifest.digestsOf(pathInRelease);
  return hex === undefined || others.length > 0 ? undefined : { algorithm: 'sha256', hex };
}

/** @throws RequestError `artifact-not-found` where nothing lists the file and no source has anything of it. */
async function fetchPublished(request: SideFileRequest, listed: Digest | undefined): Promise<SideFiles> {
  const files = await fetchSideFiles(request);
  const { bundle, signature, certificate, checksum } = files;
  const isThere = [bundle, signature, certificate, checksum].some((one) => one !== undefined);
  if (isThere || listed !== undefined) return files;
  throw new RequestError('artifact-not-found', `there is no ${request.what}`, {
    wanted: `its signature at ${request.sources.map(({ shown }) => `${shown}/${request.path}`).join(' or ')}`,
    found: 'no signature, no certificate, no bundle and no checksum file',
    next: 'check the version, the component and the platform; a new release can take hours to reach every region',
  });
}

/** A proof is over the SHA-256 in all but a statement or a key with another algorithm, which no release has. */
export function sha256Of({ proven }: ProvenArtifact, label: string): string {
  if (proven.algorithm === 'sha256') return proven.hex;
  throw new UnavailableError('mirror-incomplete', `the SHA-256 of ${label} is not known`, {
    wanted: 'a signature over its SHA-256',
    found: `one over its ${proven.algorithm}`,
    next: 'install the file: then its SHA-256 is known',
  });
}

/** An artifact that stays where it is: all that is known of its bytes is the digest that the manifest lists. */
export class UnfetchedBytes implements BytesOnTheWay {
  readonly #listed: Digest | undefined;
  readonly #what: string;

  constructor(listed: Digest | undefined, what: string) {
    this.#listed = listed;
    this.#what = what;
  }

  published(): Promise<void> {
    return Promise.resolve();
  }

  digest(algorithm: Digest['algorithm'] = 'sha256'): Promise<Digest> {
    const listed = this.#listed;
    if (listed?.algorithm === algorithm) return Promise.resolve(listed);
    return Promise.reject(
      new UnavailableError('mirror-incomplete', `the ${algorithm} of ${this.#what} is not known`, {
        wanted: 'the signed release manifest, or a checksum file',
        found: 'neither',
        next: 'try again with a source that has kubernetes-release.spdx and its signature; or install the file',
      }),
    );
  }

  digestAnew(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
