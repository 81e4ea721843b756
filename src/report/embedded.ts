/** The JSON of a run as a page carries it. */
import { escapedUnprintable } from '../text/unprintable.ts';

/** JSON that means the same, on one line, and in which nothing ends the element that holds it. */
function embeddable(json: string): string {
  const text = escapedUnprintable(json);
  return text.replaceAll(/[<>&]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The object that `--json` prints, in pieces.
 *
 * @param report what it has; its `results` are taken from `rows`.
 * @param rows each of its results, as JSON.
 */
export async function* embeddedReport(
  report: object,
  rows: () => AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  let separator = '{';
  for (const [name, value] of Object.entries(report)) {
    yield `${separator}${embeddable(JSON.stringify(name))}:`;
    separator = ',';
    if (name === 'results') yield* listOf(rows);
    else yield embeddable(JSON.stringify(value));
  }
  yield '}';
}

async function* listOf(rows: () => AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let separator = '[';
  for await (const row of rows()) {
    yield `${separator}${embeddable(row)}`;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
