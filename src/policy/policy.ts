import type { CertificateIdentity } from '../release/signer.ts';
import type { ReleaseWorkflow } from './release-workflow.ts';

/** What must be so for a digest to be proved. There is no policy without a signer. */
export type Policy =
  | { readonly kind: 'certificate-identity'; readonly identities: readonly CertificateIdentity[] }
  /** Any release of one workflow: its identity at every version tag. */
  | ({ readonly kind: 'release-workflow' } & ReleaseWorkflow)
  | { readonly kind: 'managed-key'; readonly publicKeyPem: string };
