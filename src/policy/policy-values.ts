/** How the values in a policy file are written: lengths of time, times, versions, places, reasons. */
import { MAX_POLICY_AGE_MS, MAX_POLICY_ENTRIES, MAX_POLICY_TEXT_CHARACTERS } from '../limits.ts';
import type { Fields } from '../strict/fields.ts';
import { excerpt } from '../text/excerpt.ts';
import { isPrintable } from '../text/unprintable.ts';
import type { Duration } from './policy-file.ts';
import { RANGE_FORM, readVersionRange, type VersionRange } from './version-range.ts';

/** A list of texts, each of them once; it is not empty. */
export function texts(fields: Fields, name: string): readonly string[] {
  const seen = new Set<string>();
  for (const [index, value] of fields.list(name, MAX_POLICY_ENTRIES).entries()) {
    const place = `${name}[${index}]`;
    if (typeof value !== 'string') throw fields.flawed(place, 'a string', 'something else');
    if (seen.has(value)) throw fields.flawed(place, 'each of them once', excerpt(value));
    seen.add(value);
  }
  if (seen.size > 0) return [...seen];
  throw fields.flawed(name, 'a list with something in it, or no such field', 'an empty one');
}

export function readVersions(fields: Fields): readonly VersionRange[] {
  return texts(fields, 'versions').map((text, index) => {
    const read = readVersionRange(text);
    if (read.kind === 'range') return read.range;
    const place = `versions[${index}]`;
    if (read.kind === 'malformed') throw fields.flawed(place, RANGE_FORM, excerpt(text));
    throw fields.flawed(
      place,
      'a range that a version can be in',
      `${excerpt(text)}, whose parts contradict each other`,
    );
  });
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** `12h`, `7d`. */
export function readDuration(fields: Fields, name: string): Duration {
  const text = fields.text(name);
  const { amount, unit } = /^(?<amount>[1-9]\d{0,5})(?<unit>[hd])$/.exec(text)?.groups ?? {};
  const milliseconds = Number(amount) * (UNITS[unit ?? ''] ?? 0);
  if (milliseconds > 0 && milliseconds <= MAX_POLICY_AGE_MS) return { text, milliseconds };
  throw fields.flawed(
    name,
    `a whole number and h or d after it, up to ${MAX_POLICY_AGE_MS / 86_400_000}d`,
    excerpt(text),
  );
}

export function readTimeSpan(
  fields: Fields,
  from: string,
  to: string,
): { readonly from: Date; readonly to: Date } {
  const [first, last] = [fields.timestamp(from), fields.timestamp(to)];
  for (const [name, date] of [
    [from, first],
    [to, last],
  ] as const) {
    if (date === undefined) throw fields.flawed(name, 'a time like 2022-11-30T18:59:07Z', 'nothing');
  }
  if (first !== undefined && last !== undefined && first <= last) return { from: first, to: last };
  throw fields.flawed(to, `a time after ${from}`, String(last?.toISOString()));
}

/** One line that a person can read; it is printed. */
export function readReason(fields: Fields): string {
  const text = fields.text('reason');
  const isReadable = text.trim() !== '' && text.length <= MAX_POLICY_TEXT_CHARACTERS;
  if (isReadable && isPrintable(text)) return text;
  throw fields.flawed(
    'reason',
    `one line that says why, of at most ${MAX_POLICY_TEXT_CHARACTERS} characters`,
    excerpt(text),
  );
}

/** The base URL of a server, without a password, or an absolute path of a mirror directory. */
export function readSource(fields: Fields, text: string, index: number): string {
  const source = sourceOf(text);
  if (source !== undefined) return source;
  throw fields.flawed(
    `sources[${index}]`,
    'https://host/path without a password, ? and #, or the absolute path of a directory',
    excerpt(text),
  );
}

function sourceOf(text: string): string | undefined {
  if (/^(?:\/|[A-Za-z]:[/\\])/.test(text) && !text.includes('\0')) return text.replace(/(?<=.)[/\\]+$/, '');
  const url = URL.parse(text);
  if (url === null || !['https:', 'http:'].includes(url.protocol) || /[?#]/.test(url.href)) return undefined;
  return url.username === '' && url.password === '' ? url.href.replace(/\/+$/, '') : undefined;
}
