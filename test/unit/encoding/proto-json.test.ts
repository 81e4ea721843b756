import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/encoding/json.ts';
import { ProtoMessage } from '../../../src/encoding/proto-json.ts';

const read = (value: JsonValue, ...known: readonly string[]): ProtoMessage =>
  new ProtoMessage(value, 'the message', known);
const field = (value: JsonValue): ProtoMessage => read({ x: value }, 'x');

describe('ProtoMessage', () => {
  it('takes absence and null for the default', () => {
    const message = read({ a: null }, 'a', 'b');
    expect([message.has('a'), message.has('b')]).toEqual([false, false]);
    expect([message.text('a'), message.int64('b')]).toEqual(['', 0n]);
    expect(message.timestamp('a')).toBeUndefined();
    expect(message.messages('a', [], 1)).toEqual([]);
    expect(message.optionalMessage('b', [])).toBeUndefined();
  });

  it('reads int64s at their bounds', () => {
    expect(field('0').int64('x')).toBe(0n);
    expect(field('9223372036854775807').int64('x')).toBe(2n ** 63n - 1n);
  });

  it('reads times with and without fractions', () => {
    expect(field('2023-01-01T00:00:00.000Z').timestamp('x')?.getTime()).toBe(Date.UTC(2023, 0));
    expect(field('2022-11-30T18:59:07Z').timestamp('x')?.toISOString()).toBe('2022-11-30T18:59:07.000Z');
  });

  it('bounds lists and bytes', () => {
    expect(() => field([{}, {}]).messages('x', [], 1)).toThrow(
      expect.objectContaining({ code: 'material-oversized' }),
    );
    expect(() => field('AAAAAAAA').bytes('x', 5)).toThrow(
      expect.objectContaining({ code: 'material-oversized' }),
    );
    expect(field('AAAAAAAA').bytes('x', 6)).toHaveLength(6);
  });

  it.each<[string, () => unknown]>([
    ['a message that is no object', () => read('x', 'x')],
    ['an array for a message', () => read([], 'x')],
    ['an unknown field', () => read({ y: 1 }, 'x')],
    ['an unknown field of null', () => read({ y: null }, 'x')],
    ['none of a oneof', () => read({}, 'a', 'b').oneOf('a', 'b')],
    ['two of a oneof', () => read({ a: {}, b: {} }, 'a', 'b').oneOf('a', 'b')],
    ['a number for a string', () => field(1).text('x')],
    ['a number for an int64', () => field(1).int64('x')],
    ['a negative int64', () => field('-1').int64('x')],
    ['an int64 with a sign', () => field('+1').int64('x')],
    ['an int64 with a leading zero', () => field('00').int64('x')],
    ['an int64 beyond 63 bits', () => field('9223372036854775808').int64('x')],
    ['an int64 with other digits', () => field('\u0661').int64('x')],
    ['no bytes', () => read({}, 'x').bytes('x')],
    ['base64 without padding', () => field('AA').bytes('x')],
    ['an unknown choice', () => field('C').choice('x', new Map([['A', 1]]))],
    ['a choice by number', () => field(0).choice('x', new Map([['A', 1]]))],
    ['a time with an offset', () => field('2022-11-30T18:59:07+00:00').timestamp('x')],
    ['a time without seconds', () => field('2022-11-30T18:59Z').timestamp('x')],
    ['a leap day that is none', () => field('2023-02-29T00:00:00Z').timestamp('x')],
    ['an hour of 24', () => field('2023-02-28T24:00:00Z').timestamp('x')],
    ['an object for a list', () => field({}).messages('x', [], 1)],
    ['a null in a list', () => field([null]).messages('x', [], 1)],
    ['a missing message', () => read({}, 'x').message('x', [])],
    ['a number in a list of bytes', () => field([1]).bytesList('x', 1, 1)],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(
      expect.objectContaining({
        code: 'material-malformed',
        check: 'material',
        expected: expect.stringMatching(/./),
        found: expect.stringMatching(/./),
      }),
    );
  });

  it('names the field, however deep', () => {
    const deep: JsonObject = { a: { b: [{ c: '!' }] } };
    const c = read(deep, 'a').message('a', ['b']).messages('b', ['c'], 9)[0];
    expect(() => c?.bytes('c')).toThrow('the message, a.b[0].c is not valid base64');
  });
});
