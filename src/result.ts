/**
 * What a run reports, and the object that `--json` prints of it. Its shape is stable; a change that could break a reader
 * raises `schemaVersion`.
 */
import type { NameSource } from './names/bind-name.ts';
import type { OtherHand } from './disk/who-can-change.ts';
import type { CheckName } from './errors.ts';
import type { Note } from './notes.ts';
import type { CrossCheck } from './records/cross-check.ts';
import type { PolicyUse } from './policy/policy.ts';
import type { ProvenLogEntry } from './proof/log-entry.ts';
import type { CheckResult, Signer } from './proof/verdict.ts';
import type { RootFacts } from './trust/root-age.ts';

/** How the evidence for an artifact was found. */
export type EvidenceOrigin =
  /** A Sigstore bundle: published next to the artifact, found next to a local file, or named. */
  | { readonly kind: 'bundle'; readonly location: string }
  /** `.sig` and `.cert`, completed by a look-up in the transparency log. */
  | { readonly kind: 'detached'; readonly location: string; readonly log: string }
  /** The published pair did not fit, or there was no evidence: an entry of the log for the same digest passed every check. */
  | { readonly kind: 'log-search'; readonly log: string; readonly reason: string }
  /** No signature of the file itself fitted or was at hand: the signed release manifest lists it, and its own passed. */
  | {
      readonly kind: 'release-manifest';
      readonly location: string;
      /** Of the manifest, hex. */
      readonly sha256: string;
      readonly reason: string;
    };

/** One member of a proven archive, as unpacking would write it. */
export interface ListedMember {
  /** Relative, with `/`; safe to print. */
  readonly path: string;
  /** Archives with anything else are refused. */
  readonly kind: 'file' | 'directory';
  /** Its size; 0 for a directory. */
  readonly bytes: number;
  /** Octal: `0755` or `0644`. */
  readonly mode: string;
  /** ISO 8601. */
  readonly modified: string;
}

/** The trusted root that everything was held against. */
export interface TrustedRootReport extends RootFacts {
  /** Its parts that this version does not know and leaves out; absent where there are none. */
  readonly ignored?: readonly string[];
}

/** A signer that is accepted: one identity or key, or the releases of a workflow. */
export type ExpectedSigner =
  | Signer
  | { readonly kind: 'release-workflow'; readonly workflow: string; readonly issuer: string };

/** Who must have signed an artifact: one of these. */
export interface ArtifactSigners {
  /** As messages name it: "kubectl v1.26.0 linux/amd64", a file, a digest. */
  readonly artifact: string;
  /** One of them is enough. */
  readonly signers: readonly ExpectedSigner[];
}

/** Whether an artifact has the name that it was asked for by. Its signature binds it to a signer, and to no name. */
export interface ResultName {
  /** False where nothing says it. */
  readonly bound: boolean;
  /**
   * What says it. `release-manifest`: the signed list of the release's files; `binary`: the file itself. `lockfile`,
   * `sha256`: you demanded the digest.
   */
  readonly by: readonly NameSource[];
  /** The SHA-256 of the release manifest, hex; where that binds the name. */
  readonly manifestSha256?: string;
  /** The SHA-256 of the bundle that proves the release manifest, hex; where the manifest binds the name. */
  readonly manifestBundleSha256?: string;
}

