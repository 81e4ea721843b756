/** What an audit of a release finds. Two runs over the same release differ only in times. */
import type { K8sVerifyError } from './errors.ts';
import type { Note } from './notes.ts';
import type { PolicyUse } from './policy/policy.ts';
import type { CheckName } from './check-names.ts';
import type { ProvenLogEntry } from './proof/log-entry.ts';
import type { CheckResult, Signer } from './proof/verdict.ts';
import type { EvidenceOrigin, ResultName, TrustedRootReport } from './result.ts';
import type { FailedVerdict } from './verdict.ts';

/** The kind of a file of a release. */
export type ReleaseFileKind = 'binary' | 'image' | 'tarball' | 'document';

/** A signed file of the release, as the table of components has it, and what was found of it. */
export interface ReleaseFile {
  /** `genuine`, or why it is not. */
  readonly verdict: 'genuine' | FailedVerdict;
  /** Whether its digest is proved. It can be of a file that is `inconsistent` or `not-allowed`. */
  readonly proved: boolean;
  /** `kubectl`, `kube-apiserver.tar`, `kubernetes-server`, `kubernetes-release.spdx`. */
  readonly component: string;
  /** `v1.36.2` */
  readonly version: string;
  /** `os/arch`; absent if one file serves all. */
  readonly platform?: string;
  /** Below the release: `bin/linux/amd64/kubectl`. */
  readonly path: string;
  /** Where Kubernetes publishes it. Made from the table, and never from what a server said. */
  readonly url: string;
  /** What kind of file it is. */
  readonly kind: ReleaseFileKind;
  /** The proven digest, hex. Absent if it is not proved; there if the policy forbids what is. */
  readonly sha256?: string;
  /** The SHA-512 of the same file, hex: measured (`deep`), or as the proved release manifest lists it. */
  readonly sha512?: string;
  /** Its size. Only with `deep`, which has measured it. */
  readonly bytes?: number;
  /** The verified time of signing, ISO 8601. */
  readonly signedAt?: string;
  /** Who signed: the proven identity or key. Absent if it is not proved. */
  readonly signer?: Signer;
  /** The entries of transparency logs that were proved. */
  readonly logEntries: readonly ProvenLogEntry[];
  /** Where the signature came from. Absent if it is not proved. */
  readonly evidence?: EvidenceOrigin;
  /** The SHA-256 of the bundle that proved it, hex. Absent if it is not proved. */
  readonly bundleSha256?: string;
  /** What says that it is what `component`, `version` and `platform` name. Absent if it is not proved. */
  readonly name?: ResultName;
  /** Every check by name. Absent if it is not proved. */
  readonly checks?: Readonly<Record<CheckName, CheckResult>>;
  /** The trusted root by which it was proved. */
  readonly trustedRoot?: TrustedRootReport;
  /** Where its evidence is kept for later runs. Absent if nothing is kept of it. */
  readonly keptEvidence?: string;
  /** The policy file that allowed it, with every exception that this took. */
  readonly policy?: PolicyUse;
  /** What a person should know about this file. */
  readonly notes: readonly Note[];
  /** Why it is not genuine; absent if it is. */
  readonly error?: K8sVerifyError;
}

/** A digest that differs from the one it was compared with. Both hex. */
export interface DigestDifference {
  /** Below the release. Text of the record; a name that the table lacks is never in it. */
  readonly path: string;
  /** Of both digests. */
  readonly algorithm: 'sha256' | 'sha512';
  /** What the record says. */
  readonly found: string;
  /** What it was held against. */
  readonly wanted: string;
  /** Who says {@link wanted}: a proof, or where nothing proves the file another record of the release. */
  readonly wantedBy: 'proof' | 'kubernetes-release.spdx' | 'SHA256SUMS' | 'bytes';
}

/** What a record of the release can be. */
export type ComparedSource =
  | 'kubernetes-release.spdx'
  | 'SHA256SUMS'
  | 'SHA512SUMS'
  | 'provenance.json'
  | '.sha256'
  | 'table of components';

