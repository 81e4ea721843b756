/** Where a run's words go: the answer to stdout, everything else to stderr, as the options and the terminal ask. */
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import type { Report } from '../progress.ts';
import { withoutBlame } from './gone-directory.ts';
import { type Mode, readMode } from './mode.ts';
import { failureReport, type JsonAnswer, renderJson } from './output-json.ts';
import { errorText, noteText, paint, type TextStyle } from './output-text.ts';
import { printable, printableLines } from './printable.ts';
import { recordFacts } from './run-facts.ts';
import { barProgress, lineProgress, type Progress, quietProgress } from './progress.ts';

/** The part of `process` that is used. */
export interface Surroundings {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a command has to say in the end. */
export interface Answer {
  /** For stdout, where no JSON is asked for. */
  readonly text: string;
  /** For people, on stderr. */
  readonly summary?: (style: TextStyle) => string;
  readonly json: JsonAnswer;
}

export interface Console {
  /** Begins the display of progress; what is reported before is lost. */
  start(): Promise<Report>;
  /** Tells what a person should know. */
  note(text: string): void;
  /** Tells what is only told with `--verbose`. */
  detail(text: string): void;
  /** Ends the display of progress, so that the terminal is as it was. */
  finish(): void;
  /** @returns the exit code of the run. */
  answer(answer: Answer): ExitCode;
  /** @returns the exit code of the run. */
  failure(error: unknown): ExitCode;
}

export function openConsole(words: readonly string[], { stdout, stderr, env }: Surroundings): Console {
  const mode = readMode(words, stderr, env);
  const recorder = recordFacts(new Date());
  let progress: Progress = quietProgress();
  const finish = (): void => {
    progress.finish();
  };
  return {
    async start() {
      progress = await startProgress(mode, stderr);
      return recorder.listenTo(progress.report);
    },
    note(text) {
      if (!mode.quiet) stderr.write(noteText(text, mode.style));
    },
    detail(text) {
      if (mode.style.verbose) stderr.write(`${paint(mode.style, 'dim', printable(text))}\n`);
    },
    finish,
    answer({ text, summary, json }) {
      finish();
      if (!mode.quiet && summary !== undefined) stderr.write(summary(mode.style));
      stdout.write(mode.json ? renderJson(json) : stdout.isTTY ? printableLines(text) : text);
      return json.exitCode;
    },
    failure(thrown) {
      finish();
      const error = withoutBlame(thrown);
      stderr.write(errorText(error, mode.style));
      if (mode.json) stdout.write(renderJson(failureReport(error, recorder.facts())));
      return exitCodeFor(error);
    },
  };
}

function startProgress(mode: Mode, stderr: Surroundings['stderr']): Promise<Progress> {
  if (mode.quiet) return Promise.resolve(quietProgress());
  if (mode.animated) return barProgress(stderr, mode.style);
  return Promise.resolve(lineProgress((line) => stderr.write(line), mode.style));
}
