import type { CertificateIdentity } from '../release/signer.ts';
import type { ReleaseWorkflow } from './release-workflow.ts';

/** The conditions for a digest to be proved. There is no policy without a signer. */
export type Policy = SignerPolicy & ClaimPolicy;

/** Who must have signed. */
export type SignerPolicy =
  | { readonly kind: 'certificate-identity'; readonly identities: readonly CertificateIdentity[] }
  /** Any release of one workflow, with its identity at any version tag. */
  | ({ readonly kind: 'release-workflow' } & ReleaseWorkflow)
  | { readonly kind: 'managed-key'; readonly publicKeyPem: string };

/** What must have been signed. */
export interface ClaimPolicy {
  /**
   * Empty: the artifact itself must be signed, by a message signature, which is what proves a release. Otherwise, a
   * statement about it whose predicate has one of these types (URIs, compared as whole strings); it proves what that
   * predicate says.
   */
  readonly predicateTypes?: readonly string[];
}
