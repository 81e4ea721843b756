import { type Client, usingClient } from './client.ts';
import { ableToJudge } from './flow/able-to-judge.ts';
import { finishRun } from './flow/finish-run.ts';
import { openTrust } from './flow/open-trust.ts';
import { assertVerifiable, prepareLocal } from './flow/prepare-local.ts';
import { nameOf } from './flow/read-subject.ts';
import { openLogMemory } from './flow/run-log-memory.ts';
import { reportExpectedSigners } from './flow/report.ts';
import type { RunTrust } from './flow/run-trust.ts';
import type { VerifyInput, VerifyOptions } from './plan/input.ts';
import { readVerify } from './plan/read-verify.ts';
import type { VerifyRequest } from './plan/request.ts';
import { policyOf, underPolicy } from './plan/policy-of.ts';
import type { RunResult } from './result.ts';

/**
 * Proves an artifact against its evidence: bytes in memory, a digest that was computed elsewhere, or a file. With a bundle
 * no network is used, and where everything is given as a value, no file is read or written. A signature with its
 * certificate is completed by the transparency log. Without evidence it is looked for, see {@link VerifyInput}. For
 * several artifacts call it once for each with one client: they share its connections and what it keeps.
 *
 * @param input the artifact and its evidence.
 * @param options who must have signed, and by which trusted root; default: a Kubernetes release signer, and the
 *   public-good root that the library carries.
 * @param client default: one that is made and closed for this call.
 * @returns one artifact, with every check by name.
 * @throws K8sVerifyError: UntrustedError where a check failed: do not use the artifact. RequestError where the input says
 *   nothing that could be proved, or a file cannot be read; UnavailableError where nothing was learnt: the log could not be
 *   asked, the trusted root or this machine's clock cannot judge, or no evidence was found (`evidence-not-found`,
 *   `other-builder`). `subject` of an error says what an artifact without evidence says that it is.
 */
export async function verify(
  input: VerifyInput,
  options: VerifyOptions = {},
  client?: Client,
): Promise<RunResult> {
  const request = readVerify(input, options);
  return usingClient(client, (one) => verifyFile(request, one));
}

/**
 * The same for a request that is read already. It goes the way of an install, with local bytes. With a bundle no network
 * is used; a detached pair is completed by the transparency log. A proven archive can be listed or unpacked.
 *
 * @throws UntrustedError with the failed check; RequestError where a file is missing; UnavailableError `log-unreachable`.
 */
export function verifyFile(request: VerifyRequest, client: Client): Promise<RunResult> {
  return ableToJudge(() => proveAndOpen(request, client));
}

async function proveAndOpen(given: VerifyRequest, client: Client): Promise<RunResult> {
  await assertVerifiable(given);
  const request = await underPolicy(given, client);
  const trust = await openTrust(request, client, request.signal);
  try {
    const result = await proveWithin(request, client, trust);
    await trust.finish();
    return result;
  } catch (error) {
    trust.drop();
    throw error;
  }
}

async function proveWithin(request: VerifyRequest, client: Client, trust: RunTrust): Promise<RunResult> {
  const { as, demanded } = request;
  const policy = await policyOf(request, { kind: 'local', as, demanded: demanded?.sha256 }, client);
  await trust.current();
  reportExpectedSigners(client.report, nameOf(request), policy);
  const logMemory = openLogMemory(request, client);
  const prepared = [await prepareLocal(request, client, policy, trust, logMemory)];
  return finishRun(prepared, request, client, logMemory);
}
