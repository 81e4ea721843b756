/** What `--json` prints: one object on stdout, whether the run succeeded or not. docs/json.md describes it. */
import { type CheckName, type ErrorCode, K8sVerifyError } from '../errors.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import type { ArtifactSigners, TrustedRootReport } from '../result.ts';
import { VERSION } from '../text/version.ts';
import type { RunFacts } from './run-facts.ts';
import { causesOf } from './output-text.ts';
import { printableLines } from './printable.ts';

/** What every answer has, whichever command gives it. */
export interface JsonAnswer {
  readonly schemaVersion: 1;
  /** True exactly where `exitCode` is 0. */
  readonly ok: boolean;
  readonly exitCode: ExitCode;
}

export interface FailureReport {
  readonly schemaVersion: 1;
  readonly ok: false;
  readonly exitCode: Exclude<ExitCode, 0>;
  /** Of k8s-verify. */
  readonly version: string;
  /** When the run began, ISO 8601. */
  readonly time: string;
  /** Absent where the run failed before it had one. */
  readonly trustedRoot?: TrustedRootReport;
  /** Absent where the run failed before it looked at any artifact. */
  readonly expectedSigners?: readonly ArtifactSigners[];
  readonly error: {
    /** `bug` where k8s-verify itself is at fault. */
    readonly code: ErrorCode | 'bug';
    readonly kind: string;
    readonly message: string;
    readonly check?: CheckName;
    readonly wanted?: string;
    readonly found?: string;
    readonly why?: string;
    readonly advice?: string;
    /** The messages of the errors behind this one, nearest first. */
    readonly causes: readonly string[];
  };
}

export function failureReport(error: unknown, facts: RunFacts): FailureReport {
  const { startedAt, trustedRoot, expectedSigners } = facts;
  const code = exitCodeFor(error);
  const known = error instanceof K8sVerifyError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return {
    schemaVersion: 1,
    ok: false,
    exitCode: code === 0 ? 1 : code,
    version: VERSION,
    time: startedAt.toISOString(),
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
    ...(expectedSigners.length === 0 ? {} : { expectedSigners }),
    error: {
      code: known?.code ?? 'bug',
      kind: known?.name ?? 'bug',
      message,
      ...(known?.check === undefined ? {} : { check: known.check }),
      ...(known?.wanted === undefined ? {} : { wanted: known.wanted }),
      ...(known?.found === undefined ? {} : { found: known.found }),
      ...(known?.why === undefined ? {} : { why: known.why }),
      ...(known?.next === undefined ? {} : { advice: known.next }),
      causes: causesOf(error),
    },
  };
}

export function renderJson(report: JsonAnswer): string {
  return `${printableLines(JSON.stringify(report, undefined, 2))}\n`;
}
