/**
 * The one place where it is decided what must hold for an artifact: who must have signed, and what the policy file of the
 * run demands. A proof needs a policy, so that no command can prove anything without asking here.
 */
import type { Client } from '../client.ts';
import type { ClaimPolicy, Policy } from '../policy/policy.ts';
import { allReleaseSigners, assertSigned } from '../release/signer.ts';
import type { ReleaseVersion } from '../release/version.ts';
import type { PolicyRequest, PolicySubject } from './policy-subject.ts';
import { signerOf } from './who-must-have-signed.ts';

/**
 * Who must have signed the subject, what they must have signed, and what the policy file demands.
 *
 * @throws RequestError `policy-forbids` for a request that the policy file forbids; `usage` for signers that exclude each
 *   other; UnavailableError where a version marker that the policy file needs cannot be fetched.
 */
export async function policyOf(
  request: PolicyRequest,
  subject: PolicySubject,
  client: Client,
): Promise<Policy> {
  const { predicateTypes = [] } = request;
  const claim: ClaimPolicy = predicateTypes.length === 0 ? {} : { predicateTypes };
  const builtIn =
    subject.kind === 'released' ? subject.artifact.signers : (subject.signers ?? allReleaseSigners());
  const opened = await request.policy?.open();
  if (opened === undefined) return { ...signerOf(request, builtIn), ...claim, rules: undefined };
  const { underFile } = await import('./under-policy-file.ts');
  return underFile(opened, request, subject, { claim, builtIn }, client);
}

/**
 * Refuses a release that no signer is known for. Another one, of the request or of the policy file, may well have signed
 * what Kubernetes itself did not.
 *
 * @throws UntrustedError `signature-not-published`
 */
export function assertSignedBySome(policy: Policy, version: ReleaseVersion): void {
  if (policy.kind === 'certificate-identity' && policy.identities.length === 0) assertSigned(version);
}

/**
 * Refuses what the policy file forbids whatever the version, before even a version such as `stable` is looked up.
 *
 * @throws RequestError `policy-forbids`
 */
export async function assertMayAsk(
  request: PolicyRequest,
  components: readonly string[],
  client: Client,
): Promise<void> {
  const opened = await request.policy?.open();
  if (opened === undefined) return;
  const { assertMayAskUnder } = await import('./under-policy-file.ts');
  assertMayAskUnder(opened, request, components, client);
}

/**
 * The same request with what the policy file adds to it: its sources where none is named, and the age of the trusted
 * root. Tells what a person should know of the policy file.
 */
export async function underPolicy<Request extends PolicyRequest>(
  request: Request,
  client: Client,
): Promise<Request> {
  const opened = await request.policy?.open();
  if (opened === undefined) return request;
  const { requestUnder } = await import('./under-policy-file.ts');
  return requestUnder(opened, request, client);
}
