import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError, UnavailableError } from '../../../src/errors.ts';
import {
  compareReleaseVersions,
  formatMarker,
  formatReleaseVersion,
  markerPath,
  parseMarker,
  parseReleaseVersion,
  parseVersionRequest,
  type ReleaseVersion,
  type VersionMarker,
} from '../../../src/release/version.ts';
import { thrownBy } from '#support/thrown-by';

const number = fc.integer({ min: 0, max: 99_999 });
const version: fc.Arbitrary<ReleaseVersion> = fc.record({
  major: number,
  minor: number,
  patch: number,
  prerelease: fc.option(
    fc.record({ stage: fc.constantFrom('alpha' as const, 'beta' as const, 'rc' as const), number }),
    { nil: undefined },
  ),
});

function marker(text: string): VersionMarker {
  const request = parseVersionRequest(text);
  if (request.kind !== 'marker') throw new Error(`${text} is no marker`);
  return request.marker;
}

function isRead(text: string): boolean {
  try {
    parseVersionRequest(text);
    return true;
  } catch {
    return false;
  }
}

describe('release versions', () => {
  it.each([
    ['v1.26.0', 'v1.26.0'],
    ['1.26.0', 'v1.26.0'],
    ['v1.26.0-rc.1', 'v1.26.0-rc.1'],
    ['1.38.0-alpha.12', 'v1.38.0-alpha.12'],
    ['v1.20.0-beta.0', 'v1.20.0-beta.0'],
  ])('reads %s', (text, canonical) => {
    expect(formatReleaseVersion(parseReleaseVersion(text))).toBe(canonical);
  });

  it('reads every version that it writes', () => {
    fc.assert(
      fc.property(version, (any) => {
        expect(parseReleaseVersion(formatReleaseVersion(any))).toEqual(any);
      }),
    );
  });

  it.each([
    '',
    'v',
    'v1',
    'v1.26',
    'vv1.26.0',
    'V1.26.0',
    'v1.26.0\n',
    ' v1.26.0',
    'v1.26.0+build',
    'v1.26.0-rc.1+build',
    'v1.26.0-rc1',
    'v1.26.0-rc.01',
    'v1.26.0-gamma.1',
    'v1.26.0-',
    'v1.026.0',
    'v01.26.0',
    'v1.26.0.0',
    'v1.-26.0',
    'v1.26.0/../../x',
    'v1.26.100000',
    'v1.26.99999999999999999999',
    'v1.26.０',
    `v1.26.${'0'.repeat(100_000)}`,
  ])('refuses %j', (text) => {
    const error = thrownBy(() => parseReleaseVersion(text));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'version-malformed' });
    expect(error.message.length).toBeLessThan(200);
  });

  it.each([
    ['1.26.0-rc1', 'try v1.26.0-rc.1'],
    ['1.26', 'name a release version such as v1.26.0 or v1.26.0-rc.1'],
    ['stable', 'name a release version such as v1.26.0 or v1.26.0-rc.1'],
  ])('for %s advises only an exact version', (text, advice) => {
    expect(thrownBy(() => parseReleaseVersion(text)).next).toBe(advice);
  });

  it('orders as Semantic Versioning does', () => {
    const ordered = [
      'v1.25.4',
      'v1.25.5',
      'v1.26.0-alpha.0',
      'v1.26.0-alpha.3',
      'v1.26.0-alpha.10',
      'v1.26.0-beta.0',
      'v1.26.0-rc.0',
      'v1.26.0-rc.1',
      'v1.26.0',
      'v1.26.1-rc.0',
      'v1.26.1',
      'v1.26.10',
      'v1.100.0',
      'v2.0.0',
    ].map(parseReleaseVersion);
    expect(ordered.toReversed().sort(compareReleaseVersions)).toEqual(ordered);
    for (const [index, one] of ordered.entries()) {
      expect(compareReleaseVersions(one, one)).toBe(0);
      for (const later of ordered.slice(index + 1)) {
        expect(compareReleaseVersions(one, later)).toBeLessThan(0);
      }
    }
  });

  it('orders both ways round alike', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareReleaseVersions(a, b))).toBe(-Math.sign(compareReleaseVersions(b, a)) || 0);
      }),
    );
  });
});

