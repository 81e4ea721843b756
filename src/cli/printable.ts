/** Text for a terminal. */
import { escapedUnprintable } from '../text/unprintable.ts';

/** One line of text, safe for a terminal whatever it was made from. */
export function printable(text: string): string {
  return escapedUnprintable(text);
}

/** Lines of text, safe for a terminal; JSON means the same afterwards. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
