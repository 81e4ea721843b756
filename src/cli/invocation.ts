/** What was typed, as far as a failure's answer needs it. */
import type { ParsedLine } from './parsed-line.ts';
import { commandText } from './words.ts';

/** The command line that failed, and how far it came. */
export interface Invocation {
  /** All words. */
  readonly words: readonly string[];
  /** Undefined where the words cannot be understood. */
  readonly line: ParsedLine | undefined;
  /** Whether bytes of an artifact had arrived. */
  readonly downloaded: boolean;
}

/** What the answer is about, as it was typed: `kubectl v1.30.2`, `./kubectl`. */
export function subjectOf({ line }: Invocation): string {
  return line === undefined ? '' : line.operands.join(' ');
}

/** The same command line without an option that takes a value, wherever and however it is written. */
export function without(words: readonly string[], option: string): readonly string[] {
  return words.filter(
    (word, index) =>
      word !== option && !word.startsWith(`${option}=`) && !(words[index - 1] === option && index > 0),
  );
}

/** Options of this run alone, which a line to type need not have. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  '--json',
  '--quiet',
  '-q',
  '--verbose',
  '-v',
  '--no-progress',
]);

/** A line to type; undefined where a word of it cannot be shown. */
export function toType(words: readonly string[]): string | undefined {
  return commandText(words.filter((word) => !OF_THE_MOMENT.has(word)));
}
