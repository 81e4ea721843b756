import { describe, expect, it } from 'vitest';
import { isPrintable, replaceUnprintable } from '../../../src/text/unprintable.ts';

describe('text that can be printed', () => {
  it.each([
    ['', ''],
    ['kubectl v1.26.0', 'kubectl v1.26.0'],
    ['ASCII from space to tilde', ' ~'],
    ['a letter outside ASCII', 'Zürich'],
    ['a pair of surrogates', '\u{1f512}'],
  ])('%s is left as it is', (_, text) => {
    expect(isPrintable(text)).toBe(true);
    expect(replaceUnprintable(text, () => '?')).toBe(text);
  });

  it.each([
    ['a newline', 'a\nb'],
    ['a NUL', 'a\0b'],
    ['an escape', 'a\u001bb'],
    ['delete', 'a\u007fb'],
    ['a C1 control', 'a\u009bb'],
    ['a right-to-left override', 'a\u202eb'],
    ['a zero-width joiner', 'a\u200db'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a lone surrogate', 'a\ud800b'],
    ['a byte order mark', 'a\ufeffb'],
    ['a Hangul filler', 'a\u3164b'],
    ['a variation selector', 'a\ufe0fb'],
    ['a code point that is reserved for what is not seen', 'a\u{e0fff}b'],
  ])('%s is replaced, wherever it stands', (_, text) => {
    expect(isPrintable(text)).toBe(false);
    expect(replaceUnprintable(text, () => '?')).toBe('a?b');
    expect(replaceUnprintable(`${text}é${text}`, () => '?')).toBe('a?béa?b');
  });

  it('tells the replacement what it replaces', () => {
    const seen: string[] = [];
    replaceUnprintable('\u0001é\u{e0001}', (character) => {
      seen.push(character);
      return '';
    });
    expect(seen).toEqual(['\u0001', '\u{e0001}']);
  });
});
