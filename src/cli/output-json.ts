/** What `--json` prints: one object on stdout, whether the run succeeded or not. docs/json.md describes it. */
import { type CheckName, type ErrorCode, type JudgedSubject, K8sVerifyError } from '../errors.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import type { Note } from '../notes.ts';
import type { ArtifactSigners, TrustedRootReport } from '../result.ts';
import { VERSION } from '../text/version.ts';
import type { RunFacts } from './run-facts.ts';
import { causesOf } from './causes.ts';
import { type Invocation, toType } from './invocation.ts';
import { bugSteps, nextSteps, type NextStep } from './next.ts';
import type { CommandName } from './add-command.ts';
import { printableLines } from './printable.ts';

/** What every answer has, whichever command gives it; the notes of the run come to it in the end. */
export interface JsonAnswer {
  readonly schemaVersion: 1;
  readonly command: CommandName;
  /** True exactly where `exitCode` is 0. */
  readonly ok: boolean;
  readonly exitCode: ExitCode;
  /** Of install and verify. */
  readonly artifacts?: readonly object[];
  /** Of scan. */
  readonly results?: readonly object[];
}

export interface FailureReport {
  readonly schemaVersion: 1;
  /** Absent where the words cannot be understood. */
  readonly command?: CommandName;
  readonly ok: false;
  readonly exitCode: Exclude<ExitCode, 0>;
  /** Each file with its verdict for verify; nothing for install: what fails installs nothing. Absent for other commands. */
  readonly artifacts?: readonly object[];
  /** Each program that scan found; nothing for digest: one digest that is not proved leaves none. Absent for other commands. */
  readonly results?: readonly object[];
  /** With scan: how many programs have which verdict. */
  readonly summary?: object;
  /** With scan: what was looked at. */
  readonly machine?: object;
  /** Of an audit, as it would be typed; absent where a word of it cannot be shown. */
  readonly commandLine?: string;
  /** Of digest. */
  readonly skipped?: readonly object[];
  /** What was to be told until it failed. */
  readonly notes: readonly Note[];
  /** Of k8s-verify. */
  readonly version: string;
  /** When the run began, ISO 8601. */
  readonly time: string;
  /** Absent where the run failed before it had one. */
  readonly trustedRoot?: TrustedRootReport;
  /** Absent where the run failed before it looked at any artifact. */
  readonly expectedSigners?: readonly ArtifactSigners[];
  readonly error: ErrorReport;
}

export interface ErrorReport {
  /** `bug` where k8s-verify itself is at fault. */
  readonly code: ErrorCode | 'bug';
  readonly exitCode: Exclude<ExitCode, 0>;
  readonly kind: string;
  readonly message: string;
  readonly check?: CheckName;
  readonly wanted?: string;
  readonly found?: string;
  readonly from?: string;
  readonly why?: string;
  /** Of the error of a whole run: the file that it is about, as far as it is known. */
  readonly subject?: JudgedSubject;
  /** What to do; at least one thing. */
  readonly next: readonly NextStep[];
  /** The messages of the errors behind this one, nearest first. */
  readonly causes: readonly string[];
}

/**
 * @param artifacts what is told of each file, where the command judges them one by one.
 * @param more what the JSON of the command has besides.
 */
export function failureReport(
  error: unknown,
  facts: RunFacts,
  invocation: Invocation,
  artifacts: readonly object[] = [],
  more: object = {},
): FailureReport {
  const { expectedSigners, allNotes: notes } = facts;
  const command = invocation.line?.command;
  const isCheck = command === 'mirror' && invocation.line?.options.check !== undefined;
  const hasArtifacts = command === 'install' || command === 'verify' || isCheck;
  const hasResults = command === 'digest' || command === 'lock';
  return {
    schemaVersion: 1,
    ...(command === undefined ? {} : { command }),
    ok: false,
    exitCode: failingCode(error),
    ...(hasArtifacts ? { artifacts } : {}),
    ...(hasResults ? { results: [], skipped: [] } : {}),
    ...(command === 'scan' || command === 'release' ? { results: artifacts } : {}),
    ...more,
    notes,
    ...runFacts(facts),
    ...(command === 'scan' || command === 'release' ? lineOf(invocation) : {}),
    ...(expectedSigners.length === 0 ? {} : { expectedSigners }),
    error: {
      ...errorReport(error, invocation),
      ...(error instanceof K8sVerifyError && error.subject !== undefined ? { subject: error.subject } : {}),
    },
  };
}

/** By which version it was found, when, and by which trusted root. */
function runFacts({
  startedAt,
  trustedRoot,
}: RunFacts): Pick<FailureReport, 'version' | 'time' | 'trustedRoot'> {
  return {
    version: VERSION,
    time: startedAt.toISOString(),
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
  };
}

/** The same with the command line, of an audit that found no fault. */
export function auditFacts(
  facts: RunFacts,
  invocation: Invocation,
): Pick<FailureReport, 'version' | 'time' | 'trustedRoot' | 'commandLine'> {
  return { ...runFacts(facts), ...lineOf(invocation) };
}

/** As of every line to type: what the run writes is no part of what was found. */
function lineOf({ words }: Invocation): { readonly commandLine?: string } {
  const commandLine = toType(words);
  return commandLine === undefined ? {} : { commandLine };
}

function failingCode(error: unknown): Exclude<ExitCode, 0> {
  const code = exitCodeFor(error);
  return code === 0 ? 1 : code;
}

export function errorReport(error: unknown, invocation: Invocation): ErrorReport {
  const known = error instanceof K8sVerifyError ? error : undefined;
  return {
    code: known?.code ?? 'bug',
    exitCode: failingCode(error),
    kind: known?.name ?? 'bug',
    message: error instanceof Error ? error.message : String(error),
    ...(known?.check === undefined ? {} : { check: known.check }),
    ...(known?.wanted === undefined ? {} : { wanted: known.wanted }),
    ...(known?.found === undefined ? {} : { found: known.found }),
    ...(known?.from === undefined ? {} : { from: known.from }),
    ...(known?.why === undefined ? {} : { why: known.why }),
    next: known === undefined ? bugSteps(invocation) : nextSteps(known, invocation),
    causes: causesOf(error),
  };
}

/** One line in a pipe, so that appended runs are JSON lines; indented by two on a terminal. */
export function renderJson(
  report: (JsonAnswer & { readonly notes: readonly Note[] }) | FailureReport,
  isTerminal: boolean,
): string {
  return `${printableLines(JSON.stringify(report, undefined, isTerminal ? 2 : undefined))}\n`;
}
