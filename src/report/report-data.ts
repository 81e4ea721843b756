/** The parts of the JSON of an audit that its page shows. All of it may be text of others. */
import type { ScannedMachine } from '../flow/scan-machine.ts';
import type { Note } from '../notes.ts';
import type {
  Comparison,
  Corroboration,
  DigestDifference,
  ReleaseAudit,
  ReleaseCounts,
  WrittenRelease,
} from '../release-result.ts';
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

/** How many programs have which verdict. */
export interface ScanCounts extends Pick<
  ReleaseCounts,
  'found' | 'genuine' | 'refused' | 'unsigned' | 'notAllowed' | 'notJudged'
> {
  readonly otherBuilder: number;
  readonly unreadable: number;
  /** Not proved, and accepted by --allow-vendor or --allow-digest. */
  readonly allowed: number;
}

/** A scan as a whole. */
export interface ScanReport extends ReportedRun {
  readonly summary?: ScanCounts;
  readonly machine?: ScannedMachine;
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

/** The same shape with any text in it: a page shows what others wrote, and relies on no closed list. */
type WithAnyText<Type> = Type extends string
  ? string
  : Type extends object
    ? { readonly [Key in keyof Type]: WithAnyText<Type[Key]> }
    : Type;

/** A digest that is not the one it was held against. */
export type ReportedDifference = WithAnyText<DigestDifference>;

/** A record of the release, held against what is proved. */
export type ReportedComparison = WithAnyText<Omit<Comparison, 'error'>> & { readonly error?: ReportedError };

/** The audit of a release as a whole; of one that failed before it proved anything, only what every audit has. */
export interface ReleaseReport
  extends ReportedRun, Partial<Pick<ReleaseAudit, 'release' | 'summary' | 'unsignedByDesign'>> {
  readonly compared?: readonly ReportedComparison[];
  readonly corroborated?: readonly WithAnyText<Omit<Corroboration, 'format'>>[];
  readonly written?: Omit<WrittenRelease, 'leftOut'>;
}
