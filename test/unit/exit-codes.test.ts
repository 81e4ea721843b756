import { describe, expect, it } from 'vitest';
import {
  InstallError,
  InterruptedError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../../src/errors.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES, exitCodeFor } from '../../src/exit-codes.ts';

describe('exit codes', () => {
  it('keeps 10 to 19 for "do not use this artifact", and nothing else', () => {
    for (const [code, exit] of Object.entries(EXIT_CODES)) {
      const meaning = EXIT_CODE_MEANINGS[exit];
      expect(meaning.startsWith('do not use'), `${code} -> ${exit}`).toBe(exit >= 10 && exit <= 19);
    }
  });

  it('explains every code that a run can end with, and no other', () => {
    const used = new Set<number>([0, 1, ...Object.values(EXIT_CODES)]);
    expect(new Set(Object.keys(EXIT_CODE_MEANINGS).map(Number))).toEqual(used);
  });

  it.each([
    [new RequestError('version-malformed', 'x'), 2],
    [new UnavailableError('network', 'x'), 4],
    [new UntrustedError('identity-mismatch', 'x'), 15],
    [new InstallError('disk-full', 'x'), 20],
    [new InterruptedError(), 130],
    [new TypeError('x'), 1],
  ])('gives %s its code', (error, exit) => {
    expect(exitCodeFor(error)).toBe(exit);
  });
});
