import { describe, expect, it } from 'vitest';
import {
  InstallError,
  InterruptedError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../../src/errors.ts';

describe('an error about something that must not be used', () => {
  it.each([
    ['digest-mismatch', /^do not use the artifact; get it and its signature again/],
    ['identity-mismatch', /^do not use the artifact; get it from where the expected signer/],
    ['trusted-root-invalid', /^get the trusted root again/],
  ] as const)('says what to do, where nothing more particular is said: %s', (code, advice) => {
    expect(new UntrustedError(code, 'no').next).toMatch(advice);
    expect(new UntrustedError(code, 'no', { next: 'wait' }).next).toBe('wait');
  });
});

describe('an error made from another', () => {
  const cause = new Error('below');
  const details = { wanted: 'w', found: 'f', from: 'https://a', why: 'y', next: 'n', cause };

  it.each([
    new RequestError('usage', 'm', details),
    new UnavailableError('network', 'm', details),
    new UntrustedError('digest-mismatch', 'm', { ...details, check: 'digest' }),
    new InstallError('disk-full', 'm', details),
    new InterruptedError('m', details),
  ])('keeps what is not changed: $name', (error) => {
    const other = error.with({ message: 'named: m', from: 'https://b' });
    expect(other).not.toBe(error);
    expect(other.constructor).toBe(error.constructor);
    expect(other).toMatchObject({ ...details, code: error.code, message: 'named: m', from: 'https://b' });
    expect(other.check).toBe(error.check);
    expect(error).toMatchObject({ message: 'm', from: 'https://a' });
  });

  it('loses what is taken away', () => {
    const other = new RequestError('usage', 'm', details).with({ found: undefined, cause: undefined });
    expect(other.found).toBeUndefined();
    expect('cause' in other).toBe(false);
    expect(other.wanted).toBe('w');
  });
});
