import type { CheckName } from '../errors.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import type { ReleaseWorkflow } from './release-workflow.ts';

export type { CertificateIdentity } from '../release/signer.ts';
export type { ReleaseWorkflow } from './release-workflow.ts';

/** What must be so for a digest to be proved. There is no policy without a signer. */
export type Policy =
  | { readonly kind: 'certificate-identity'; readonly identities: readonly CertificateIdentity[] }
  /** Any release of one workflow: its identity at every version tag. */
  | ({ readonly kind: 'release-workflow' } & ReleaseWorkflow)
  | { readonly kind: 'managed-key'; readonly publicKeyPem: string };

export interface CheckResult {
  /** `not-present`: this kind of evidence has nothing to check here, and needs nothing. */
  readonly outcome: 'passed' | 'not-present';
  /** What was found, in one line. */
  readonly detail: string;
}

export type CheckReport = Readonly<Record<Exclude<CheckName, 'digest'>, CheckResult>>;

export type Signer =
  | ({ readonly kind: 'certificate-identity' } & CertificateIdentity)
  | { readonly kind: 'managed-key'; readonly sha256: string };

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

export type { ProvenDigest } from './prove-digest.ts';
