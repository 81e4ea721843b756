import { isJsonObject, parseJsonStrictly } from '../strict/json.ts';
import { UntrustedError } from '../errors.ts';

const MAX_RECORD_BYTES = 1024;
const DAY_MS = 86_400_000;

/**
 * Reads the record of an embedded trusted root.
 *
 * @returns the date as of which the root is known to be current: the start of that day in UTC, so that it is never
 *   later than the moment when the root was fetched from its TUF repository.
 * @throws UntrustedError `trusted-root-invalid`
 */
export function readRootRecord(bytes: Uint8Array): Date {
  const json = parseJsonStrictly(bytes, 'the record of the trusted root', { maxBytes: MAX_RECORD_BYTES });
  const text = isJsonObject(json) ? json['currentAsOf'] : undefined;
  if (typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const date = new Date(text);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)) return date;
  }
  throw new UntrustedError('trusted-root-invalid', 'the record of the trusted root has no date', {
    wanted: '{"currentAsOf": "2026-10-07"}, or another day',
  });
}

/** What we know about the age of a trusted root. */
export interface RootDates {
  readonly currentAsOf: Date | undefined;
  readonly newestKeyFrom: Date | undefined;
}

/**
 * Says whether a trusted root is still current, for messages: `known to be current as of 2026-10-07 (52 days ago)`.
 * For a file only the date of its newest key is known: the file was written after that, or shortly before. Empty if
 * it has no keys.
 */
export function describeAge({ currentAsOf, newestKeyFrom }: RootDates, now: Date): string {
  if (currentAsOf !== undefined) return `known to be current as of ${describeDay(currentAsOf, now)}`;
  return newestKeyFrom === undefined ? '' : `newest key from ${describeDay(newestKeyFrom, now)}`;
}

function describeDay(date: Date, now: Date): string {
  const days = Math.floor((now.getTime() - date.getTime()) / DAY_MS);
  const ago = days < 0 ? 'yet to come' : `${days} ${days === 1 ? 'day' : 'days'} ago`;
  return `${date.toISOString().slice(0, 10)} (${ago})`;
}
