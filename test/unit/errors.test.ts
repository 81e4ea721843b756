import { describe, expect, it } from 'vitest';
import { UntrustedError } from '../../src/errors.ts';

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
