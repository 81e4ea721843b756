import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { COMPONENTS, findComponent, platformsOf } from '../../../src/release/component.ts';
import { formatPlatform, PLATFORMS, samePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { sharedFile } from '#support/shared';
import { thrownBy } from '#support/thrown-by';

/** `os/arch` -> the binaries' file names, sorted: what the table says for a release. */
function binariesOf(version: string): Record<string, string[]> {
  const release = parseReleaseVersion(version);
  return Object.fromEntries(
    PLATFORMS.map((platform) => [
      formatPlatform(platform),
      COMPONENTS.filter(
        (component) =>
          component.kind === 'binary' &&
          platformsOf(component, release).some((one) => samePlatform(one, platform)),
      )
        .map(({ name }) => releaseArtifact({ component: name, version: release, platform }).fileName)
        .sort(),
    ]),
  );
}

const TWELVE = [
  'apiextensions-apiserver',
  'kube-aggregator',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-log-runner',
  'kube-proxy',
  'kube-scheduler',
  'kubeadm',
  'kubectl',
  'kubectl-convert',
  'kubelet',
  'mounter',
];
const TWO = ['kubectl', 'kubectl-convert'];

const SINCE_27: Record<string, string[]> = {
  'linux/amd64': TWELVE,
  'linux/arm64': TWELVE,
  'linux/ppc64le': TWELVE,
  'linux/s390x': TWELVE,
  'linux/arm': TWO,
  'linux/386': TWO,
  'darwin/amd64': TWO,
  'darwin/arm64': TWO,
  'windows/amd64': [
    'kube-log-runner.exe',
    'kube-proxy.exe',
    'kubeadm.exe',
    'kubectl-convert.exe',
    'kubectl.exe',
    'kubelet.exe',
  ],
  'windows/arm64': ['kubectl-convert.exe', 'kubectl.exe'],
  'windows/386': ['kubectl-convert.exe', 'kubectl.exe'],
};
const UNTIL_26: Record<string, string[]> = { ...SINCE_27, 'linux/arm': TWELVE };

describe('the table of binaries', () => {
  it.each([
    ['v1.25.5', UNTIL_26],
    ['v1.26.0-rc.1', UNTIL_26],
    ['v1.26.15', UNTIL_26],
    ['v1.27.0-alpha.1', SINCE_27],
    ['v1.27.0', SINCE_27],
    ['v1.36.2', SINCE_27],
    ['v1.99.0', SINCE_27],
    ['v2.0.0', SINCE_27],
  ])('of %s', (version, binaries) => {
    expect(binariesOf(version)).toEqual(binaries);
  });

  it('knows what came with v1.23', () => {
    expect(binariesOf('v1.22.17')['windows/arm64']).toEqual([]);
    expect(binariesOf('v1.22.17')['linux/amd64']).toEqual(
      TWELVE.filter((name) => name !== 'kube-log-runner'),
    );
    expect(binariesOf('v1.23.15')).toEqual(UNTIL_26);
  });

  const matrix = sharedFile('data/binary-matrix.json');
  describe.skipIf(matrix === undefined)('against what 137 releases published (needs ../shared)', () => {
    const { groups }: { groups: { versions: string[]; binaries: Record<string, string[]> }[] } =
      matrix === undefined ? { groups: [] } : JSON.parse(readFileSync(matrix, 'utf8'));

    it('covers all of them', () => {
      expect(groups.flatMap(({ versions }) => versions)).toHaveLength(137);
    });

    it.each(
      groups.flatMap(({ versions, binaries }) => versions.map((version) => [version, binaries] as const)),
    )('agrees on %s', (version, binaries) => {
      const sorted = Object.entries(binaries).map(([platform, names]) => [platform, names.toSorted()]);
      expect(binariesOf(version)).toEqual(Object.fromEntries(sorted));
    });
  });
});

describe('image tars, tarballs and SPDX documents', () => {
  it.each([
    [
      'kube-apiserver.tar',
      'v1.26.0',
      ['linux/amd64', 'linux/arm64', 'linux/arm', 'linux/ppc64le', 'linux/s390x'],
    ],
    ['kube-apiserver.tar', 'v1.27.0', ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x']],
    ['kubectl.tar', 'v1.27.16', []],
    ['kubectl.tar', 'v1.28.0', ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x']],
    ['kubernetes-server', 'v1.30.2', ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x']],
    [
      'kubernetes-node',
      'v1.30.2',
      ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x', 'windows/amd64'],
    ],
    ['kubernetes-client', 'v1.30.2', PLATFORMS.map(formatPlatform)],
    [
      'kubernetes-test',
      'v1.30.2',
      [
        'linux/amd64',
        'linux/arm64',
        'linux/ppc64le',
        'linux/s390x',
        'darwin/amd64',
        'darwin/arm64',
        'windows/amd64',
        'windows/arm64',
      ],
    ],
    ['kubernetes-src', 'v1.30.2', []],
  ])('%s of %s is for %j', (name, version, platforms) => {
    expect(platformsOf(findComponent(name), parseReleaseVersion(version)).map(formatPlatform)).toEqual(
      platforms,
    );
  });

  it('has no name twice', () => {
    const names = COMPONENTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('unknown components', () => {
  it.each([
    ['kubctl', 'kubectl'],
    ['kubelt', 'kubelet'],
    ['Kubectl', 'kubectl'],
    ['KUBEADM', 'kubeadm'],
    ['kubectl.exe', 'kubectl'],
    ['kube-api-server', 'kube-apiserver'],
    ['controller-manager', 'kube-controller-manager'],
    ['kubernetes-sever', 'kubernetes-server'],
    ['kubernetes-client-linux-amd64.tar.gz', 'kubernetes-client'],
    ['kubectl.tar.gz', 'kubectl.tar'],
    ['release.spdx', 'kubernetes-release.spdx'],
  ])('for %s suggest %s first', (name, choice) => {
    const error = thrownBy(() => findComponent(name));
    expect(error.code).toBe('component-unknown');
    expect(error.next?.replace('did you mean ', '').split(/ or |\?/)[0]).toBe(choice);
  });

  it.each([
    ['kubectl,kubeadm', 'write one argument for each component, without commas'],
    ['kubectl=v1.30.2', 'write the version of a component after @, as in kubectl@v1.26.0'],
    ['kubectl:1.30', 'write the version of a component after @, as in kubectl@v1.26.0'],
  ])('with more in one word get the way to write it: %s', (name, advice) => {
    expect(thrownBy(() => findComponent(name))).toMatchObject({ code: 'component-unknown', next: advice });
  });

  it.each([
    '',
    'helm',
    'x'.repeat(1_000_000),
    '../../etc/passwd',
    '\u001b[31mkubectl',
    'constructor',
    '__proto__',
  ])('that resemble nothing get the way to the list (%#)', (name) => {
    const error = thrownBy(() => findComponent(name));
    expect(error.code).toBe('component-unknown');
    expect(error.message.length).toBeLessThan(250);
    expect(error.message).not.toContain('\u001b');
    expect(error.next).toBe('see what there is with: k8s-verify list v1.36.0 --all');
  });

  it('reads a tarball by its file name where that has no platform', () => {
    expect(findComponent('kubernetes.tar.gz').name).toBe('kubernetes');
    expect(findComponent('kubernetes-src.tar.gz').name).toBe('kubernetes-src');
  });
});
