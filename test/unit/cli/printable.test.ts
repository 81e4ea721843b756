import { assert, jsonValue, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableLines } from '../../../src/cli/printable.ts';

const ESC = '\u001b';

describe('printable text', () => {
  it.each([
    ['plain text stays, 日本 and ü too', 'plain text stays, 日本 and ü too'],
    [`${ESC}[2Jwiped`, '\\u001b[2Jwiped'],
    ['two\nlines\r', 'two\\u000alines\\u000d'],
    ['kubectl\u202Eexe.tar', 'kubectl\\u202eexe.tar'],
    ['zero\u200Bwidth', 'zero\\u200bwidth'],
    ['tag\u{E0041}', 'tag\\udb40\\udc41'],
    ['half \uD800', 'half \\ud800'],
  ])('%j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('leaves nothing that a terminal obeys, whatever it is given', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('keeps the meaning of JSON', () => {
    assert(
      property(jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value, undefined, 2);
        expect(JSON.parse(printableLines(json))).toStrictEqual(JSON.parse(json));
        expect(printableLines(json)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
