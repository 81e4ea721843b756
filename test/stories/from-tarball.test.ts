import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { InstallRequest } from '../../src/plan/request.ts';
import type { PublishedFile } from '#support/release-server';
import { snapshot } from '#support/temp-dir';
import { testServers } from '#support/test-servers';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { entry, file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { binaryTarball, contentOf, publishTarball, sha256 } from './support/tarballs.ts';

const NODE_BINARIES = ['kubeadm', 'kubelet', 'kubectl', 'kubectl-convert', 'kube-proxy'];
const TARBALL = 'kubernetes-server-linux-amd64.tar.gz';

const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  run = await prepareInstall({ sigstore, releases });
});

function wanted(platform: string, ...components: readonly string[]): InstallRequest['artifacts'] {
  return components.map((component) => ({ component, version: 'v1.30.2', platform }));
}

async function publish(
  bytes = binaryTarball('server', ...NODE_BINARIES),
  name = TARBALL,
): Promise<PublishedFile> {
  return publishTarball({ releases, sigstore }, name, bytes);
}

const THREE = ['kubeadm', 'kubelet', 'kubectl'];
const ASKED = {
  artifacts: wanted('linux/amd64', ...THREE),
  fromTarball: 'server',
} as const satisfies Partial<InstallRequest>;

function installed(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `file 0755 ${sha256(contentOf(name))}`]));
}

describe('binaries out of a proven tarball', () => {
  it('are installed, with the tarball downloaded and proved once', async () => {
    const published = await publish();
    const { artifacts } = await run.install(ASKED);
    expect(await snapshot(run.dir.join('bin'))).toEqual(installed(...THREE));
    expect(artifacts).toHaveLength(3);
    for (const [index, component] of THREE.entries()) {
      expect(artifacts[index]).toMatchObject({
        outcome: 'installed',
        component,
        version: 'v1.30.2',
        platform: 'linux/amd64',
        path: run.dir.join('bin', component),
        sha256: sha256(contentOf(component)),
        source: published.url,
        fromTarball: {
          name: TARBALL,
          sha256: published.sha256,
          member: `kubernetes/server/bin/${component}`,
        },
      });
      expect(artifacts[index]?.checks.digest.detail).toContain(published.sha256);
    }
    expect(releases.http.requestsFor(/\.tar\.gz$/)).toHaveLength(1);
  });

  it('are replaced where they differ, and left alone where they are the same', async () => {
    await publish();
    mkdirSync(run.dir.join('bin'));
    writeFileSync(run.dir.join('bin', 'kubelet'), contentOf('kubelet'), { mode: 0o700 });
    writeFileSync(run.dir.join('bin', 'kubectl'), 'old');
    const { artifacts } = await run.install(ASKED);
    expect(artifacts.map(({ outcome }) => outcome)).toEqual(['installed', 'kept', 'replaced']);
    expect(await snapshot(run.dir.join('bin'))).toEqual({
      ...installed(...THREE),
      kubelet: `file 0700 ${sha256(contentOf('kubelet'))}`,
    });
  });

  it('of several platforms come out of a tarball each', async () => {
    await publish(binaryTarball('node', 'kubelet', 'kubeadm'), 'kubernetes-node-linux-arm64.tar.gz');
    await publish(
      binaryTarball('node', 'kubelet.exe', 'kubeadm.exe'),
      'kubernetes-node-windows-amd64.tar.gz',
    );
    const artifacts = ['linux/arm64', 'windows/amd64'].flatMap((one) => wanted(one, 'kubelet', 'kubeadm'));
    const result = await run.install({ artifacts, fromTarball: 'node' });
    expect(Object.keys(await snapshot(run.dir.join('bin')))).toEqual([
      'linux-arm64',
      'linux-arm64/kubeadm',
      'linux-arm64/kubelet',
      'windows-amd64',
      'windows-amd64/kubeadm.exe',
      'windows-amd64/kubelet.exe',
    ]);
    expect(result.artifacts).toHaveLength(4);
    expect(releases.http.requestsFor(/\.tar\.gz$/)).toHaveLength(2);
  });

  it('may be a single one, into the file that is named', async () => {
    await publish();
    const path = run.dir.join('my-kubelet');
    const artifacts = wanted('linux/amd64', 'kubelet');
    await run.install({ ...ASKED, artifacts, destination: { kind: 'file', path } });
    expect((await snapshot(run.dir.path))['my-kubelet']).toBe(installed('kubelet')['kubelet']);
  });

  it('may be asked for by their own digests, whatever the digest of the tarball', async () => {
    await publish();
    const artifacts = ASKED.artifacts.map((one) => ({ ...one, sha256: sha256(contentOf(one.component)) }));
    await run.install({ ...ASKED, artifacts });
    expect(await snapshot(run.dir.join('bin'))).toEqual(installed(...THREE));
  });

  it('are told with what the records of the release say of the tarball', async () => {
    await publish();
    await releases.publishSums('v1.30.2');
    const { artifacts } = await run.install({ ...ASKED, checkSums: true });
    for (const { crossChecks } of artifacts) {
      expect(crossChecks).toMatchObject([{ outcome: 'agrees' }, { outcome: 'agrees' }, {}]);
    }
  });
});

