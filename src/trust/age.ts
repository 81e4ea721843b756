const DAY_MS = 86_400_000;

/** What is known of the age of a trusted root. */
export interface RootDates {
  readonly currentAsOf: Date | undefined;
  readonly newestKeyFrom: Date | undefined;
}

/**
 * What tells a person whether a trusted root is still current: `known to be current as of 2026-10-07 (52 days ago)`. Of
 * a file only its newest key is known: it was written after that, or shortly before. Empty: it has no keys.
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
