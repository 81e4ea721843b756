/**
 * What a run reports: the object that `--json` prints. Its shape is stable; a change that could break a reader
 * raises `schemaVersion`.
 */
import type { CheckName } from './errors.ts';
import type { CrossCheck } from './evidence/cross-check.ts';
import type { CheckResult, ProvenLogEntry, Signer } from './proof/proven-digest.ts';
import type { TrustSource } from './trust/trust-material.ts';

/** How the evidence for an artifact was found. */
export type EvidenceOrigin =
  /** A Sigstore bundle: published beside the artifact, found beside a local file, or named. */
  | { readonly kind: 'bundle'; readonly location: string }
  /** `.sig` and `.cert`, completed by a look-up in the transparency log. */
  | { readonly kind: 'detached'; readonly location: string; readonly log: string }
  /** The published pair did not fit; another entry of the log for the same digest passed every check. */
  | { readonly kind: 'log-search'; readonly log: string; readonly reason: string };

export interface ArtifactResult {
  /** `verified` has changed nothing on disk. */
  readonly outcome: 'installed' | 'already-installed' | 'verified';
  /** Component, release version and `os/arch`; absent where a local file was verified. */
  readonly component?: string;
  readonly version?: string;
  readonly platform?: string;
  /** The file, absolute; absent where only a digest was proved. */
  readonly path?: string;
  /** Hex. */
  readonly sha256: string;
  /** The URL that delivered the bytes; absent where nothing was downloaded. */
  readonly source?: string;
  readonly evidence: EvidenceOrigin;
  /** Where the bundle was written, when asked. */
  readonly bundlePath?: string;
  readonly signer: Signer;
  /** The verified time of signing, ISO 8601; absent for a managed key whose evidence has none. */
  readonly signedAt?: string;
  readonly logEntries: readonly ProvenLogEntry[];
  readonly trustedRoot: TrustSource & { readonly sha256: string };
  readonly checks: Readonly<Record<CheckName, CheckResult>>;
  /** What the release's own records say of the proven digest, where `checkSums` asked; one that differs is an error. */
  readonly crossChecks?: readonly CrossCheck[];
  /** Sentences that a person should read: a stale copy upstream, a missing checksum file. */
  readonly notes: readonly string[];
}

export interface RunResult {
  readonly schemaVersion: 1;
  readonly artifacts: readonly ArtifactResult[];
}
