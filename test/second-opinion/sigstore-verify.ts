/** sigstore's own `verify`, with a trusted root of ours in place of the one that it would get through TUF. */
import { createRequire } from 'node:module';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { createVerifier, type VerifyOptions } from 'sigstore';
import type { Policy } from '../../src/policy/policy.ts';
import type { Evidence } from '../vectors/vector.ts';

const tuf: object = createRequire(import.meta.url)('@sigstore/tuf');

/** Whether sigstore's `verify` accepts the evidence; it refuses by throwing, in one way or another. */
export async function sigstoreAccepts(evidence: Evidence): Promise<boolean> {
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(evidence.trustedRoot));
    Object.defineProperty(tuf, 'getTrustedRoot', { configurable: true, value: () => Promise.resolve(root) });
    const verifier = await createVerifier(optionsFor(evidence.policy));
    verifier.verify(JSON.parse(evidence.bundle.toString()), Buffer.from(evidence.artifact));
    return true;
  } catch {
    return false;
  }
}

function optionsFor(policy: Policy): VerifyOptions {
  if (policy.kind === 'managed-key') return { keySelector: () => policy.publicKeyPem };
  if (policy.kind === 'release-workflow') {
    // It takes a pattern, so that it can be asked fairly.
    const tag = '@refs/tags/v(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)$';
    const certificateIdentityURI = `^${policy.workflow.replaceAll('.', '[.]')}${tag}`;
    return { certificateIssuer: policy.issuer, certificateIdentityURI };
  }
  const [identity] = policy.identities;
  if (identity === undefined) return {};
  const { subjectAlternativeName: name, issuer } = identity;
  return {
    certificateIssuer: issuer,
    ...(name.includes('://') ? { certificateIdentityURI: name } : { certificateIdentityEmail: name }),
  };
}
