/** Writes the answer of a run to stdout and everything else to stderr, in the form that the options and the terminal ask for. */
import type { Verified } from '../attest/verification-summary.ts';
import type { K8sVerifyError } from '../errors.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import type { Note } from '../notes.ts';
import type { Report } from '../progress.ts';
import { withoutBlame } from './gone-directory.ts';
import { type Mode, readMode, terminalOf } from './mode.ts';
import { auditFacts, failureReport, type JsonAnswer, renderJson } from './output-json.ts';
import { errorText } from './error-text.ts';
import type { Invocation } from './invocation.ts';
import { noteText } from './output-text.ts';
import type { ParsedLine } from './parsed-line.ts';
import { printable, printableLines } from './printable.ts';
import { paint, type TextStyle } from './style.ts';
import type { Aliases } from './success-text.ts';
import { recordFacts, type RunFacts, startOf } from './run-facts.ts';
import { lineProgress, type Progress, quietProgress } from './progress.ts';

/** The part of `process` that is used. */
export interface Surroundings {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The answer of a command. */
export interface Answer {
  /** For stdout, where no JSON is asked for. */
  readonly text: string;
  /** For stdout on a terminal; the same where it is left out. */
  readonly shown?: (style: TextStyle) => string;
  /** For people, on stderr. */
  readonly summary?: (style: TextStyle, aliases: Aliases) => string;
  /** For people, on stderr, below a long answer. */
  readonly below?: string;
  /** What a person should know besides, after the summary. */
  readonly notes?: readonly Note[];
  readonly json: JsonAnswer;
  /** Whether the JSON also says when, how and by what it was found, as that of a failure does. */
  readonly isAudit?: true;
  /** Where not everything that was asked about is proved; it decides the exit code and the JSON then. */
  readonly failed?: Failed | undefined;
}

/** The failure of a command that judges several things one by one. */
export interface Failed {
  /** What decides the exit code. */
  readonly error: K8sVerifyError;
  /** For people, on stderr, also where only errors are told. */
  readonly text: (style: TextStyle, invocation: Invocation) => string;
  /** What the JSON has besides: how many of them have which verdict. */
  readonly more?: object | ((invocation: Invocation) => object);
  /** Everything that was asked about, with its verdict. */
  readonly artifacts: (invocation: Invocation) => readonly object[];
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
  /** Ends the display of progress, so that the terminal is as it was. */
  finish(): void;
  /** @returns the exit code of the run. */
  answer(answer: Answer): ExitCode;
  /** @returns the exit code of the run. */
  failure(error: unknown): ExitCode;
}

export function openConsole(words: readonly string[], { stdout, stderr, env }: Surroundings): Console {
  const mode = readMode(words, stderr, env);
  const recorder = recordFacts(startOf(env));
  let progress: Progress = quietProgress();
  let line: ParsedLine | undefined;
  let summaries: ((verified: Verified) => void) | undefined;
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
    finish,
    answer(answer) {
      const { text, shown, summary, below, notes = [], json, failed } = answer;
      finish();
      if (!mode.quiet && summary !== undefined) stderr.write(summary(mode.style, recorder.facts().aliases));
      // On a terminal what a person has to do comes last.
      if (!mode.json) stdout.write(textOf(text, shown));
      for (const one of notes) tell(one);
      if (failed !== undefined) stderr.write(failed.text(mode.style, invocation()));
      if (mode.json) stdout.write(renderJson(reportOf(answer), stdout.isTTY));
      if (below !== undefined && !mode.quiet) stderr.write(below);
      return failed === undefined ? json.exitCode : exitCodeFor(failed.error);
    },
    failure(thrown) {
      finish();
      const error = withoutBlame(thrown);
      stderr.write(errorText(error, mode.style, invocation()));
      if (mode.json) {
        const report = failureReport(error, recorder.facts(), invocation());
        stdout.write(renderJson(report, stdout.isTTY));
      }
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
