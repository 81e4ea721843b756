import { readBundle } from '../evidence/read-bundle.ts';
import type { Policy } from '../policy/policy.ts';
import { proveDigest } from '../proof/prove-digest.ts';
import { readTrustedRoot } from '../trust/read-trusted-root.ts';
import { SAMPLE_BUNDLES, SAMPLE_SHA256, SAMPLE_SIGNER, SAMPLE_TIME, SAMPLE_TRUSTED_ROOT } from './sample.ts';

/** Proves the sample, by the same code as any artifact. @throws whatever a proof throws */
export function proveSample(): void {
  const trust = readTrustedRoot(Buffer.from(SAMPLE_TRUSTED_ROOT), { kind: 'embedded', name: 'sample' });
  const policy: Policy = { kind: 'certificate-identity', identities: [SAMPLE_SIGNER], rules: undefined };
  const subject = { kind: 'digest', digest: { algorithm: 'sha256', hex: SAMPLE_SHA256 } } as const;
  const now = new Date(SAMPLE_TIME);
  for (const bundle of SAMPLE_BUNDLES) {
    proveDigest(readBundle(Buffer.from(bundle), 'the sample'), subject, policy, trust, { now });
  }
}
