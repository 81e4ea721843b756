import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_ARTIFACT_BYTES } from '../../src/limits.ts';
import { goProgram, type GoProgram } from '#support/go-program';
import { testServers } from '#support/test-servers';
import { binaryTarball, publishTarball } from './support/tarballs.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };

const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  run = await prepareInstall({ sigstore, releases });
  await releases.publishRelease({ ...KUBECTL, bytes: goProgram({ strings: ['v1.30.2'] }), sigstore });
});

/** Puts a file where kubectl is about to be. */
function occupy(bytes: Uint8Array): string {
  const path = run.dir.join('bin', 'kubectl');
  mkdirSync(run.dir.join('bin'), { recursive: true });
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
  return path;
}

const kubectl = (program: GoProgram = {}): Buffer => goProgram({ strings: ['v1.29.6'], ...program });

describe('the file that a new one replaces', () => {
  it.each<readonly [string, Buffer, string]>([
    ['an older release', kubectl(), 'v1.29.6'],
    ['a release candidate', kubectl({ strings: ['v1.30.0-rc.1'] }), 'v1.30.0-rc.1'],
    [
      'another platform',
      kubectl({ format: 'mach-o', settings: { GOOS: 'darwin', GOARCH: 'arm64' } }),
      'v1.29.6',
    ],
    ["another builder's", kubectl({ strings: ['v1.31.1-gke.200'] }), 'v1.31.1-gke.200'],
  ])('is named by the version that it says: %s', async (_, bytes, previous) => {
    occupy(bytes);
    const { artifacts } = await run.install({ artifacts: [KUBECTL] });
    expect(artifacts[0]).toMatchObject({ outcome: 'replaced', version: 'v1.30.2', previous });
  });

  it.each<readonly [string, Uint8Array]>([
    ['is no program', Buffer.from('#!/bin/sh\necho v1.29.6\n')],
    ['is empty', Buffer.alloc(0)],
    ['is another component', kubectl({ main: 'k8s.io/kubernetes/cmd/kubeadm' })],
    ['says two versions', kubectl({ strings: ['v1.29.6', 'v1.29.7'] })],
    ['says a version with control characters', kubectl({ strings: ['v1.29.6\u001b[2J'] })],
    [
      'says a version that is a sentence',
      kubectl({ settings: { '-ldflags': '-X k8s.io/x/version.gitVersion=v1.29.6;genuine' } }),
    ],
    ['ends in the middle', kubectl().subarray(0, 300)],
    ['has lengths that lead nowhere', kubectl({ modulesLength: 2n ** 62n })],
  ])('is replaced all the same, without a version, where it %s', async (_, bytes) => {
    occupy(bytes);
    const { artifacts } = await run.install({ artifacts: [KUBECTL] });
    expect(artifacts[0]?.outcome).toBe('replaced');
    expect(artifacts[0]).not.toHaveProperty('previous');
  });

  it('is not read where it is larger than any of its kind', async () => {
    const path = occupy(kubectl());
    truncateSync(path, MAX_ARTIFACT_BYTES.binary + 1);
    const { artifacts } = await run.install({ artifacts: [KUBECTL] });
    expect(artifacts[0]?.outcome).toBe('replaced');
    expect(artifacts[0]).not.toHaveProperty('previous');
  });

  it('is named where the new one comes out of a tarball', async () => {
    occupy(kubectl());
    await publishTarball(
      { releases, sigstore },
      'kubernetes-client-linux-amd64.tar.gz',
      binaryTarball('client', 'kubectl'),
    );
    const { artifacts } = await run.install({ artifacts: [KUBECTL], fromTarball: 'client' });
    expect(artifacts[0]).toMatchObject({ outcome: 'replaced', previous: 'v1.29.6' });
  });

  it('is nothing to tell of where nothing was there, or the very file', async () => {
    for (const outcome of ['installed', 'kept']) {
      const { artifacts } = await run.install({ artifacts: [KUBECTL] });
      expect(artifacts[0]?.outcome).toBe(outcome);
      expect(artifacts[0]).not.toHaveProperty('previous');
    }
  });
});