describe('no binary is installed, and the disk is as it was, where', () => {
  it('the tarball was changed after it was signed', async () => {
    const { path } = await publish();
    releases.publishFile(path, binaryTarball('server', ...NODE_BINARIES, 'evil'));
    expect(await run.refused(ASKED)).toMatchObject({ code: 'digest-mismatch' });
  });

  it('one of them is not the file that was asked for by its digest', async () => {
    await publish();
    const artifacts = ASKED.artifacts.map((one) =>
      one.component === 'kubelet' ? { ...one, sha256: sha256('another kubelet') } : one,
    );
    const error = await run.refused({ ...ASKED, artifacts });
    expect(error).toMatchObject({ code: 'digest-mismatch', wanted: `sha256:${sha256('another kubelet')}` });
    expect(error.found).toContain(sha256(contentOf('kubelet')));
  });

  it('the tarball is proved, and lacks one of them', async () => {
    await publish(binaryTarball('server', 'kubeadm', 'kubectl'));
    const error = await run.refused(ASKED);
    expect(error).toMatchObject({ name: 'InstallError', code: 'archive-member-missing' });
    expect(error.message).toContain('kubernetes/server/bin/kubelet');
  });

  it('the tarball is proved, and holds something that is refused', async () => {
    const link = entry({ name: 'kubernetes/server/bin/x', type: '1', linkName: '/etc/shadow' });
    const binaries = THREE.map((name) => file(`kubernetes/server/bin/${name}`, contentOf(name), 0o755));
    await publish(tarGz(...binaries, link));
    const error = await run.refused(ASKED);
    expect(error).toMatchObject({ code: 'archive-rejected' });
    expect(error.message).toContain('kubernetes/server/bin/x');
  });

  it('one of several tarballs is not there', async () => {
    await publish();
    const artifacts = ['linux/amd64', 'linux/arm64'].flatMap((one) => wanted(one, 'kubelet'));
    expect(await run.refused({ ...ASKED, artifacts })).toMatchObject({ code: 'artifact-not-found' });
  });

  it('the place of one is a directory, before anything is asked for', async () => {
    mkdirSync(run.dir.join('bin', 'kubectl'), { recursive: true });
    expect(await run.refused(ASKED)).toMatchObject({ code: 'destination-unsuitable' });
    expect(releases.http.requests).toEqual([]);
  });

  it.skipIf(!CAN_MOUNT)(
    'a later one cannot be replaced: what was placed before it is put back (needs the right to mount a disk)',
    async () => {
      await publish();
      mkdirSync(run.dir.join('bin'));
      for (const name of THREE) writeFileSync(run.dir.join('bin', name), `old ${name}`);
      writeFileSync(run.dir.join('mounted'), 'mounted');
      const last = run.dir.join('bin', 'kubectl');
      execFileSync('mount', ['--bind', run.dir.join('mounted'), last]);
      onTestFinished(() => void execFileSync('umount', [last]));
      expect(await run.refused(ASKED)).toMatchObject({ code: 'place-failed' });
    },
  );

  it.skipIf(!CAN_MOUNT)('the disk is full (needs the right to mount a disk)', async () => {
    const disk = testDisk('size=1m');
    writeFileSync(`${disk.path}/kubelet`, 'old');
    const before = await snapshot(disk.path);
    const large = file('kubernetes/server/bin/kubelet', Buffer.alloc(4_000_000), 0o755);
    await publish(tarGz(file('kubernetes/server/bin/kubectl', 'small', 0o755), large));
    const destination = { kind: 'directory', path: disk.path } as const;
    const artifacts = wanted('linux/amd64', 'kubectl', 'kubelet');
    expect(await run.refused({ ...ASKED, artifacts, destination })).toMatchObject({ code: 'disk-full' });
    expect(await snapshot(disk.path)).toEqual(before);
  });

  it.each<[string, Partial<InstallRequest>, string]>([
    ['that tarball does not hold one', { fromTarball: 'client' }, 'component-unknown'],
    [
      'there is no such tarball for the platform',
      { artifacts: wanted('darwin/arm64', 'kubectl') },
      'platform-impossible',
    ],
    [
      'the release is not signed',
      { artifacts: [{ component: 'kubectl', version: 'v1.25.4', platform: 'linux/amd64' }] },
      'signature-not-published',
    ],
    ['its bundle is to be saved', { saveBundle: true }, 'usage'],
    ['a name is to be tried that the table lacks', { force: true }, 'usage'],
    ['it is to be unpacked, too', { extract: { members: [] } }, 'usage'],
  ])('%s, before anything is asked for', async (_, change, code) => {
    expect(await run.refused({ ...ASKED, ...change })).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });
});
