/** Writes the answer of a run to stdout and everything else to stderr, in the form that the options and the terminal ask for. */
import type { Verified } from '../attest/verified.ts';
import type { Answer } from './answer.ts';
import { K8sVerifyError } from '../errors.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import type { Note } from '../notes.ts';
import type { Report } from '../progress.ts';
import { withoutBlame } from './gone-directory.ts';
import { type Mode, readMode, terminalOf } from './mode.ts';
import { auditFacts, failureReport, renderJson } from './output-json.ts';
import { blockLines, errorText } from './error-text.ts';
import type { Invocation } from './invocation.ts';
import { noteText } from './output-text.ts';
import { decides, withLostPage } from './page-lost.ts';
import type { ParsedLine } from './parsed-line.ts';
import { policyText } from './policy-line.ts';
import { printable, printableLines } from './printable.ts';
import { paint } from './style.ts';
import type { ReportPage } from './report-page.ts';
import type { ScanMetrics } from './scan-metrics.ts';
import { recordFacts, type RunFacts, startOf } from './run-facts.ts';
import { lineProgress, type Progress, quietProgress } from './progress.ts';

export type { Answer, Failed } from './answer.ts';

/** The part of `process` that is used. */
export interface Surroundings {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Console {
  /** The words are understood; a failure from here on is told with them. */
  invoked(line: ParsedLine): void;
  /** Begins the display of progress; what is reported before is lost. */
  start(): Promise<Report>;
  /** Prints a note. */
  note(note: Note): void;
  /** Prints a line that only `--verbose` shows. */
  detail(text: string): void;
  /** Prints a line of the result at once. */
  line(text: string): void;
  /** The command line, for advice that repeats it. */
  invocation(): Invocation;
  /** What is known of the run so far. */
  facts(): RunFacts;
  /** Tells of something that was verified, for `--attest`. */
  attest(verified: Verified): void;
  /** What is told from now on goes there. */
  attestTo(sink: (verified: Verified) => void): void;
  /** The answer is also written as this page. */
  reportTo(page: ReportPage): void;
  /** What writes the metrics of the run, if any are asked for. */
  metrics(): ScanMetrics | undefined;
  measureBy(metrics: ScanMetrics): void;
  /** One of the results, for the page if there is one. */
  result(result: () => object): void;
  /** Ends the display of progress, so that the terminal is as it was. */
  finish(): void;
  /** @returns the exit code of the run. */
  answer(answer: Answer): Promise<ExitCode>;
  /** @returns the exit code of the run. */
  failure(error: unknown): Promise<ExitCode>;
}

export function openConsole(words: readonly string[], { stdout, stderr, env }: Surroundings): Console {
  const mode = readMode(words, stderr, env);
  const recorder = recordFacts(startOf(env));
  let progress: Progress = quietProgress();
  let line: ParsedLine | undefined;
  let summaries: ((verified: Verified) => void) | undefined;
  let page: ReportPage | undefined;
  let metrics: ScanMetrics | undefined;
  const invocation = (): Invocation => ({ words, line, downloaded: recorder.facts().downloaded });
  const tell = (note: Note): void => {
    recorder.note(note);
    if (!mode.quiet) stderr.write(noteText(note, mode.style));
  };
  const reportOf = ({ json, isAudit, failed }: Answer): Parameters<typeof renderJson>[0] =>
    failed === undefined
      ? {
          ...json,
          notes: recorder.facts().notes,
          ...(isAudit === true ? auditFacts(recorder.facts(), invocation()) : {}),
        }
      : failureReport(
          failed.error,
          recorder.facts(),
          invocation(),
          failed.artifacts(invocation()),
          typeof failed.more === 'function' ? failed.more(invocation()) : failed.more,
        );
  const textOf = (text: string, shown: Answer['shown']): string => {
    if (!stdout.isTTY) return text;
    if (mode.quiet || shown === undefined) return printableLines(text);
    return shown({ ...mode.style, ...terminalOf(stdout, env) });
  };
  /** @returns why it could not be written. */
  const writePage = async (
    report: () => object,
    results: 'added' | 'none',
  ): Promise<K8sVerifyError | undefined> => {
    const writing = page;
    // It is tried once only, also if it fails.
    page = undefined;
    if (writing === undefined) return undefined;
    try {
      await writing.write(report(), results);
    } catch (error) {
      if (error instanceof K8sVerifyError) return error;
      throw error;
    }
    if (!mode.quiet) stderr.write(`wrote ${printable(writing.path)}\n`);
    return undefined;
  };
  /** Tells how it failed, if it did; what decides the exit code comes last. */
  const withPage = async (answer: Answer): Promise<Answer> => {
    const lost = await writePage(() => reportOf(answer), 'added');
    const decided = lost !== undefined && decides(lost, answer);
    if (lost !== undefined && !decided) tellLost(lost);
    stderr.write(answer.failed?.text(mode.style, invocation()) ?? '');
    if (!decided) return answer;
    stderr.write(errorText(lost, mode.style, invocation()));
    return withLostPage(answer, lost);
  };
  const tellLost = (lost: K8sVerifyError): void => {
    stderr.write(`${blockLines(lost, mode.style, invocation()).join('\n')}\n`);
  };
  const finish = (): void => {
    progress.finish();
  };
  return {
    invoked(understood) {
      line = understood;
    },
    async start() {
      progress = await startProgress(mode, { stdout, stderr, env });
      return recorder.listenTo(progress.report);
    },
    note: tell,
    detail(text) {
      if (mode.style.verbose) stderr.write(`${paint(mode.style, 'dim', printable(text))}\n`);
    },
    line(text) {
      stdout.write(`${printable(text)}\n`);
    },
    invocation,
    facts: () => recorder.facts(),
    attest(verified) {
      summaries?.(verified);
    },
    attestTo(sink) {
      summaries = sink;
    },
    reportTo(one) {
      page = one;
    },
    metrics: () => metrics,
    measureBy(one) {
      metrics = one;
    },
    result(result) {
      page?.add(result());
    },
    finish,
    async answer(given) {
      finish();
      const { text, shown, summary, policies = [], below, notes = [] } = given;
      if (!mode.quiet && summary !== undefined) stderr.write(summary(mode.style, recorder.facts().aliases));
      // On a terminal what a person has to do comes last.
      if (!mode.json) stdout.write(textOf(text, shown));
      if (!mode.quiet) stderr.write(policyText(policies, given.failed === undefined, mode.style));
      for (const one of notes) tell(one);
      const answer = await withPage(given);
      const { json, failed } = answer;
      if (mode.json) stdout.write(renderJson(reportOf(answer), stdout.isTTY));
      if (below !== undefined && !mode.quiet) stderr.write(below);
      return failed === undefined ? json.exitCode : exitCodeFor(failed.error);
    },
    async failure(thrown) {
      finish();
      const error = withoutBlame(thrown);
      const report = failureReport(error, recorder.facts(), invocation());
      // An older page says more than one of a run that was ended.
      const lost = report.exitCode === 130 ? undefined : await writePage(() => report, 'none');
      if (lost !== undefined) tellLost(lost);
      stderr.write(errorText(error, mode.style, invocation()));
      if (mode.json) stdout.write(renderJson(report, stdout.isTTY));
      return exitCodeFor(error);
    },
  };
}

async function startProgress(mode: Mode, { stderr, env }: Surroundings): Promise<Progress> {
  if (mode.quiet) return quietProgress();
  if (!mode.animated) return lineProgress((line) => stderr.write(line), mode.style);
  const { terminalProgress } = await import('./terminal-progress.ts');
  // xterm and screen leave a line that has become too long as it is.
  const reflows = env['XTERM_VERSION'] === undefined && env['STY'] === undefined;
  return terminalProgress(stderr, mode.style, { reflows });
}
