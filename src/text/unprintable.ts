/**
 * Control characters, those that turn the direction of writing or are not seen at all (Hangul fillers and variation
 * selectors among them), lone surrogates, and separators of lines: printed raw they could move the cursor, hide a line,
 * or make one name look like another.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** What nearly all text is: V8 takes two milliseconds to make the set above when it is first used. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** One line of text, safe to print whatever it was made from. */
export function replaceUnprintable(text: string, replacement: (character: string) => string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replaceAll(UNPRINTABLE, replacement);
}

/** Whether nothing in the text has to be replaced. */
export function isPrintable(text: string): boolean {
  return PRINTABLE_ASCII.test(text) || text.search(UNPRINTABLE) === -1;
}
