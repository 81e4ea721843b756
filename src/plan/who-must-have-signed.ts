import { RequestError } from '../errors.ts';
import type { Policy, SignerPolicy } from '../policy/policy.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { TrustRequest, VerifyRequest } from './request.ts';

/** Who must have signed, and what: the signer that the request names, else those of the release. */
export function policyOf(
  request: TrustRequest & Pick<VerifyRequest, 'releaseWorkflow' | 'predicateTypes'>,
  signers: ReleaseArtifact['signers'],
): Policy {
  const { predicateTypes = [] } = request;
  return { ...signerOf(request, signers), ...(predicateTypes.length === 0 ? {} : { predicateTypes }) };
}

function signerOf(
  { identity, publicKeyPem, releaseWorkflow }: TrustRequest & Pick<VerifyRequest, 'releaseWorkflow'>,
  signers: ReleaseArtifact['signers'],
): SignerPolicy {
  if (releaseWorkflow !== undefined) {
    if (identity === undefined && publicKeyPem === undefined) {
      return { kind: 'release-workflow', ...releaseWorkflow };
    }
    throw new RequestError('usage', 'a release workflow excludes another identity and a managed key', {
      expected: 'one of them',
      found: 'more',
    });
  }
  if (publicKeyPem === undefined) {
    return { kind: 'certificate-identity', identities: identity === undefined ? signers : [identity] };
  }
  if (identity === undefined) return { kind: 'managed-key', publicKeyPem };
  throw new RequestError('usage', 'a managed key and a certificate identity exclude each other', {
    expected: 'one of the two',
    found: 'both',
  });
}
