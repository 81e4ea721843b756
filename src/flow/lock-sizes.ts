/** The sizes that a lock tells its readers. They decide nothing, so that a run never fails or waits long for them. */
import type { Client } from '../client.ts';
import { InterruptedError, K8sVerifyError } from '../errors.ts';
import { MAX_PARALLEL_SIZES, SIZES_TIMEOUT_MS } from '../limits.ts';
import type { Lock } from '../lockfile/lock.ts';
import type { LockRequest } from '../plan/lock-request.ts';
import { sourcesOf } from '../plan/request.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { ProvenFile } from './prove-released.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * The bytes of each file, by its digest. What is locked already keeps what the lock says, even where that is nothing: to
 * lock again asks nothing, and writes the same lines with and without a network.
 */
export async function lockedSizes(
  proven: readonly ProvenFile[],
  before: Lock | undefined,
  request: LockRequest,
  client: Client,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  const locked = new Set<string>();
  for (const { sha256, size } of before?.artifacts ?? []) {
    locked.add(sha256);
    if (size !== undefined) sizes.set(sha256, size);
  }
  const added = request.dryRun === true ? [] : proven.filter(({ sha256 }) => !locked.has(sha256));
  if (added.length === 0) return sizes;
  const sources = sourcesOf(request, client.http);
  const own = request.signal;
  const timeLimit = AbortSignal.timeout(SIZES_TIMEOUT_MS);
  await sideBySide(added, MAX_PARALLEL_SIZES, own, async (file, signal) => {
    const size = await sizeOf(file, sources, AbortSignal.any([signal, timeLimit]));
    if (own?.aborted === true) throw new InterruptedError('interrupted', { cause: own.reason });
    if (size !== undefined) sizes.set(file.sha256, size);
  });
  return sizes;
}

/** As the first source says that has one. */
async function sizeOf(
  { artifact: { path }, label }: ProvenFile,
  sources: readonly ReleaseSource[],
  signal: AbortSignal,
): Promise<number | undefined> {
  for (const source of sources) {
    try {
      const size = await source.size({ path, what: `the size of ${label}`, signal });
      if (size !== undefined && size > 0) return size;
    } catch (error) {
      if (!(error instanceof K8sVerifyError)) throw error;
    }
  }
  return undefined;
}