describe('version requests', () => {
  it.each([
    ['stable', 'release/stable.txt'],
    ['stable-1', 'release/stable-1.txt'],
    ['stable-1.26', 'release/stable-1.26.txt'],
    ['1.26', 'release/stable-1.26.txt'],
    ['v1.26', 'release/stable-1.26.txt'],
    ['latest', 'release/latest.txt'],
    ['latest-1', 'release/latest-1.txt'],
    ['latest-1.26', 'release/latest-1.26.txt'],
  ])('reads %s as a marker', (text, path) => {
    expect(markerPath(marker(text))).toBe(path);
    expect(marker(formatMarker(marker(text)))).toEqual(marker(text));
  });

  it.each(['v1.26.0', '1.26.0', 'v1.26.0-rc.1'])('reads %s as itself', (text) => {
    expect(parseVersionRequest(text)).toEqual({ kind: 'exact', version: parseReleaseVersion(text) });
  });

  it.each([
    ['V1.26.0', 'v1.26.0'],
    [' v1.26.0 ', 'v1.26.0'],
    ['v1.026.0', 'v1.26.0'],
    ['v1.26.0+k3s1', 'v1.26.0'],
    ['kubectl-1.26.3', 'v1.26.3'],
    ['v1.26.0-rc1', 'v1.26.0-rc.1'],
    ['1.26.0rc1', 'v1.26.0-rc.1'],
    ['v1.26-rc.1', 'v1.26.0-rc.1'],
    ['1.26.', '1.26'],
    ['1.26.x', '1.26'],
    ['stable-v1.26', '1.26'],
    ['latest-v1.26', 'latest-1.26'],
    ['1', 'stable-1'],
    ['30', '1.30'],
    ['v30.x', '1.30'],
    ['v1', 'stable-1'],
    ['1.x', 'stable-1'],
    ['Stable', 'stable'],
    ['lastest', 'latest'],
    ['stabel', 'stable'],
  ])('offers for %j the valid %s', (text, choice) => {
    expect(thrownBy(() => parseVersionRequest(text))).toMatchObject({
      code: 'version-malformed',
      next: `try ${choice}`,
    });
    expect(() => parseVersionRequest(choice)).not.toThrow();
  });

  it('fails on anything else with its own error, whatever it is, and offers only what it would take', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[vV]?[\d.]{0,12}-?[a-z]{0,6}[.-]?\d{0,7}$/)),
        (text) => {
          fc.pre(!isRead(text));
          const error = thrownBy(() => parseVersionRequest(text));
          expect(error.code).toBe('version-malformed');
          const choice = /^try (.*)$/.exec(error.next ?? '')?.[1] ?? 'stable';
          expect(isRead(choice)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('version markers', () => {
  it.each([
    ['stable', 'v1.36.2'],
    ['stable-1', 'v1.36.2\n'],
    ['stable-1.26', 'v1.26.15\r\n'],
    ['latest', 'v1.38.0-alpha.1'],
    ['latest-1.37', 'v1.37.0-rc.1'],
  ])('reads %s.txt', (name, body) => {
    expect(formatReleaseVersion(parseMarker(Buffer.from(body), marker(name)))).toBe(body.trim());
  });

  it.each([
    ['nothing', 'stable', '', 'nothing'],
    ['white space only', 'stable', ' \n', String.raw`" \n"`],
    ['a proxy page', 'stable', '<!DOCTYPE html><html>503 Service Unavailable', '<!DOCTYPE html>'],
    ['two lines', 'stable', 'v1.26.0\nv1.27.0', 'v1.26.0'],
    ['two newlines', 'stable', 'v1.26.0\n\n', 'v1.26.0'],
    ['no v', 'stable', '1.26.0', '1.26.0'],
    ['a byte order mark', 'stable', '\uFEFFv1.26.0', 'v1.26.0'],
    ['a path', 'stable', 'v1.26.0/../../evil', 'v1.26.0/../../evil'],
    ['a version without its patch', 'stable', 'v1.26', 'v1.26'],
    ['a CI build', 'latest', 'v1.38.0-alpha.1.22+abcdef0123', 'alpha.1.22'],
    ['another minor', 'stable-1.26', 'v1.27.0', 'v1.27.0'],
    ['another major', 'stable-1', 'v2.0.0', 'v2.0.0'],
    ['a pre-release for stable', 'stable-1.26', 'v1.26.0-rc.1', 'v1.26.0-rc.1'],
    ['too much', 'stable', `v1.26.0${' '.repeat(1000)}`, '1007 bytes'],
  ])('refuses %s, and quotes it', (_, name, body, quoted) => {
    const error = thrownBy(() => parseMarker(Buffer.from(body), marker(name)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ code: 'response-invalid' });
    expect(error.found).toContain(quoted);
  });

  it('never takes random bytes for a version', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => parseMarker(bytes, marker('stable'))).toThrow(UnavailableError);
      }),
    );
  });
});
