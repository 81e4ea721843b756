/** What to do with a list: the last line of it, on a terminal. */
import { optionsAmong, toType } from './invocation.ts';
import { printable } from './printable.ts';
import { type TextStyle, wrapped } from './style.ts';

/** For which platform and from where, which the other command takes as well. */
const KEPT: ReadonlySet<string> = new Set(['--platform', '--mirror', '--ca-file']);

/**
 * @param command without the options that the list was asked for with.
 * @param words of the line that asked for the list.
 * @returns nothing where a word cannot be shown.
 */
export function nextLine(command: readonly string[], words: readonly string[], style: TextStyle): string {
  const typed = toType([...command, ...optionsAmong(words, KEPT)]);
  return typed === undefined ? '' : `  next   ${wrapped(printable(typed), 9, style)}\n`;
}
