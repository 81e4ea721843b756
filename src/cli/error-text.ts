/**
 * A "no", for people: two words tell the two kinds apart. `refused:` is about the file, do not use it; `error:` is
 * anything else, and nothing was learnt. Then what was wanted and found, where from, why, and what to do; in the end
 * what is on the disk now. The same sentences on a terminal and in a pipe, where nothing wraps.
 */
import { InstallError, K8sVerifyError } from '../errors.ts';
import { exitCodeFor } from '../exit-codes.ts';
import { factsOf, sentenceOf } from '../text/error-facts.ts';
import { causesOf } from './causes.ts';
import { diskState, exitLine, isRefusal } from './disk-state.ts';
import type { Invocation } from './invocation.ts';
import { bugSteps, nextSteps, type NextStep } from './next.ts';
import { printable } from './printable.ts';
import { paint, type TextStyle, wrapped } from './style.ts';
import { thisPlatform } from './success-text.ts';

/** Where the words behind a label begin. */
const COLUMN = 9;
/** Deeper than a label, so that the rest of a long first line is not taken for one. */
const HANGING = 4;
const NOTHING_TYPED: Invocation = { words: [], line: undefined, downloaded: false };

/** The error, as lines for stderr. */
export function errorText(error: unknown, style: TextStyle, invocation: Invocation = NOTHING_TYPED): string {
  if (!(error instanceof K8sVerifyError)) return bugText(error, style, invocation);
  if (error.code === 'interrupted') return `k8s-verify: ${printable(error.message)}\n`;
  const exitCode = exitCodeFor(error);
  const lines = [
    ...blockLines(error, style, invocation),
    ...lastLines(
      diskState(error.code, exitCode, invocation),
      exitLine(error.code, exitCode, nextSteps(error, invocation)),
      style,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Everything but the state of the disk and the exit code. */
export function blockLines(
  error: K8sVerifyError,
  style: TextStyle,
  invocation: Invocation,
): readonly string[] {
  return [
    headlineOf(error, style, invocation),
    ...factLines(error, style, invocation),
    ...nextLines(nextSteps(error, invocation), style),
    ...(style.verbose ? causesOf(error).map((cause) => labelled('cause', cause, style)) : []),
  ];
}

/** What failed, in one line. */
export function headlineOf(error: K8sVerifyError, style: TextStyle, invocation: Invocation): string {
  const word = isRefusal(exitCodeFor(error)) ? 'refused' : 'error';
  return headline(word, withoutPlatform(sentenceOf(error), style, invocation), style);
}

/** On a terminal the platform is left out where it is this machine's and the only one. */
function withoutPlatform(text: string, style: TextStyle, { line }: Invocation): string {
  const platform = thisPlatform();
  const several = (line?.options.platform ?? []).length > 1;
  if (style.terminal === undefined || platform === undefined || several) return text;
  return text.replaceAll(new RegExp(`(v\\d\\S*) ${platform}`, 'g'), '$1');
}

function headline(word: 'refused' | 'error', message: string, style: TextStyle): string {
  const begin = `k8s-verify: ${word}:`;
  const text = wrapped(`${begin} ${printable(message)}`, 0, style, HANGING);
  return `${paint(style, 'red', begin)}${text.slice(begin.length)}`;
}

/** Only lines that say something new. */
function factLines(error: K8sVerifyError, style: TextStyle, invocation: Invocation): readonly string[] {
  return factsOf(error)
    .filter(([label, text]) => style.verbose || label !== 'found' || !isToldAlready(error, text))
    .map(([label, text]) => labelled(label, withoutPlatform(text, style, invocation), style));
}

/** What the system said (`ENOTDIR: not a directory`), where the sentence says what that means. */
function isToldAlready(error: K8sVerifyError, found: string): boolean {
  return error instanceof InstallError && /^E[A-Z\d]+: /.test(found) && error.message.includes(': ');
}

function labelled(label: string, text: string, style: TextStyle): string {
  return `  ${label.padEnd(COLUMN - 2)}${wrapped(printable(text), COLUMN, style)}`;
}

function nextLines(steps: readonly NextStep[], style: TextStyle): readonly string[] {
  return steps.map(({ text, command }, index) => {
    const line = command === undefined || command === text ? text : `${text}: ${command}`;
    return labelled(index === 0 ? 'next' : '', line, style);
  });
}

/** One line, or two where a terminal is too narrow. */
export function lastLines(state: string, exit: string, style: TextStyle): readonly string[] {
  if (state === '') return [exit];
  const line = printable(`${state} ${exit}`);
  if (style.terminal === undefined || line.length <= style.terminal.columns) return [line];
  return [wrapped(printable(state), 0, style), exit];
}

function bugText(error: unknown, style: TextStyle, invocation: Invocation): string {
  const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  const lines = [
    headline('error', 'this is a bug in k8s-verify; nothing was proved', style),
    labelled('found', found, style),
    ...nextLines(bugSteps(invocation), style),
    ...(style.verbose
      ? [...stack.map(printable), ...causesOf(error).map((one) => labelled('cause', one, style))]
      : []),
    ...lastLines(diskState('bug', 1, invocation), exitLine('bug', 1), style),
  ];
  return `${lines.join('\n')}\n`;
}
