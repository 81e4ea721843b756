import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue, parseJsonStrictly } from '../../../src/strict/json.ts';
import { resultOrTypedError } from '#support/result-or-typed-error';

const read = (input: string | Uint8Array): JsonValue =>
  parseJsonStrictly(input, 'the text', { maxBytes: 10_000 });

describe('parseJsonStrictly', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom('', ' ', '\n\t\r '), (text, space) => {
        const spaced = space + text + space;
        expect(JSON.stringify(read(spaced))).toBe(JSON.stringify(JSON.parse(spaced)));
      }),
    );
  });

  it('never ends in anything but a value or a typed error', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), fc.string({ maxLength: 2 }), (text, at, insert) => {
        const cut = at % (text.length + 1);
        const mutant = text.slice(0, cut) + insert + text.slice(cut + 1);
        expect(resultOrTypedError(() => read(mutant))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps a key named __proto__ as a key', () => {
    const value = read('{"__proto__":{"polluted":true}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['a duplicate key', '{"a":1,"a":2}', 'keys that differ'],
    ['a duplicate key written with an escape', '{"a":1,"\\u0061":2}', 'keys that differ'],
    ['a duplicate key deep inside', '[{"b":{"a":1,"a":1}}]', 'keys that differ'],
    ['a second document', '{}{}', 'nothing after it'],
    ['text after the document', '{} x', 'nothing after it'],
    ['nothing', '', 'a JSON value'],
    ['white space alone', '  \n', 'a JSON value'],
    ['a byte order mark', '\ufeff{}', 'a JSON value'],
    ['other white space', '{\u00a0}', 'a key in double quotes'],
    ['a comment', '{}/* x */', 'nothing after it'],
    ['a trailing comma in an object', '{"a":1,}', 'a key in double quotes'],
    ['a trailing comma in an array', '[1,]', 'a JSON value'],
    ['single quotes', "{'a':1}", 'a key in double quotes'],
    ['a leading zero', '[01]', 'a comma or ]'],
    ['a plus sign', '[+1]', 'a JSON value'],
    ['hexadecimal', '[0x10]', 'a comma or ]'],
    ['NaN', '[NaN]', 'a JSON value'],
    ['a number beyond all bounds', '[1e999]', 'a number that is finite'],
    ['a raw newline in a string', '["a\nb"]', 'without control characters'],
    ['an unknown escape', '["\\x41"]', 'unknown escapes'],
    ['a lone surrogate', '["\\ud800"]', 'lone surrogates'],
    ['a string without an end', '["abc', 'a string that ends'],
    ['a string that ends in an escape', '["abc\\"', 'a string that ends'],
    ['depth beyond the limit', `${'['.repeat(33)}${']'.repeat(33)}`, 'at most 32 levels'],
    ['depth far beyond the stack', '['.repeat(9_000), 'at most 32 levels'],
  ])('refuses %s', (_, text, expected) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'material-malformed',
        check: 'material',
        wanted: expect.stringContaining(expected),
      }),
    );
  });

  it.each([
    ['root:x:0:0:root', 'other text at line 1, column 1'],
    ['{"a": 1,\n "b": secret}', 'other text at line 2, column 7'],
    ['{"a": 1', 'the end of the text at line 1, column 8'],
    ['{"a" 1}', 'other text at line 1, column 6'],
    ['[1}', '"}" at line 1, column 3'],
    ['\ufeff{"a": 1}', 'a byte order mark at line 1, column 1'],
    ['<html>', '"<", as a web page begins, at line 1, column 1'],
  ])('says where %j goes wrong, and quotes nothing of it', (text, found) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ found }));
  });

  it.each([
    ['a byte order mark', Buffer.from('\ufeff{"a": 1}'), 'a byte order mark at line 1, column 1'],
    ['UTF-16', Buffer.from('\ufeff{"a": 1}', 'utf16le'), 'text in UTF-16'],
  ])('says of %s how to save the text', (_, bytes, found) => {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ found, next: 'save it as UTF-8 without a byte order mark' }),
    );
  });

  it('accepts depth up to the limit', () => {
    expect(read(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeInstanceOf(Array);
  });

  it.each([
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a bare continuation byte', [0x22, 0x80, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses bytes with %s', (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow('not valid UTF-8');
  });

  it('refuses more bytes than the limit before it looks at them', () => {
    expect(() => parseJsonStrictly('"éé"', 'the text', { maxBytes: 5 })).toThrow(
      expect.objectContaining({ code: 'material-oversized', found: '6 bytes' }),
    );
    expect(parseJsonStrictly('"éé"', 'the text', { maxBytes: 6 })).toBe('éé');
  });
});
