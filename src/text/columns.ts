/** Marks and format characters, which stand on or between others. */
const NO_COLUMN = /\p{Mn}|\p{Me}|\p{Cf}/u;
/** Scripts whose letters are two columns wide, their fullwidth forms, and pictures (Unicode Standard Annex 11). */
const TWO_COLUMNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u{3000}-\u{303e}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}]/u;

/** How many columns of a terminal a text takes, which the length of a text in ASCII alone tells. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    columns += NO_COLUMN.test(character) ? 0 : TWO_COLUMNS.test(character) ? 2 : 1;
  }
  return columns;
}

/** The text with spaces after it, as many as it takes for so many columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
