/**
 * Control characters, and those that turn the direction of writing: printed raw they could move the cursor, hide a
 * line, or make one name look like another.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** As JSON writes it, so that the same escape serves text and JSON. */
function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** One line of text, safe for a terminal whatever it was made from. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escape);
}

/** Lines of text, safe for a terminal; JSON means the same afterwards. */
export function printableLines(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => (character === '\n' ? character : escape(character)));
}
