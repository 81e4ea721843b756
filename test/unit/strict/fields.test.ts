import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/strict/json.ts';
import { Fields, type FieldsForm, PROTOBUF } from '../../../src/strict/fields.ts';

const read = (value: JsonValue, ...known: readonly string[]): Fields =>
  new Fields(value, 'the message', known, PROTOBUF);
const field = (value: JsonValue): Fields => read({ x: value }, 'x');

describe('the fields of a protobuf message', () => {
  it('takes absence and null for the default', () => {
    const message = read({ a: null }, 'a', 'b');
    expect([message.has('a'), message.has('b')]).toEqual([false, false]);
    expect([message.textOrEmpty('a'), message.int64('b')]).toEqual(['', 0n]);
    expect(message.timestamp('a')).toBeUndefined();
    expect(message.objects('a', [], 1)).toEqual([]);
    expect(message.optionalObject('b', [])).toBeUndefined();
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
    expect(() => field([{}, {}]).objects('x', [], 1)).toThrow(
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
    ['an object for a list', () => field({}).objects('x', [], 1)],
    ['a null in a list', () => field([null]).objects('x', [], 1)],
    ['a missing message', () => read({}, 'x').object('x', [])],
    ['a number in a list of bytes', () => field([1]).bytesList('x', 1, 1)],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(
      expect.objectContaining({
        code: 'material-malformed',
        check: 'material',
        wanted: expect.stringMatching(/./),
        found: expect.stringMatching(/./),
      }),
    );
  });

  it('names the field, however deep', () => {
    const deep: JsonObject = { a: { b: [{ c: '!' }] } };
    const c = read(deep, 'a').object('a', ['b']).objects('b', ['c'], 9)[0];
    expect(() => c?.bytes('c')).toThrow('the message, a.b[0].c is not valid base64');
  });
});

const OWN_ERROR: FieldsForm = {
  flawed: (path, expected, found) => new RequestError('usage', path, { wanted: expected, found }),
};

const strict = (value: JsonValue, form?: FieldsForm): Fields =>
  new Fields({ x: value }, 'the document', ['x'], form);

describe('the fields of any other document', () => {
  it('takes what is asked for', () => {
    expect(strict('').text('x')).toBe('');
    expect(strict(9007199254740991).count('x')).toBe(Number.MAX_SAFE_INTEGER);
    expect(strict('00ff').hex('x', 2)).toEqual(Buffer.of(0, 255));
    expect(strict(['00', 'ff']).hexList('x', 2, 1)).toEqual([Buffer.of(0), Buffer.of(255)]);
    expect(
      strict([{ a: 1 }])
        .onlyObject('x', ['a'])
        .count('a'),
    ).toBe(1);
    expect(new Fields({ b: 1, a: null }, 'x', 'any').names()).toEqual(['b', 'a']);
  });

  it.each<[string, () => unknown]>([
    ['a null for a string', () => strict(null).text('x')],
    ['a null for an object that need not be there', () => strict(null).optionalObject('x', [])],
    ['a null next to what excludes it', () => new Fields({ a: {}, b: null }, 'x', 'any').oneOf('a', 'b')],
    ['no string', () => strict(1).text('y')],
    ['no list', () => strict(1).objects('y', [], 1)],
    ['a fraction for a count', () => strict(1.5).count('x')],
    ['a negative count', () => strict(-1).count('x')],
    ['a count beyond what a number holds', () => strict(2 ** 53).count('x')],
    ['a count in a string', () => strict('1').count('x')],
    ['hex of another length', () => strict('00').hex('x', 2)],
    ['hex in upper case', () => strict('FF').hex('x', 1)],
    ['hex of half a byte', () => strict('0').hex('x', 0)],
    ['a number for hex', () => strict(0).hex('x', 1)],
    ['a list with one flaw', () => strict(['00', '0']).hexList('x', 2, 1)],
    ['none for the only one', () => strict([]).onlyObject('x', [])],
    ['two for the only one', () => strict([{}, {}]).onlyObject('x', [])],
    ['an unknown field', () => strict({ y: 1 }).object('x', ['z'])],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'material-malformed' }));
  });

  it('throws the error of its form, whatever is wrong', () => {
    for (const [call, path] of [
      [() => new Fields(1, 'the document', [], OWN_ERROR), 'the document'],
      [() => strict({}, OWN_ERROR).text('x'), 'the document, x'],
      [() => strict([[]], OWN_ERROR).objects('x', [], 1), 'the document, x[0]'],
      [() => strict([{}, {}], OWN_ERROR).objects('x', [], 1), 'the document, x'],
      [() => strict('AAAA', OWN_ERROR).bytes('x', 1), 'the document, x'],
    ] as const) {
      expect(call).toThrow(expect.objectContaining({ name: 'RequestError', message: path }));
    }
  });

  it('collects what it does not know where the form asks for it, however deep', () => {
    const unknown: string[] = [];
    const root = new Fields({ a: [{ b: 1 }, {}], c: 1 }, 'x', ['a'], { unknown });
    const each: string[][] = [[], []];
    root.objects('a', [], 2, (index) => each[index]);
    expect([unknown, each]).toEqual([['a field "c"'], [['a field "b"'], []]]);
  });
});
