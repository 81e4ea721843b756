import { describe, expect, it } from 'vitest';
import { UntrustedError } from '../../../src/errors.ts';
import {
  assertSigned,
  describeSignedReleases,
  isSigned,
  KUBERNETES_RELEASE_SIGNERS,
  signersOf,
} from '../../../src/release/signer.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { thrownBy } from '#support/thrown-by';

describe('which releases are signed', () => {
  it.each([
    'v1.26.0-rc.1',
    'v1.26.0',
    'v1.26.1-rc.0',
    'v1.26.15',
    'v1.27.0-alpha.1',
    'v1.36.4',
    'v1.99.0',
    'v2.0.0',
    'v1.25.5',
    'v1.25.16',
    'v1.24.9',
    'v1.24.17',
    'v1.23.15',
    'v1.22.17',
  ])('%s is, by krel-staging alone', (text) => {
    const version = parseReleaseVersion(text);
    expect(() => {
      assertSigned(version);
    }).not.toThrow();
    expect(signersOf(version)).toEqual([
      {
        subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
        issuer: 'https://accounts.google.com',
      },
    ]);
  });

  it.each([
    ['v1.26.0-rc.0', 'v1.26.0'],
    ['v1.26.0-beta.0', 'v1.26.0'],
    ['v1.26.0-alpha.3', 'v1.26.0'],
    ['v1.27.0-alpha.0', 'v1.27.0'],
    ['v1.38.0-alpha.0', 'v1.38.0'],
    ['v1.25.4', 'v1.25.5'],
    ['v1.25.0', 'v1.25.5'],
    ['v1.25.5-rc.0', 'v1.25.5'],
    ['v1.24.8', 'v1.24.9'],
    ['v1.23.14', 'v1.23.15'],
    ['v1.22.16', 'v1.22.17'],
    ['v1.21.14', 'v1.26.0'],
    ['v1.0.0', 'v1.26.0'],
    ['v0.18.0', 'v1.26.0'],
  ])('%s is not; the nearest is %s', (text, choice) => {
    const version = parseReleaseVersion(text);
    expect(isSigned(version)).toBe(false);
    expect(signersOf(version)).toEqual([]);
    const error = thrownBy(() => {
      assertSigned(version);
    });
    expect(error).toBeInstanceOf(UntrustedError);
    expect(error).toMatchObject({
      code: 'signature-not-published',
      found: text,
      next: `use ${choice} or a later release`,
    });
    expect(isSigned(parseReleaseVersion(choice))).toBe(true);
  });

  it('is said in one line, from the table', () => {
    expect(describeSignedReleases()).toBe(
      'v1.26.0-rc.1 and later; v1.25.5 and later v1.25; v1.24.9 and later v1.24; v1.23.15 and later v1.23; v1.22.17 and later v1.22',
    );
  });

  it('names no identity that signs other things', () => {
    const names = KUBERNETES_RELEASE_SIGNERS.map(({ identity }) => identity.subjectAlternativeName);
    expect(names.some((name) => /krel-trust|promoter-summaries|[*+?^$|\\]/.test(name))).toBe(false);
  });
});
