/** The answers of a proof. */
import type { CheckName } from '../check-names.ts';
import type { CertificateIdentity } from '../release/signer.ts';

/** What one named check of a proof found. */
export interface CheckResult {
  /** `not-present`: this kind of evidence has nothing to check here, and needs nothing. */
  readonly outcome: 'passed' | 'not-present';
  /** What was found, in one line. */
  readonly detail: string;
}

/** Every check by name. `digest` is not part of the proof: it is checked on the bytes. */
export type CheckReport = Readonly<Record<Exclude<CheckName, 'digest'>, CheckResult>>;

/** The signer that the proof established. */
export type Signer =
  | ({ readonly kind: 'certificate-identity' } & CertificateIdentity)
  | { readonly kind: 'managed-key'; readonly sha256: string };

/**
 * What the signer signed. `genuine`: the artifact itself, the way a release is signed. `attested`: a statement about
 * it. A statement means what its predicate type says, and not that the artifact was released.
 */
export type Claim =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'attested'; readonly predicateType: string };
