import { type Client, usingClient } from './client.ts';
import { ableToJudge } from './flow/able-to-judge.ts';
import { openTrust } from './flow/open-trust.ts';
import { prepareAll } from './flow/prepare.ts';
import { openLogMemory } from './flow/run-log-memory.ts';
import { reportExpectedSigners } from './flow/report.ts';
import type { RunTrust } from './flow/run-trust.ts';
import type { InstallInput } from './plan/input.ts';
import { planInstall } from './plan/plan.ts';
import { underPolicy } from './plan/policy-of.ts';
import { readInstall } from './plan/read-input.ts';
import type { InstallRequest } from './plan/request.ts';
import type { RunResult } from './result.ts';

/**
 * Downloads, proves and installs release artifacts: all that are named, or none.
 *
 * @param client default: one that is made and closed for this call.
 * @returns what was done, with every check by name.
 * @throws K8sVerifyError: nothing was installed then, and the disk is as it was. RequestError for what no release could
 *   fulfil, UnavailableError where something could not be fetched, UntrustedError where a check failed, InstallError
 *   where a file could not be put in its place, InterruptedError where the signal fired.
 */
export async function install(input: InstallInput, client?: Client): Promise<RunResult> {
  const request = readInstall(input);
  return usingClient(client, (one) => installRelease(request, one));
}

/**
 * The same for a request that is read already.
 *
 * A Kubernetes signature is over a SHA-256. So everything that decides is a few kilobytes: signature, certificate and
 * log entry prove which digest the artifact has, while its bytes, from wherever, stream into a private file next to the
 * destination. Bytes of exactly the proven digest are put in their place or, where they are a tarball, opened; any
 * other bytes are thrown away. Nothing is placed before everything that was asked for is proved.
 *
 * @throws K8sVerifyError: nothing was installed then, and the disk is as it was.
 */
export function installRelease(given: InstallRequest, own: Client): Promise<RunResult> {
  return ableToJudge(async () => {
    const { request, client } = await withWhatIsLocked(await underPolicy(given, own), own);
    const trust = await openTrust(request, client, request.signal);
    try {
      const result = await proveAndPlace(request, client, trust);
      await trust.finish();
      return result;
    } catch (error) {
      // Reports the trusted root of a failed run too, even if nothing was judged by it.
      trust.drop();
      await trust.current().catch(() => undefined);
      throw error;
    }
  });
}

async function withWhatIsLocked(
  request: InstallRequest,
  client: Client,
): Promise<{ readonly request: InstallRequest; readonly client: Client }> {
  if (request.locked === undefined) return { request, client };
  return (await import('./flow/locked-install.ts')).openLocked(request, client);
}

async function proveAndPlace(request: InstallRequest, client: Client, trust: RunTrust): Promise<RunResult> {
  const planned = await planInstall(request, client);
  for (const { label, policy } of planned) reportExpectedSigners(client.report, label, policy);
  const logMemory = openLogMemory(request, client);
  const prepare = request.dryRun === true ? (await import('./flow/dry-run.ts')).rehearseAll : prepareAll;
  const prepared = await prepare(planned, request, client, trust, logMemory);
  const { finishRun } = await import('./flow/finish-run.ts');
  return finishRun(prepared, request, client, logMemory);
}
