import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64, excerpt } from '../../../src/encoding/base64.ts';
import { UntrustedError } from '../../../src/errors.ts';

describe('decodeBase64', () => {
  it('reads padded standard base64', () => {
    expect(decodeBase64('aGVsbG8=', 'x')).toEqual(Buffer.from('hello'));
    expect(encodeBase64(Buffer.from('hello'))).toBe('aGVsbG8=');
  });

  it.each([
    ['without its padding', 'aGVsbG8'],
    ['with white space', 'aGVs bG8='],
    ['with a newline at the end', 'aGVsbG8=\n'],
    ['with the URL alphabet', '-_-_'],
    ['with stray bits', 'aGVsbG9='],
    ['with text after the padding', 'aGVsbG8=aGVs'],
    ['with foreign characters', 'aGVs!bG8='],
  ])('refuses text %s', (_, text) => {
    expect(() => decodeBase64(text, 'the field')).toThrow(UntrustedError);
    expect(() => decodeBase64(text, 'the field')).toThrow('the field is not valid base64');
  });
});

describe('excerpt', () => {
  it('never passes control characters on to a terminal', () => {
    expect(excerpt('\u001b[2J\u009b31m\u202e')).toBe('"\\u001b[2J?31m?"');
  });

  it('bounds what it shows and says how long it was', () => {
    expect(excerpt('a'.repeat(100), 3)).toBe('"aaa"... (100 characters)');
  });
});
