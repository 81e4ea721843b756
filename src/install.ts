import { ableToJudge } from './flow/able-to-judge.ts';
import { MAX_PARALLEL_DOWNLOADS } from './limits.ts';
import { nameFailure } from './flow/name-failure.ts';
import { noteOlderBundle } from './flow/older-bundle.ts';
import { noteOthers } from './flow/note-others.ts';
import { type PlannedInstall, planInstall } from './plan/plan.ts';
import { discardPrepared, placePrepared } from './flow/place.ts';
import { type PreparedArtifact, prepareArtifact } from './flow/prepare.ts';
import { describeInstall, notesOnReplaced } from './flow/describe.ts';
import { reportExpectedSigners } from './flow/report.ts';
import type { InstallRequest } from './plan/request.ts';
import type { RunResult } from './result.ts';
import { sideBySide } from './flow/side-by-side.ts';
import { supplyTrust, type TrustSupply } from './flow/open-trust.ts';
import type { Client } from './client.ts';

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
export function installRelease(request: InstallRequest, client: Client): Promise<RunResult> {
  return ableToJudge(() => install(request, client));
}

async function install(request: InstallRequest, client: Client): Promise<RunResult> {
  // Whom to believe, and what is wanted: every file, its destination, and who must have signed it.
  const trust = await supplyTrust(request, client);
  try {
    return await installWith(trust, request, client);
  } catch (error) {
    // A failure tells the trusted root of the run too, even where nothing came to be judged.
    await trust().catch(() => undefined);
    throw error;
  }
}

async function installWith(trust: TrustSupply, request: InstallRequest, client: Client): Promise<RunResult> {
  const planned = await planInstall(request, client);
  for (const { label, policy } of planned) reportExpectedSigners(client.report, label, policy);
  const prepared = await downloadAndProve(planned, request, client, trust);
  let notes: readonly string[];
  try {
    notes = await placePrepared(prepared, request);
  } finally {
    await discardPrepared(prepared);
  }
  for (const message of [...notes, ...prepared.flatMap(notesOnReplaced)]) {
    client.report({ kind: 'note', message });
  }
  const root = await trust();
  const results = prepared.flatMap((one) => describeInstall(one, request, root, notes));
  const noted = await noteOthers(results, client.report);
  return {
    schemaVersion: 1,
    artifacts: await Promise.all(noted.map((one) => noteOlderBundle(one, client.report))),
  };
}

/** All of them side by side, in their order. The first failure ends the others, and leaves nothing staged. */
async function downloadAndProve(
  planned: readonly PlannedInstall[],
  request: InstallRequest,
  client: Client,
  trust: TrustSupply,
): Promise<readonly PreparedArtifact[]> {
  const prepared: PreparedArtifact[] = [];
  const ended = new AbortController();
  try {
    const recordsOf =
      request.checkSums === true
        ? (await import('./flow/compare-records.ts')).shareRecords(request, client, ended.signal)
        : undefined;
    return await sideBySide(planned, MAX_PARALLEL_DOWNLOADS, request.signal, async (plan, signal) => {
      const context = { network: request, client, trust, recordsOf, signal };
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
