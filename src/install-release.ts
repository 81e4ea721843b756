import { shareRecords } from './cross-check-release.ts';
import { MAX_PARALLEL_DOWNLOADS } from './limits.ts';
import { nameFailure } from './name-failure.ts';
import { noteOlderBundle } from './note-older-bundle.ts';
import { type PlannedInstall, planInstall } from './plan-install.ts';
import { discardPrepared, placePrepared } from './place-prepared.ts';
import { type PreparedArtifact, prepareArtifact } from './prepare-artifact.ts';
import { describeInstall } from './report-install.ts';
import type { InstallRequest } from './request.ts';
import type { RunResult } from './result.ts';
import { sideBySide } from './side-by-side.ts';
import { loadTrustMaterial } from './trust/load-trust-material.ts';
import type { TrustMaterial } from './trust/trust-material.ts';
import type { World } from './world.ts';

/**
 * Downloads, proves and installs release artifacts.
 *
 * A Kubernetes signature is over a SHA-256. So everything that decides is a few kilobytes: signature, certificate and
 * log entry prove which digest the artifact has, while its bytes, from wherever, stream into a private file beside the
 * destination. Bytes of exactly the proven digest are put in their place or, where they are a tarball, opened; any
 * other bytes are thrown away. Nothing is placed before everything that was asked for is proved.
 *
 * @returns what was done, with every check by name.
 * @throws K8sVerifyError: nothing was installed then, and the disk is as it was.
 */
export async function installRelease(request: InstallRequest, world: World): Promise<RunResult> {
  // Whom to believe, and what is wanted: every file, its destination, and who must have signed it.
  const trust = await loadTrustMaterial(request.trustedRootFile);
  const planned = await planInstall(request, world);
  const prepared = await downloadAndProve(planned, request, world, trust);
  try {
    await placePrepared(prepared, request);
  } finally {
    await discardPrepared(prepared);
  }
  const results = prepared.flatMap((one) => describeInstall(one, request, trust));
  return {
    schemaVersion: 1,
    artifacts: await Promise.all(results.map((one) => noteOlderBundle(one, world.report))),
  };
}

/** All of them side by side, in their order. The first failure ends the others, and leaves nothing staged. */
async function downloadAndProve(
  planned: readonly PlannedInstall[],
  request: InstallRequest,
  world: World,
  trust: TrustMaterial,
): Promise<readonly PreparedArtifact[]> {
  const prepared: PreparedArtifact[] = [];
  const ended = new AbortController();
  const recordsOf = request.checkSums === true ? shareRecords(request, world, ended.signal) : undefined;
  try {
    return await sideBySide(planned, MAX_PARALLEL_DOWNLOADS, request.signal, async (plan, signal) => {
      const context = { network: request, world, trust, recordsOf, signal };
      const one = await prepareArtifact(plan, context).catch((error: unknown) => {
        throw planned.length > 1 ? nameFailure(error, plan.label) : error;
      });
      prepared.push(one);
      return one;
    });
  } catch (error) {
    await discardPrepared(prepared);
    throw error;
  } finally {
    ended.abort();
  }
}
