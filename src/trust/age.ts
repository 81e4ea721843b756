const DAY_MS = 86_400_000;

/**
 * `newest key from 2025-09-23 (426 days ago)`: what tells a person whether a trusted root is still current. It was
 * written after its newest key, or shortly before.
 */
export function describeAge(newestKeyFrom: Date, now: Date): string {
  const days = Math.floor((now.getTime() - newestKeyFrom.getTime()) / DAY_MS);
  const ago = days < 0 ? 'yet to come' : `${days} ${days === 1 ? 'day' : 'days'} ago`;
  return `newest key from ${newestKeyFrom.toISOString().slice(0, 10)} (${ago})`;
}
