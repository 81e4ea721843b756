/** How lines for people look: colour, symbols and width. */
import { styleText } from 'node:util';
import { columnsOf } from '../text/columns.ts';

/** How a person's lines look on one stream. */
export interface TextStyle {
  readonly color: boolean;
  readonly verbose: boolean;
  /** Absent in a pipe, where nothing wraps and no symbol stands in front. */
  readonly terminal?: { readonly columns: number; readonly unicode: boolean };
}

export function paint(style: TextStyle, color: 'red' | 'green' | 'yellow' | 'dim', text: string): string {
  return style.color ? styleText(color, text, { validateStream: false }) : text;
}

/** By number: V8 holds a program of plain ASCII in half the memory. */
const CHECK_MARK = String.fromCodePoint(0x2713);
const BALLOT_X = String.fromCodePoint(0x2717);

const SYMBOLS = {
  done: { unicode: CHECK_MARK, ascii: 'ok', color: 'green' },
  failed: { unicode: BALLOT_X, ascii: 'NO', color: 'red' },
  note: { unicode: '!', ascii: '!', color: 'yellow' },
} as const;

/** The symbol and a space; nothing in a pipe. A symbol never carries a meaning alone. */
export function symbol(style: TextStyle, name: keyof typeof SYMBOLS): string {
  if (style.terminal === undefined) return '';
  const { unicode, ascii, color } = SYMBOLS[name];
  return `${paint(style, color, style.terminal.unicode ? unicode : ascii)} `;
}

const NARROWEST = 40;
const WIDEST = 100;

/** Words that belong together on one line: who vouched, and an option with its value. */
const TOGETHER = /vouched for by \S+|--[\w-]+ (?!-)\S+|\S+/g;

/**
 * A text after its label, broken between words where a terminal is too narrow, with the further lines under the first.
 * A path, a URL or a digest is one word, and is never broken.
 *
 * @param indent how many columns the label takes.
 * @param hanging how many columns the further lines are indented; default: as many.
 */
export function wrapped(
  text: string,
  indent: number,
  { terminal }: TextStyle,
  hanging: number = indent,
): string {
  if (terminal === undefined) return text;
  const width = Math.min(Math.max(terminal.columns, NARROWEST), WIDEST);
  const lines: string[] = [];
  for (const word of text.match(TOGETHER) ?? []) {
    const last = lines.at(-1);
    const room = width - (lines.length === 1 ? indent : hanging);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(hanging)}`);
}
