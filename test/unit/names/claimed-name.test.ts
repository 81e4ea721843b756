import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../src/binary/byte-source.ts';
import { readBinary } from '../../../src/binary/read-binary.ts';
import { type ClaimedName, claimedName } from '../../../src/names/claimed-name.ts';
import { formatName } from '../../../src/names/bind-name.ts';
import { goProgram, type GoProgram, universal } from '#support/go-program';

function inMemory(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: ({ offset, length }) =>
      Promise.resolve(offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : undefined),
  };
}

async function nameOf(bytes: Buffer): Promise<ClaimedName | undefined> {
  return claimedName(await readBinary(inMemory(bytes)));
}

const slice = (program: GoProgram): Buffer => goProgram({ format: 'mach-o', ...program });
const on = (GOARCH: string): GoProgram => ({ settings: { GOOS: 'darwin', GOARCH } });

const LINUX = { GOOS: 'linux', GOARCH: 'amd64' };

describe('the name that a binary claims', () => {
  it.each<readonly [string, GoProgram, string]>([
    ['kubectl', {}, 'kubectl v1.30.2 linux/amd64'],
    ['mounter', { main: 'k8s.io/kubernetes/cluster/gce/gci/mounter' }, 'mounter v1.30.2 linux/amd64'],
    [
      'a vendored server',
      { main: 'k8s.io/kubernetes/vendor/k8s.io/kube-aggregator' },
      'kube-aggregator v1.30.2 linux/amd64',
    ],
    [
      'a server of a nested module',
      { main: 'k8s.io/kube-aggregator' },
      'kube-aggregator v1.30.2 linux/amd64',
    ],
    [
      'the log runner',
      { main: 'k8s.io/component-base/logs/kube-log-runner' },
      'kube-log-runner v1.30.2 linux/amd64',
    ],
    ['a release candidate', { strings: ['v1.26.0-rc.1'] }, 'kubectl v1.26.0-rc.1 linux/amd64'],
    [
      'a candidate stamped with an alpha tag',
      { module: { path: 'k8s.io/kubernetes', version: 'v1.31.0-alpha.1' }, strings: ['v1.30.0-rc.2'] },
      'kubectl v1.30.0-rc.2 linux/amd64',
    ],
    [
      'the version that the linker was told',
      {
        settings: {
          ...LINUX,
          '-ldflags':
            "all=-X 'k8s.io/client-go/pkg/version.gitVersion=v1.26.4' -X 'k8s.io/component-base/version.gitVersion=v1.26.4'",
        },
        strings: ['v1.2.3', 'v1.26.4'],
      },
      'kubectl v1.26.4 linux/amd64',
    ],
    ['no version string', { strings: [] }, 'kubectl linux/amd64'],
    ['two version strings', { strings: ['v1.30.2', 'v1.30.3'] }, 'kubectl linux/amd64'],
    [
      'two versions told to the linker',
      {
        settings: { ...LINUX, '-ldflags': '-X a/version.gitVersion=v1.26.4 -X b/version.gitVersion=v1.26.5' },
      },
      'kubectl linux/amd64',
    ],
    ['no architecture', { settings: { GOOS: 'linux' } }, 'kubectl v1.30.2'],
    [
      'a platform that Kubernetes does not have',
      { settings: { GOOS: 'plan9', GOARCH: 'amd64' } },
      'kubectl v1.30.2',
    ],
  ])('%s', async (_, program, expected) => {
    const name = await nameOf(goProgram(program));
    expect(name === undefined ? '' : formatName(name)).toBe(expected);
  });

  it.each([
    'k8s.io/kubernetes/test/e2e/e2e.test',
    'k8s.io/kubernetes/vendor/github.com/onsi/ginkgo/ginkgo',
    'k8s.io/kubernetes/vendor/example.com/kubectl',
    'example.com/k8s.io/kubernetes/cmd/kubectl',
    'example.com/vendor/k8s.io/kubernetes/cmd/kubectl',
    'example.com/cmd/kubectl',
    'k8s.io/kubernetes/cmd/kubectl/',
    'k8s.io/release/images/go-runner',
    'command-line-arguments',
  ])('is none for %s', async (main) => {
    expect(await nameOf(goProgram({ main }))).toBeUndefined();
  });

  it.each(['v1.31.1-gke.200', 'v1.30.2-eks-1552ad0', 'v1.30.2+k3s1', 'v1.30.2-dirty'])(
    'has another builder: %s',
    async (version) => {
      const name = await nameOf(goProgram({ strings: [version] }));
      expect(name).toMatchObject({ component: 'kubectl', markedVersion: version });
      expect(name).not.toHaveProperty('version');
    },
  );

  it('is what all programs of a universal file agree on', async () => {
    expect(await nameOf(universal([slice(on('arm64')), slice(on('arm64'))]))).toMatchObject({
      platform: { os: 'darwin', arch: 'arm64' },
    });
    const mixed = await nameOf(universal([slice(on('arm64')), slice(on('amd64'))]));
    expect(mixed).toMatchObject({ component: 'kubectl' });
    expect(mixed).not.toHaveProperty('platform');
    const versions = await nameOf(
      universal([slice(on('arm64')), slice({ ...on('arm64'), strings: ['v1.30.3'] })]),
    );
    expect(versions).not.toHaveProperty('version');
    const components = universal([slice({}), slice({ main: 'k8s.io/kubernetes/cmd/kubeadm' })]);
    expect(await nameOf(components)).toBeUndefined();
  });
});
