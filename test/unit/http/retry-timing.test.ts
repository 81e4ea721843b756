import { describe, expect, it } from 'vitest';
import { parseHttpDate, parseRetryAfter, retryWait } from '../../../src/http/retry-timing.ts';

describe('the wait before the next attempt', () => {
  it.each([
    {
      failures: 1,
      baseMs: 500,
      retryAfterMs: undefined,
      random: 0,
      expected: 0,
      why: 'full jitter starts at nothing',
    },
    {
      failures: 1,
      baseMs: 500,
      retryAfterMs: undefined,
      random: 0.999_9,
      expected: 500,
      why: 'and ends at the bound',
    },
    {
      failures: 2,
      baseMs: 500,
      retryAfterMs: undefined,
      random: 0.5,
      expected: 500,
      why: 'the bound doubles',
    },
    { failures: 4, baseMs: 500, retryAfterMs: undefined, random: 0.5, expected: 2000, why: 'and doubles' },
    { failures: 20, baseMs: 500, retryAfterMs: undefined, random: 0.5, expected: 15_000, why: 'up to 30 s' },
    {
      failures: 5000,
      baseMs: 500,
      retryAfterMs: undefined,
      random: 0.5,
      expected: 15_000,
      why: 'and never overflows',
    },
    {
      failures: 1,
      baseMs: 0,
      retryAfterMs: undefined,
      random: 0.9,
      expected: 0,
      why: 'no delay was asked for',
    },
    {
      failures: 1,
      baseMs: 500,
      retryAfterMs: 7000,
      random: 0.5,
      expected: 7000 + 1750,
      why: 'the server asks for more: a part of half of that comes on top',
    },
    {
      failures: 1,
      baseMs: 500,
      retryAfterMs: 7000,
      random: 0,
      expected: 7000,
      why: 'never less than what the server asks for',
    },
    {
      failures: 9,
      baseMs: 500,
      retryAfterMs: 1000,
      random: 0.5,
      expected: 1000 + 15_000,
      why: 'the backoff is longer, and comes on top, too',
    },
    {
      failures: 1,
      baseMs: 500,
      retryAfterMs: 86_400_000,
      random: 0,
      expected: 60_000,
      why: 'a day is capped',
    },
    {
      failures: 1,
      baseMs: 500,
      retryAfterMs: 0,
      random: 0.5,
      expected: 250,
      why: '"now" does not cancel the backoff',
    },
  ])('is $expected ms: $why', ({ failures, baseMs, retryAfterMs, random, expected }) => {
    const { askedMs, jitterMs } = retryWait(failures, baseMs, retryAfterMs, random);
    expect(askedMs + jitterMs).toBe(expected);
  });
});

it('500 clients that are told to wait a minute do not come back in one second', () => {
  const waits = Array.from({ length: 500 }, (_, index) => retryWait(1, 500, 60_000, index / 500));
  const seconds = waits.map(({ askedMs, jitterMs }) => Math.floor((askedMs + jitterMs) / 1000));
  expect(Math.min(...seconds)).toBe(60);
  expect(new Set(seconds).size).toBe(30);
});

const NOW = new Date('2026-10-21T07:28:00Z');

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['9999999999', 9_999_999_999_000],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wednesday, 21-Oct-26 07:29:00 GMT', 60_000],
    ['Wed Oct 21 07:28:01 2026', 1000],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
    ['99999999999', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['2026-10-21T07:28:30Z', undefined],
    ['Wed, 21 Okt 2026 07:28:30 GMT', undefined],
    ['Wed, 21 Oct 2026 07:28:30 CET', undefined],
    ['Wed, 41 Oct 2026 07:28:30 GMT', undefined],
    ['Wed, 21 Oct 2026 27:28:30 GMT', undefined],
  ])('%j is %s ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });
});

describe('an HTTP date', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-76 08:49:37 GMT', '2076-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-77 08:49:37 GMT', '1977-11-06T08:49:37.000Z'],
  ])('%j is %s', (text, iso) => {
    expect(parseHttpDate(text, NOW)?.toISOString()).toBe(iso);
  });
});
