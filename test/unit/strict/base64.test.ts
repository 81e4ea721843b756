import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../../src/strict/base64.ts';
import { thrownBy } from '#support/thrown-by';

describe('decodeBase64', () => {
  it('reads padded standard base64', () => {
    expect(decodeBase64('aGVsbG8=', 'x')).toEqual(Buffer.from('hello'));
    expect(encodeBase64(Buffer.from('hello'))).toBe('aGVsbG8=');
  });

  it.each([
    ['without its padding', 'aGVsbG8', '7 characters with wrong padding or stray last bits'],
    ['with white space', 'aGVs bG8=', 'white space as character 5 of 9'],
    ['with a newline at the end', 'aGVsbG8=\n', 'white space as character 9 of 9'],
    ['with the URL alphabet', '-_-_', 'another character as character 1 of 4'],
    ['with stray bits', 'aGVsbG9=', '8 characters with wrong padding or stray last bits'],
    ['with text after the padding', 'aGVsbG8=aGVs', 'padding as character 8 of 12'],
    ['with foreign characters', 'aGVs!bG8=', 'another character as character 5 of 9'],
  ])('refuses text %s, without quoting it', (_, text, found) => {
    expect(thrownBy(() => decodeBase64(text, 'the field'))).toMatchObject({
      name: 'UntrustedError',
      code: 'material-malformed',
      message: 'the field is not valid base64',
      found,
    });
  });
});
