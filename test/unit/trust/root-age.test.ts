import { expect, it } from 'vitest';
import { describeAge } from '../../../src/trust/root-age.ts';

it.each([
  ['2026-03-01T11:59:59Z', 'newest key from 2024-02-29 (730 days ago)'],
  ['2024-03-01T12:00:00Z', 'newest key from 2024-02-29 (1 day ago)'],
  ['2024-02-29T12:00:00Z', 'newest key from 2024-02-29 (0 days ago)'],
  ['2024-02-28T12:00:00Z', 'newest key from 2024-02-29 (yet to come)'],
])('at %s: %s', (now, expected) => {
  const newestKeyFrom = new Date('2024-02-29T12:00:00Z');
  expect(describeAge({ currentAsOf: undefined, newestKeyFrom }, new Date(now))).toBe(expected);
});

it('tells as of which day a root is known to be current, where that is known', () => {
  const dates = { currentAsOf: new Date('2026-10-07'), newestKeyFrom: new Date('2025-09-23') };
  expect(describeAge(dates, new Date('2026-11-28T12:00:00Z'))).toBe(
    'known to be current as of 2026-10-07 (52 days ago)',
  );
});

it('has nothing to tell of a root without any key', () => {
  expect(describeAge({ currentAsOf: undefined, newestKeyFrom: undefined }, new Date())).toBe('');
});
