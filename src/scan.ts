import { type Client, usingClient } from './client.ts';
import { KeepingHashPool } from './disk/keeping-hash-pool.ts';
import { RootedTree } from './disk/rooted-tree.ts';
import { RequestError } from './errors.ts';
import { unopenedReason } from './files/unreadable-file.ts';
import { openTrust } from './flow/open-trust.ts';
import type { ManifestContext } from './flow/release-manifest.ts';
import type { ManifestOf } from './flow/run-manifest.ts';
import type { RunTrust } from './flow/run-trust.ts';
import type { ScanContext, ScannedProgram } from './flow/scan-program.ts';
import { type ScanBounds, ScanRun, type ScanSummary } from './flow/scan-run.ts';
import { onceAfterOutage } from './http/once-after-outage.ts';
import type { ScanInput } from './plan/input.ts';
import { policyOf, underPolicy } from './plan/policy-of.ts';
import { readScan } from './plan/read-scan.ts';
import { sourcesOf } from './plan/request.ts';
import type { ScanRequest } from './plan/scan-request.ts';

/** What {@link scan} has found. */
export interface ScanResult extends ScanSummary {
  /** In the order of their paths below each place; then what runs and was not found before. */
  readonly programs: readonly ScannedProgram[];
}

/**
 * Finds the Kubernetes programs of a machine and proves each; runs none of them, and changes nothing. A program that is not
 * proved is a result, and no error: look at the `kind` of each.
 *
 * @param client default: one that is made and closed for this call.
 * @throws K8sVerifyError that is about the run: RequestError `usage`, or `file-not-readable` for a root that is no directory;
 *   UntrustedError `trusted-root-invalid`; InterruptedError.
 */
export async function scan(input: ScanInput, client?: Client): Promise<ScanResult> {
  const request = readScan(input);
  return usingClient(client, async (one) => {
    const programs: ScannedProgram[] = [];
    const summary = await scanMachine(request, one, (program) => void programs.push(program));
    return { programs, ...summary };
  });
}

/**
 * Finds Kubernetes programs, in the usual places or below the paths of the request, and proves each. One that fails ends
 * no other. What is found is handed over at once and not kept, so that memory does not grow with the number of files.
 *
 * @param found called with each program, in the order of their paths below each place.
 * @param bounds default: those of a machine.
 * @throws K8sVerifyError that is about the run, such as a trusted root that cannot be read.
 */
export async function scanMachine(
  given: ScanRequest,
  client: Client,
  found: (program: ScannedProgram) => void,
  bounds?: ScanBounds,
): Promise<ScanSummary> {
  const request = await underPolicy(given, client);
  await using tree = await openTree(request);
  const trust = await openTrust(request, client, request.signal);
  try {
    await using pool = new KeepingHashPool();
    const context = await contextOf(request, client, trust);
    const summary = await new ScanRun(request, tree, { context, pool, found }, bounds).all();
    await trust.finish();
    return summary;
  } catch (error) {
    trust.drop();
    throw error;
  }
}

async function openTree({ root }: ScanRequest): Promise<RootedTree> {
  try {
    return root === undefined ? await RootedTree.ofMachine('.') : await RootedTree.open(root);
  } catch (cause) {
    throw new RequestError('file-not-readable', `the root ${root ?? '/'} cannot be opened`, {
      wanted: 'a directory that is taken for the root of a machine',
      found: unopenedReason(cause),
      next: 'check the name after --root',
      cause,
    });
  }
}

/** What is told of one file is in its result, so that the client of the proofs reports nothing. */
async function contextOf(request: ScanRequest, client: Client, trust: RunTrust): Promise<ScanContext> {
  const silent = { ...client, http: onceAfterOutage(client.http), report: () => undefined };
  const signal = request.signal ?? new AbortController().signal;
  const sources = sourcesOf(request, silent.http);
  const manifestOf = manifestsWhenAsked({ network: request, sources, client: silent, trust, signal });
  const policy = await policyOf(request, { kind: 'local' }, client);
  return { request, client: silent, policy, trust, manifestOf };
}

/** What asks for manifests is loaded when the first file needs one. */
function manifestsWhenAsked(context: ManifestContext): ManifestOf {
  let shared: Promise<ManifestOf> | undefined;
  const load = async (): Promise<ManifestOf> => {
    const { shareManifests } = await import('./flow/release-manifest.ts');
    return shareManifests(context);
  };
  return async (version, policy) => (await (shared ??= load()))(version, policy);
}
