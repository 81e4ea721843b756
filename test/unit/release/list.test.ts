import { describe, expect, it } from 'vitest';
import { isTabled } from '../../../src/release/component.ts';
import { listArtifacts } from '../../../src/release/list.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { thrownBy } from '#support/thrown-by';

describe('what a release holds', () => {
  const version = parseReleaseVersion('v1.30.2');

  it('is every pair of the table, once', () => {
    const listed = listArtifacts({ version }).filter(({ kind }) => kind !== 'metadata');
    const count = (kind: string) => listed.filter((one) => one.kind === kind).length;
    // 4 servers x 12, 6 on windows/amd64, 2 on each of the other six platforms.
    expect(count('binary')).toBe(4 * 12 + 6 + 6 * 2);
    expect(count('image')).toBe(4 * 5);
    expect(count('tarball')).toBe(11 + 5 + 4 + 8 + 4);
    expect(count('spdx-document')).toBe(2);
    expect(listed.every(({ signed }) => signed)).toBe(true);
    expect(new Set(listed.map(({ path }) => path)).size).toBe(listed.length);
  });

  it.each(['v0.21.0', 'v2.0.0', 'v9.9.9'])('is not known of %s, and not made up', (text) => {
    expect(thrownBy(() => listArtifacts({ version: parseReleaseVersion(text) }))).toMatchObject({
      code: 'release-not-found',
      found: text,
    });
  });

  it.each([
    ['v1.21.14', false],
    ['v1.22.0-alpha.1', true],
    ['v1.36.9', true],
    ['v1.37.0-alpha.1', false],
  ])('is checked for %s: %s', (text, tabled) => {
    expect(isTabled(parseReleaseVersion(text))).toBe(tabled);
  });

  it('can be narrowed to platforms, and keeps what serves them all', () => {
    const listed = listArtifacts({
      version,
      platforms: [parsePlatform('windows/arm64'), parsePlatform('linux/386')],
    });
    expect(listed.filter(({ kind }) => kind === 'binary').map(({ path }) => path)).toEqual([
      'release/v1.30.2/bin/linux/386/kubectl',
      'release/v1.30.2/bin/windows/arm64/kubectl.exe',
      'release/v1.30.2/bin/linux/386/kubectl-convert',
      'release/v1.30.2/bin/windows/arm64/kubectl-convert.exe',
    ]);
    expect(listed.map(({ component }) => component)).toContain('kubernetes-src');
    expect(listed.filter(({ platform }) => platform === undefined).length).toBeGreaterThan(10);
  });

  it('says who signed', () => {
    const kubectl = listArtifacts({ version, platforms: [parsePlatform('linux/amd64')] })[0];
    expect(kubectl).toEqual({
      component: 'kubectl',
      kind: 'binary',
      purpose: 'command line for a cluster',
      platform: 'linux/amd64',
      path: 'release/v1.30.2/bin/linux/amd64/kubectl',
      signed: true,
      since: 'v1.26.0-rc.1',
      reason: 'signed by krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
    });
  });

  it.each([
    ['SHA256SUMS', 'release/v1.30.2/SHA256SUMS'],
    ['SHA512SUMS', 'release/v1.30.2/SHA512SUMS'],
    ['provenance.json', 'release/v1.30.2/provenance.json'],
    ['*.sha256', 'release/v1.30.2/**.sha256'],
    ['*.docker_tag', 'release/v1.30.2/bin/linux/*/*.docker_tag'],
    ['stable markers', 'release/stable*.txt'],
    ['latest markers', 'release/latest*.txt'],
    ['release notes', undefined],
  ])('names %s as unsigned', (component, path) => {
    expect(listArtifacts({ version }).filter((one) => one.component === component)).toMatchObject([
      { kind: 'metadata', signed: false, path },
    ]);
  });

  it('of an unsigned release is unsigned, with the reason', () => {
    const listed = listArtifacts({ version: parseReleaseVersion('v1.25.4') });
    expect(listed.some(({ signed }) => signed)).toBe(false);
    expect(listed[0]?.reason).toContain('signed are v1.26.0-rc.1 and later; v1.25.5');
  });
});
