/** The parts of the JSON of an audit that its page shows. All of it may be text of others. */
import type { Note } from '../notes.ts';
import type { ArtifactResult, TrustedRootReport } from '../result.ts';

/** What the JSON says of a failure. */
export interface ReportedError {
  readonly exitCode: number;
  readonly message: string;
  readonly wanted?: string;
  readonly found?: string;
  readonly from?: string;
  readonly why?: string;
  readonly next: readonly { readonly text: string; readonly command?: string }[];
}

/** What every audit says of itself. */
export interface ReportedRun {
  readonly command?: string;
  readonly exitCode: number;
  /** Of k8s-verify. */
  readonly version: string;
  /** ISO 8601. */
  readonly time: string;
  readonly trustedRoot?: TrustedRootReport;
  readonly commandLine?: string;
  readonly notes: readonly Note[];
  /** What decided the exit code, where that is not 0. */
  readonly error?: ReportedError;
}

/** How one thing was proved; absent as far as it was not. */
export type ReportedProof = Partial<
  Pick<
    ArtifactResult,
    | 'component'
    | 'version'
    | 'platform'
    | 'sha256'
    | 'name'
    | 'signer'
    | 'signedAt'
    | 'logEntries'
    | 'evidence'
    | 'keptEvidence'
    | 'checks'
    | 'notes'
    | 'policy'
  >
>;

/** One program of a scan. */
export interface ScanRow extends ReportedProof {
  readonly verdict: string;
  readonly proved: boolean;
  readonly path: string;
  readonly owner?: { readonly user: number; readonly group: number };
  readonly mode?: string;
  readonly pids?: readonly number[];
  readonly deleted?: boolean;
  readonly allowed?: { readonly by: 'vendor' | 'digest'; readonly reason: string };
  readonly error?: ReportedError;
}

/** A scan as a whole. */
export interface ScanReport extends ReportedRun {
  readonly summary?: {
    readonly found: number;
    readonly genuine: number;
    readonly refused: number;
    readonly unsigned: number;
    readonly notAllowed: number;
    readonly notJudged: number;
    readonly otherBuilder: number;
    readonly unreadable: number;
    readonly allowed: number;
  };
  readonly machine?: {
    readonly host?: string;
    readonly system?: string;
    readonly root?: string;
    readonly places: readonly string[];
    readonly processes?: { readonly programs: number; readonly unread: number };
    readonly unread: {
      readonly count: number;
      readonly first: readonly { readonly path: string; readonly reason: string }[];
    };
  };
}

/** One signed file of a release. */
export interface ReleaseRow extends ReportedProof {
  readonly verdict: string;
  readonly proved: boolean;
  readonly component: string;
  /** Below the release. */
  readonly path: string;
  readonly url: string;
  readonly kind: string;
  readonly sha512?: string;
  readonly bytes?: number;
  readonly error?: ReportedError;
}

/** A digest that is not the one it was held against. */
export interface ReportedDifference {
  readonly path: string;
  readonly algorithm: string;
  readonly found: string;
  readonly wanted: string;
  readonly wantedBy: string;
}

/** A record of the release, held against what is proved. */
export interface ReportedComparison {
  readonly source: string;
  readonly from: string;
  readonly proved: boolean;
  readonly outcome: string;
  readonly agrees: number;
  readonly differs: readonly ReportedDifference[];
  readonly notListed: readonly string[];
  readonly extra: readonly string[];
  readonly detail: string;
  readonly error?: ReportedError;
}

/** The audit of a release as a whole; of one that failed before it proved anything, only what every audit has. */
export interface ReleaseReport extends ReportedRun {
  readonly release?: string;
  readonly summary?: {
    readonly found: number;
    readonly genuine: number;
    readonly refused: number;
    readonly unsigned: number;
    readonly notAllowed: number;
    readonly notJudged: number;
    readonly inconsistent: number;
    readonly missing: number;
    readonly unsignedByDesign: number;
  };
  readonly compared?: readonly ReportedComparison[];
  readonly corroborated?: readonly {
    readonly file: string;
    readonly agrees: number;
    readonly differs: readonly ReportedDifference[];
    readonly notListed: number;
    readonly notProved: readonly string[];
    readonly detail: string;
  }[];
  readonly unsignedByDesign?: readonly string[];
  readonly written?: { readonly directory: string; readonly files: readonly string[] };
}