/** One artifact that was proved, and what became of it. */
export interface ArtifactResult {
  /**
   * `replaced`: another file, or one that could not be left alone, was there; `kept`: it was there with the proven digest,
   * and nothing was written; `verified` has changed nothing on disk; `extracted`: the proven tarball was unpacked, and not kept.
   * Of a dry run, besides `kept`: `would-install`, `would-replace`.
   */
  readonly outcome:
    | 'installed'
    | 'replaced'
    | 'kept'
    | 'extracted'
    | 'verified'
    | 'would-install'
    | 'would-replace';
  /** The version that was replaced, as the file that was there said it; nothing proved that file. */
  readonly previous?: string;
  /** Component, release version and `os/arch`; for a local file what it says that it is, if it says so. */
  readonly component?: string;
  /** As {@link component}. */
  readonly version?: string;
  /** As {@link component}. */
  readonly platform?: string;
  /** What says that the file is what `component`, `version` and `platform` name. Absent where there are no bytes of one file. */
  readonly name?: ResultName;
  /** It is the payload of a container image's signature: of which image, and the digest of that. */
  readonly containerImage?: { readonly reference: string; readonly digest: string };
  /** The absolute path of the file, or of the directory with the unpacked tarball. Absent if only a digest was proved. */
  readonly path?: string;
  /**
   * What its signer signed. `genuine`: the artifact itself (a tarball, for a file out of one); `attested`: a statement
   * about it, which says what {@link predicateType} means, and not that it was released.
   */
  readonly claim: 'genuine' | 'attested';
  /** The type of the statement. Absent if the artifact itself was signed. */
  readonly predicateType?: string;
  /** The proven digest of the artifact, hex. For a file {@link fromTarball} it is the file's own, which is not signed. */
  readonly sha256: string;
  /** The proven tarball that the file comes from. */
  readonly fromTarball?: { readonly name: string; readonly sha256: string; readonly member: string };
  /**
   * Which other users can change what was placed, and where on the way to it. Empty if there are none; absent on Windows,
   * or if nothing was placed.
   */
  readonly othersCanChange?: readonly OtherHand[];
  /** What was unpacked. */
  readonly extracted?: { readonly files: number; readonly bytes: number };
  /** What the archive holds, in its order, if you asked for that. */
  readonly members?: readonly ListedMember[];
  /** The URL of the download. Absent if nothing was downloaded. */
  readonly source?: string;
  /** Where the signature came from. */
  readonly evidence: EvidenceOrigin;
  /**
   * The SHA-256 of the bundle that proved it, hex: as it was found, or as a signature, its certificate and the entry of the
   * log were put together. Where the release manifest proves the artifact, the bundle is that of the manifest.
   */
  readonly bundleSha256: string;
  /** Where the bundle was written: when asked, or when the replaced file had its own. */
  readonly bundlePath?: string;
  /**
   * Where the release manifest was written, if that proves the artifact: with its bundle, `<manifestPath>.sigstore.json`,
   * in the place of a bundle of the artifact's own.
   */
  readonly manifestPath?: string;
  /** Where its evidence is kept for later runs, which need no network for it. Absent if nothing is kept of it. */
  readonly keptEvidence?: string;
  /** Who signed: the proven identity or key. */
  readonly signer: Signer;
  /** The verified time of signing, ISO 8601. Absent for a managed key without a time in its evidence. */
  readonly signedAt?: string;
  /** The entries of transparency logs that were proved. */
  readonly logEntries: readonly ProvenLogEntry[];
  /** The trusted root by which it was proved. */
  readonly trustedRoot: TrustedRootReport;
  /** Every check by name. */
  readonly checks: Readonly<Record<CheckName, CheckResult>>;
  /** With `checkSums`: what the release's own records say about the proven digest. One that differs is an error. */
  readonly crossChecks?: readonly CrossCheck[];
  /** The policy file that allowed it, with every exception that this took; absent where the run was under none. */
  readonly policy?: PolicyUse;
  /** What a person should know about this artifact: that the checksum file could not be fetched, for example. */
  readonly notes: readonly Note[];
}

/** What a run did: what `--json` prints, without `ok` and `exitCode`. */
export interface RunResult {
  /** Rises with a change that could break a reader. */
  readonly schemaVersion: 1;
  /** One for each file or directory, in the order of the request. */
  readonly artifacts: readonly ArtifactResult[];
  /** What a person should know about the run as a whole. */
  readonly notes: readonly Note[];
}

/** The whole object that `--json` prints of a run that succeeded, and that the Action gives as its output `result`. */
export interface SuccessReport extends RunResult {
  readonly command: 'install' | 'verify';
  readonly ok: true;
  readonly exitCode: 0;
}

export function successReport(command: SuccessReport['command'], result: RunResult): SuccessReport {
  const { schemaVersion, artifacts, notes } = result;
  return { schemaVersion, command, ok: true, exitCode: 0, artifacts, notes };
}
