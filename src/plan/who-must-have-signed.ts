import { createHash } from 'node:crypto';
import { excerpt } from '../text/excerpt.ts';
import { decodePem } from '../strict/pem.ts';
import { RequestError, UntrustedError } from '../errors.ts';
import type { SignerPolicy } from '../policy/policy.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import type { ExpectedSigner } from '../result.ts';
import type { TrustRequest, VerifyRequest } from './request.ts';

/** The same for people and programs; of a managed key that cannot be read the proof says what is wrong with it. */
export function expectedSigners(policy: SignerPolicy): readonly ExpectedSigner[] {
  switch (policy.kind) {
    case 'certificate-identity':
      return policy.identities.map(({ subjectAlternativeName, issuer }) => ({
        kind: policy.kind,
        subjectAlternativeName,
        issuer,
      }));
    case 'release-workflow':
      return [{ kind: policy.kind, workflow: policy.workflow, issuer: policy.issuer }];
    case 'managed-key': {
      const sha256 = keyDigest(policy.publicKeyPem);
      return sha256 === undefined ? [] : [{ kind: policy.kind, sha256 }];
    }
  }
}

function keyDigest(pem: string): string | undefined {
  try {
    const spki = decodePem(pem, 'PUBLIC KEY', 'the given public key');
    return createHash('sha256').update(spki).digest('hex');
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

/** The signer that the request names, else those that are built in. */
export function signerOf(
  { identity, publicKeyPem, releaseWorkflow }: TrustRequest & Pick<VerifyRequest, 'releaseWorkflow'>,
  signers: readonly CertificateIdentity[],
): SignerPolicy {
  if (identity !== undefined) assertIdentity(identity);
  if (releaseWorkflow !== undefined) {
    if (identity === undefined && publicKeyPem === undefined) {
      return { kind: 'release-workflow', ...releaseWorkflow };
    }
    throw new RequestError('usage', 'a release workflow excludes another identity and a managed key', {
      wanted: 'one of them',
      found: 'more',
    });
  }
  if (publicKeyPem === undefined) {
    return { kind: 'certificate-identity', identities: identity === undefined ? signers : [identity] };
  }
  if (identity === undefined) return { kind: 'managed-key', publicKeyPem };
  throw new RequestError('usage', 'a managed key and a certificate identity exclude each other', {
    wanted: 'one of the two',
    found: 'both',
  });
}

/**
 * No certificate has white space in its names. It would never match, and the answer "signed by another identity" would be
 * wrong about a genuine file.
 *
 * @throws RequestError `usage`
 */
export function assertIdentity({ subjectAlternativeName, issuer }: CertificateIdentity): void {
  for (const [name, text] of [
    ['certificate identity', subjectAlternativeName],
    ['certificate OIDC issuer', issuer],
  ] as const) {
    if (text !== '' && !/[\s\p{Cc}]/u.test(text)) continue;
    throw new RequestError('usage', `the ${name} ${text === '' ? 'is empty' : 'has white space in it'}`, {
      wanted: 'the whole name as the certificate has it, without spaces and line breaks',
      found: excerpt(text, 200),
      next: 'look for a line break or a space that came with the name from a file or a variable',
    });
  }
}
