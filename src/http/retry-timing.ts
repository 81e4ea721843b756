import { MAX_RETRY_AFTER_MS, MAX_RETRY_DELAY_MS } from '../limits.ts';

/** The wait before the next attempt, in milliseconds: what the server asks for, plus a random time. */
export interface RetryWait {
  readonly askedMs: number;
  readonly jitterMs: number;
}

/**
 * How long to wait before the next attempt. The random time is between zero and a bound (full jitter), so that the
 * clients of an overloaded server do not all return at once. The bound grows with each failure. If the server asks
 * for a wait, the bound is at least half of it, because the server sends all clients the same `Retry-After`. We wait
 * at most {@link MAX_RETRY_AFTER_MS} for a server.
 *
 * @param failures failed attempts in a row so far, at least 1.
 * @param random a number from 0 (included) to 1 (excluded).
 */
export function retryWait(
  failures: number,
  baseMs: number,
  retryAfterMs: number | undefined,
  random: number,
): RetryWait {
  const backoffMs = Math.min(MAX_RETRY_DELAY_MS, baseMs * 2 ** (failures - 1));
  const askedMs = Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return { askedMs, jitterMs: Math.round(random * Math.max(backoffMs, askedMs / 2)) };
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds (RFC 9110 section 10.2.3: seconds or an HTTP date);
 * undefined if it is neither.
 *
 * @param now the time to compare a date with: the answer's own `Date` if it has one, so that a wrong clock here does
 *   not matter.
 */
export function parseRetryAfter(value: string, now: Date): number | undefined {
  const text = value.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const date = parseHttpDate(text, now);
  return date === undefined ? undefined : Math.max(0, date.getTime() - now.getTime());
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const HTTP_DATES: readonly RegExp[] = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  /^\w{3}, (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/,
  // RFC 850, obsolete: Sunday, 06-Nov-94 08:49:37 GMT
  /^\w{6,9}, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/,
  // asctime, obsolete: Sun Nov  6 08:49:37 1994
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/,
];

/**
 * A date in any of the three forms that RFC 9110 section 5.6.7 requires us to accept.
 *
 * @param now decides the century of a two-digit year: at most 50 years ahead.
 */
export function parseHttpDate(text: string, now: Date = new Date()): Date | undefined {
  for (const form of HTTP_DATES) {
    const { day, month, year, time } = form.exec(text)?.groups ?? {};
    if (day === undefined || month === undefined || year === undefined || time === undefined) continue;
    const monthNumber = MONTHS.indexOf(month) + 1;
    if (monthNumber === 0) return undefined;
    const fullYear = year.length === 2 ? withCentury(Number(year), now) : year;
    const iso = `${fullYear}-${twoDigits(String(monthNumber))}-${twoDigits(day.trim())}T${time}Z`;
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }
  return undefined;
}

function withCentury(year: number, now: Date): number {
  return 2000 + year > now.getUTCFullYear() + 50 ? 1900 + year : 2000 + year;
}

function twoDigits(text: string): string {
  return text.padStart(2, '0');
}
