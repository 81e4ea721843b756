import type { Client } from './client.ts';
import { ableToJudge } from './flow/able-to-judge.ts';
import { describeRun } from './flow/describe.ts';
import { openTrust } from './flow/open-trust.ts';
import { placePrepared } from './flow/place.ts';
import { assertVerifiable, nameOf, prepareLocal } from './flow/prepare-local.ts';
import { reportExpectedSigners } from './flow/report.ts';
import type { VerifyRequest } from './plan/request.ts';
import { policyOf } from './plan/who-must-have-signed.ts';
import { allReleaseSigners } from './release/signer.ts';
import type { RunResult } from './result.ts';

/**
 * Proves a local file, or a digest that was computed elsewhere, against its evidence: the way of an install, with bytes
 * that are there already. With a bundle no network is used; a detached pair is completed by the transparency log. A
 * proven archive can be listed or unpacked.
 *
 * @throws UntrustedError with the failed check; RequestError where a file is missing; UnavailableError `log-unreachable`.
 */
export function verifyFile(request: VerifyRequest, client: Client): Promise<RunResult> {
  return ableToJudge(() => verify(request, client));
}

async function verify(request: VerifyRequest, client: Client): Promise<RunResult> {
  await assertVerifiable(request);
  const trust = await openTrust(request, client);
  const policy = policyOf(request, allReleaseSigners());
  reportExpectedSigners(client.report, nameOf(request), policy);
  const prepared = [await prepareLocal(request, client, policy, trust)];
  const notes = await placePrepared(prepared, request.signal);
  return describeRun(prepared, trust, notes, client.report);
}
