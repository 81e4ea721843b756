/** Text that is HTML already. Everything else that comes into a page is escaped on its way. */
import { escapedUnprintable } from '../text/unprintable.ts';

/** A piece of a page. Only {@link html} and {@link rawHtml} make one. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/**
 * A piece of a page, with every value in it escaped, for text and for attributes in double quotes. What would end a line,
 * change the direction of writing or not be seen is shown as `\u202e`. A value that is undefined is nothing.
 */
export function html(pieces: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const ours = withoutIndents(pieces);
  return new Html(
    ours.map((piece, index) => (index === 0 ? piece : `${textOf(values[index - 1])}${piece}`)).join(''),
  );
}

const indented = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The source is indented for its reader; a page of thousands of rows need not be. */
function withoutIndents(pieces: TemplateStringsArray): readonly string[] {
  const known = indented.get(pieces);
  if (known !== undefined) return known;
  const plain = pieces.map((piece) => piece.replaceAll(/\s*\n\s*/g, '\n'));
  indented.set(pieces, plain);
  return plain;
}

/** Text of our own that is HTML, CSS or a script already. */
export function rawHtml(text: string): Html {
  return new Html(text);
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return value.map(textOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return escapedUnprintable(text).replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}
