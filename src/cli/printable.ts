/** Text for a terminal. */
import { replaceUnprintable } from '../text/unprintable.ts';

/** As JSON writes it, so that the same escape serves text and JSON. */
function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** One line of text, safe for a terminal whatever it was made from. */
export function printable(text: string): string {
  return replaceUnprintable(text, escape);
}

/** Lines of text, safe for a terminal; JSON means the same afterwards. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
