/** The command line that failed, for the answer. */
import type { ParsedLine } from './parsed-line.ts';
import { beforeDashes, commandText, type Word } from './words.ts';

/** The command line that failed, and how far it came. */
export interface Invocation {
  /** All words. */
  readonly words: readonly string[];
  /** Undefined where the words cannot be understood. */
  readonly line: ParsedLine | undefined;
  /** The program that is told of, where a scan has found it. */
  readonly program?: string;
  /** Whether bytes of an artifact had arrived. */
  readonly downloaded: boolean;
}

/** What the answer is about, as it was typed: `kubectl v1.30.2`, `./kubectl`; with `--locked` nothing need be. */
export function subjectOf({ line }: Invocation): string {
  if (line === undefined) return '';
  return line.operands.length === 0 ? 'what is locked' : line.operands.join(' ');
}

/** The command line as it would be for one of its files. */
export function aboutOne(invocation: Invocation, operand: string): Invocation {
  const { line, words } = invocation;
  if (line === undefined || line.operands.length < 2) return invocation;
  const others = new Set(line.operands.filter((one) => one !== operand));
  return {
    ...invocation,
    line: { ...line, operands: [operand] },
    words: words.filter((word) => !others.has(word)),
  };
}

/** The same line without these operands; where a word is there twice, the value of an option stays. */
export function withoutOperands(words: readonly string[], operands: readonly string[]): readonly string[] {
  const left = [...words];
  for (const operand of operands) {
    const places = left.flatMap((word, index) => (index > 0 && word === operand ? [index] : []));
    const place = places.find((index) => left[index - 1]?.startsWith('-') !== true) ?? places[0];
    if (place !== undefined) left.splice(place, 1);
  }
  return left;
}

/** The same command line without an option that takes a value, wherever and however it is written. */
export function without(words: readonly string[], option: string): readonly string[] {
  return changed(words, (before) =>
    before.filter(
      (word, index) => word !== option && !word.startsWith(`${option}=`) && before[index - 1] !== option,
    ),
  );
}

/** The same command line without a switch. */
export function withoutSwitch(words: readonly string[], name: string): readonly string[] {
  return changed(words, (before) => before.filter((word) => word !== name));
}

/** Of the options that another command takes as well, those without a value. */
const SWITCHES: ReadonlySet<string> = new Set(['--require-fresh-trusted-root', '--all-platforms']);

/** Those options of the line, with their values, that another command takes as well. */
export function optionsAmong(words: readonly string[], names: ReadonlySet<string>): readonly string[] {
  const before = beforeDashes(words);
  return before.flatMap((word, index) => {
    const [name = ''] = word.split('=', 1);
    if (!names.has(name)) return [];
    return word === name && !SWITCHES.has(name) ? before.slice(index, index + 2) : [word];
  });
}

/** The words after `--` are operands, and stay. */
function changed(
  words: readonly string[],
  change: (before: readonly string[]) => readonly string[],
): readonly string[] {
  const before = beforeDashes(words);
  return [...change(before), ...words.slice(before.length)];
}

/** How this run prints; a line to type does not need them. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  '--json',
  '--quiet',
  '-q',
  '--verbose',
  '-v',
  '--no-progress',
]);

/** What this run has written: typed again, a line would meet it there, or replace what is kept as evidence. */
const WRITTEN: readonly string[] = ['--write', '--attest', '--report', '--metrics'];

/**
 * A line to type, which writes no file of this run once more; undefined where a word of it cannot be shown.
 *
 * @param more options that come to it
 */
export function toType(words: readonly string[], more: readonly Word[] = []): string | undefined {
  const read = WRITTEN.reduce(without, words);
  const before = beforeDashes(read);
  const kept = before.filter((word) => !OF_THE_MOMENT.has(word));
  return commandText([...kept, ...more, ...read.slice(before.length)]);
}
