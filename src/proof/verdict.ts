/** What a proof says of what it proved. */
import type { CheckName } from '../errors.ts';
import type { CertificateIdentity } from '../release/signer.ts';

/** What one named check of a proof found. */
export interface CheckResult {
  /** `not-present`: this kind of evidence has nothing to check here, and needs nothing. */
  readonly outcome: 'passed' | 'not-present';
  /** What was found, in one line. */
  readonly detail: string;
}

/** Every check by name; `digest` is the bytes', and not the proof's. */
export type CheckReport = Readonly<Record<Exclude<CheckName, 'digest'>, CheckResult>>;

/** Who signed, as the proof found it. */
export type Signer =
  | ({ readonly kind: 'certificate-identity' } & CertificateIdentity)
  | { readonly kind: 'managed-key'; readonly sha256: string };

/**
 * What the signer signed. `genuine`: the artifact itself, as a release is signed; `attested`: a statement about it, which
 * says what its predicate type means, and not that the artifact was released.
 */
export type Claim =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'attested'; readonly predicateType: string };

/** Where the proof stands in the transparency log. */
export interface ProvenLogEntry {
  /** Over all shards where the log promised that index; else within the tree of the inclusion proof. */
  readonly logIndex: string;
  /** Hex. */
  readonly logId: string;
  /** The log's base URL, as the trusted root has it. */
  readonly logUrl: string;
  /** ISO 8601; absent for Rekor v2. */
  readonly integratedTime?: string;
}
