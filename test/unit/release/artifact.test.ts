import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import {
  forcedArtifact,
  parseForcedPlatform,
  releaseArtifact,
  releaseFilePaths,
  type ReleaseArtifact,
} from '../../../src/release/artifact.ts';
import { COMPONENTS, platformsOf } from '../../../src/release/component.ts';
import { parsePlatform, PLATFORMS } from '../../../src/release/platform.ts';
import { signersOf } from '../../../src/release/signer.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { thrownBy } from '#support/thrown-by';

function artifact(component: string, version: string, platform: string) {
  return releaseArtifact({
    component,
    version: parseReleaseVersion(version),
    platform: parsePlatform(platform),
  });
}

function forced(component: string, platform: string) {
  return forcedArtifact({
    component,
    version: parseReleaseVersion('v1.30.2'),
    platform: parseForcedPlatform(platform),
  });
}

/** The artifact, or undefined where the name is refused. */
function forcedOrRefused(component: string): ReleaseArtifact | undefined {
  try {
    return forced(component, 'linux/amd64');
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

describe('release artifacts', () => {
  it('says everything about kubectl', () => {
    const version = parseReleaseVersion('1.26.0');
    const platform = parsePlatform('linux/amd64');
    expect(releaseArtifact({ component: 'kubectl', version, platform })).toEqual({
      component: 'kubectl',
      kind: 'binary',
      fileName: 'kubectl',
      version,
      platform,
      path: 'release/v1.26.0/bin/linux/amd64/kubectl',
      pathInRelease: 'bin/linux/amd64/kubectl',
      executable: true,
      signers: signersOf(version),
    });
  });

  it.each([
    ['kubectl', 'windows/amd64', 'bin/windows/amd64/kubectl.exe', true],
    ['kubectl-convert', 'windows/386', 'bin/windows/386/kubectl-convert.exe', true],
    ['kubelet', 'linux/s390x', 'bin/linux/s390x/kubelet', true],
    ['kube-apiserver.tar', 'linux/arm64', 'bin/linux/arm64/kube-apiserver.tar', false],
    ['kubernetes-client', 'windows/arm64', 'kubernetes-client-windows-arm64.tar.gz', false],
    ['kubernetes-server', 'linux/ppc64le', 'kubernetes-server-linux-ppc64le.tar.gz', false],
    ['kubernetes-node', 'windows/amd64', 'kubernetes-node-windows-amd64.tar.gz', false],
    ['kubernetes-test', 'darwin/arm64', 'kubernetes-test-darwin-arm64.tar.gz', false],
    ['kubernetes-test-portable', 'linux/386', 'kubernetes-test-portable.tar.gz', false],
    ['kubernetes-src', 'windows/386', 'kubernetes-src.tar.gz', false],
    ['kubernetes-manifests', 'linux/amd64', 'kubernetes-manifests.tar.gz', false],
    ['kubernetes', 'linux/amd64', 'kubernetes.tar.gz', false],
    ['kubernetes.tar.gz', 'linux/amd64', 'kubernetes.tar.gz', false],
    ['kubernetes-release.spdx', 'darwin/arm64', 'kubernetes-release.spdx', false],
    ['kubernetes-source.spdx', 'linux/amd64', 'kubernetes-source.spdx', false],
  ])('%s for %s is %s', (component, platform, pathInRelease, executable) => {
    const found = artifact(component, 'v1.30.2', platform);
    expect(found).toMatchObject({
      pathInRelease,
      executable,
      path: `release/v1.30.2/${pathInRelease}`,
      fileName: pathInRelease.split('/').at(-1),
    });
    expect(found.platform === undefined).toBe(!pathInRelease.includes(platform.split('/')[1] ?? ''));
  });

  it.each([
    [
      'kubelet',
      'v1.30.2',
      'darwin/arm64',
      'linux/amd64, linux/arm64, linux/ppc64le, linux/s390x, windows/amd64',
      'kubectl',
    ],
    ['kubelet', 'v1.27.0', 'linux/arm', 'linux/amd64', 'kubectl-convert'],
    ['kube-apiserver', 'v1.30.2', 'windows/amd64', 'linux/s390x', 'kubeadm'],
    ['kubectl.tar', 'v1.27.0', 'linux/amd64', 'v1.27.0 has no kubectl.tar at all', 'kube-apiserver.tar'],
    ['kubectl', 'v1.22.17', 'windows/arm64', 'windows/amd64', 'nothing of v1.22.17'],
  ])(
    '%s of %s for %s does not exist, and the error says what does',
    (component, version, platform, has, other) => {
      const error = thrownBy(() => artifact(component, version, platform));
      expect(error).toMatchObject({ code: 'platform-impossible', found: platform });
      expect(error.wanted).toContain(has);
      expect(error.next).toContain(other);
    },
  );

  it('names the signer if the release is signed, and none if it is not', () => {
    expect(artifact('kubectl', 'v1.26.0-rc.1', 'linux/amd64').signers).toHaveLength(1);
    expect(artifact('kubectl', 'v1.26.0-rc.0', 'linux/amd64').signers).toEqual([]);
  });

  it('gives every artifact of a release a path of its own', () => {
    const version = parseReleaseVersion('v1.30.2');
    const paths = COMPONENTS.flatMap((component) =>
      (component.platforms === 'none' ? PLATFORMS.slice(0, 1) : platformsOf(component, version)).map(
        (platform) => releaseArtifact({ component: component.name, version, platform }).path,
      ),
    );
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).toMatch(/^release\/v1\.30\.2\/[a-z0-9./-]+$/);
  });
});

describe('files about a whole release', () => {
  it('are in its directory', () => {
    expect(releaseFilePaths(parseReleaseVersion('1.26.0-rc.1'))).toEqual({
      sha256Sums: 'release/v1.26.0-rc.1/SHA256SUMS',
      sha512Sums: 'release/v1.26.0-rc.1/SHA512SUMS',
      provenance: 'release/v1.26.0-rc.1/provenance.json',
    });
  });
});

describe('forced artifacts', () => {
  it.each([
    ['kubectl', 'linux/riscv64', 'bin/linux/riscv64/kubectl', 'binary'],
    ['kubelet', 'linux/arm', 'bin/linux/arm/kubelet', 'binary'],
    ['kubelet', 'windows/arm64', 'bin/windows/arm64/kubelet.exe', 'binary'],
    ['kubernetes-client', 'linux/loong64', 'kubernetes-client-linux-loong64.tar.gz', 'tarball'],
    ['kubernetes-src', 'linux/amd64', 'kubernetes-src.tar.gz', 'tarball'],
    ['kube-newthing', 'linux/amd64', 'bin/linux/amd64/kube-newthing', 'binary'],
    ['kube-newthing', 'windows/amd64', 'bin/windows/amd64/kube-newthing.exe', 'binary'],
    ['kube-newthing.exe', 'windows/amd64', 'bin/windows/amd64/kube-newthing.exe', 'binary'],
    ['conformance-amd64.tar', 'linux/amd64', 'bin/linux/amd64/conformance-amd64.tar', 'image'],
    ['kubernetes-extra-linux-amd64.tar.gz', 'linux/amd64', 'kubernetes-extra-linux-amd64.tar.gz', 'tarball'],
    ['kubernetes-build.spdx', 'linux/amd64', 'kubernetes-build.spdx', 'spdx-document'],
  ])('%s for %s is %s', (component, platform, pathInRelease, kind) => {
    expect(forced(component, platform)).toMatchObject({
      pathInRelease,
      path: `release/v1.30.2/${pathInRelease}`,
      kind,
      executable: kind === 'binary',
      signers: signersOf(parseReleaseVersion('v1.30.2')),
    });
  });

  it.each([
    '',
    '.',
    '..',
    '.kubectl',
    '-rf',
    '../kubectl',
    'a/b',
    String.raw`a\b`,
    'a..b',
    'kubectl.',
    'kubectl\n',
    'kubectl\0',
    'kube ctl',
    'kubectl%2f..',
    'kubectl?x',
    'kubectl#x',
    'kubectl:stream',
    'kubéctl',
    'con',
    'NUL.exe',
    'com1',
    'kubectl.sig',
    'kubectl.cert',
    'kubectl.sha256',
    'kubectl.sigstore.json',
    'x'.repeat(129),
    'x'.repeat(1_000_000),
  ])('refuse the name %j', (name) => {
    const error = thrownBy(() => forced(name, 'linux/amd64'));
    expect(error.code).toBe('component-unknown');
    expect(error.message.length).toBeLessThan(250);
  });

  it.each([
    '',
    'linux',
    'linux/',
    '/amd64',
    'linux/amd64/v3',
    '../amd64',
    'linux/..',
    'Linux/amd64',
    'linux/x86_64',
    'linux/amd64\n',
    `linux/${'a'.repeat(100_000)}`,
  ])('refuse the platform %j', (platform) => {
    expect(thrownBy(() => forced('kubectl', platform)).code).toBe('platform-impossible');
  });

  it('check the platform also where it was not read from text', () => {
    const version = parseReleaseVersion('v1.30.2');
    const platform = { os: '..', arch: '..' };
    expect(thrownBy(() => forcedArtifact({ component: 'kubectl', version, platform })).code).toBe(
      'platform-impossible',
    );
  });

  it('never leave the directory of the release, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-zA-Z0-9./\\_%:-]{1,20}$/)),
        (name) => {
          const path = forcedOrRefused(name)?.path ?? 'release/v1.30.2/refused';
          expect(new URL(path, 'https://dl.k8s.io/').pathname).toBe(`/${path}`);
          expect(path).toMatch(/^release\/v1\.30\.2\/(?:bin\/linux\/amd64\/)?[A-Za-z0-9][\w.-]*$/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