/**
 * `incomplete`: it agrees where it has a digest, and lacks files that it should list. `not-comparable`: it has no digest
 * that something else states too. `not-fetched`: nothing is known of it. `not-readable`: it is there, and not what it
 * should be.
 */
export type ComparisonOutcome =
  | 'agrees'
  | 'differs'
  | 'incomplete'
  | 'not-published'
  | 'not-fetched'
  | 'not-readable'
  | 'not-comparable';

/** One of the release's own records, held against what is proved. */
export interface Comparison {
  /** The record that was compared. */
  readonly source: ComparedSource;
  /** The place that had it, or those that were asked. */
  readonly from: string;
  /** Whether the record itself is proved. One that is not proves nothing. */
  readonly proved: boolean;
  /** What the comparison showed. */
  readonly outcome: ComparisonOutcome;
  /** How many files it agrees about. */
  readonly agrees: number;
  /** What it says otherwise. */
  readonly differs: readonly DigestDifference[];
  /** Files of this audit that it should list and does not, by their paths below the release. */
  readonly notListed: readonly string[];
  /** What it lists and the table of components does not have. Text of the record. */
  readonly extra: readonly string[];
  /** One line for a person. */
  readonly detail: string;
  /** Why it makes the run fail; absent if it does not. */
  readonly error?: K8sVerifyError;
}

/** What someone else recorded of the release. It is never a proof, and changes no verdict and no exit code. */
export interface Corroboration {
  /** As it was named. */
  readonly file: string;
  /** `kops`: asset data of kOps; `kubespray`: its `checksums.yml`; `sums`: lines of `sha256sum`. */
  readonly format: 'kops' | 'kubespray' | 'sums';
  /** How many proved files it has the proven digest of. */
  readonly agrees: number;
  /** What it says otherwise. */
  readonly differs: readonly DigestDifference[];
  /** Proved files that it says nothing of. */
  readonly notListed: number;
  /** Files that it lists and that this audit has not proved, by path below the release. */
  readonly notProved: readonly string[];
  /** One line for a person. */
  readonly detail: string;
}

/** How many files of the audit have which verdict. */
export interface ReleaseCounts {
  /** All that were looked for. */
  readonly found: number;
  /** Proved, and nothing is wrong with them. */
  readonly genuine: number;
  /** Do not use them. */
  readonly refused: number;
  /** No complete signature is published for them. */
  readonly unsigned: number;
  /** Genuine, and the policy file does not allow them. */
  readonly notAllowed: number;
  /** Nothing was learnt about them. */
  readonly notJudged: number;
  /** Their published signature is not their own. */
  readonly inconsistent: number;
  /** The publisher has nothing of them. */
  readonly missing: number;
  /** Kinds of files that Kubernetes never signs; they have no verdict. */
  readonly unsignedByDesign: number;
}

/** What `writeTo` has written. */
export interface WrittenRelease {
  /** Absolute. */
  readonly directory: string;
  /** Absolute paths; none where no file is proved, and the directory is not made then. */
  readonly files: readonly string[];
  /** Files of the audit that are not in it, by path below the release, with the reason in a word: their verdict. */
  readonly leftOut: readonly { readonly path: string; readonly verdict: 'genuine' | FailedVerdict }[];
}

/** The audit of a release. */
export interface ReleaseAudit {
  /** Rises with a change that could break a reader. */
  readonly schemaVersion: 1;
  /** `v1.36.2` */
  readonly release: string;
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  /** By path. */
  readonly results: readonly ReleaseFile[];
  /** Each record of the release, held against what is proved. */
  readonly compared: readonly Comparison[];
  /** For each file that was named, in that order. */
  readonly corroborated: readonly Corroboration[];
  /** What Kubernetes never signs: checksum files, `provenance.json`. They have no verdict. */
  readonly unsignedByDesign: readonly string[];
  /** How many files have which verdict. */
  readonly summary: ReleaseCounts;
  /** What `writeTo` has written. */
  readonly written?: WrittenRelease;
  /** What a person should know about the run as a whole. */
  readonly notes: readonly Note[];
  /** What decides the exit code; absent if every file is genuine and no record of the release differs. */
  readonly error?: K8sVerifyError;
}
