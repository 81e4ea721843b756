/**
 * Control characters, characters that change the writing direction or are invisible (including Hangul fillers and
 * variation selectors), lone surrogates, and line separators. Printed raw, they could move the cursor, hide a line,
 * or make one name look like another.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Nearly all text is like this. V8 takes two milliseconds to build the set above on first use. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Makes one line of text that is safe to print, from any text. */
export function replaceUnprintable(text: string, replacement: (character: string) => string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replaceAll(UNPRINTABLE, replacement);
}

/** Whether the text is safe to print as it is. */
export function isPrintable(text: string): boolean {
  return PRINTABLE_ASCII.test(text) || text.search(UNPRINTABLE) === -1;
}

/** One line of text, with such characters as JSON writes them, so that the same escape serves text, pages and JSON. */
export function escapedUnprintable(text: string): string {
  return replaceUnprintable(text, escape);
}

function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
