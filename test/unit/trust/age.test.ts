import { expect, it } from 'vitest';
import { describeAge } from '../../../src/trust/age.ts';

it.each([
  ['2026-03-01T11:59:59Z', 'newest key from 2024-02-29 (730 days ago)'],
  ['2024-03-01T12:00:00Z', 'newest key from 2024-02-29 (1 day ago)'],
  ['2024-02-29T12:00:00Z', 'newest key from 2024-02-29 (0 days ago)'],
  ['2024-02-28T12:00:00Z', 'newest key from 2024-02-29 (yet to come)'],
])('at %s: %s', (now, expected) => {
  expect(describeAge(new Date('2024-02-29T12:00:00Z'), new Date(now))).toBe(expected);
});
