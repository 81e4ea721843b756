import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRequest, InstallRequest } from '../../src/plan/request.ts';
import { snapshot } from '#support/temp-dir';
import { testServers } from '#support/test-servers';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { rejection } from '#support/thrown-by';
import { entry, file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type InstallRun, prepareInstall } from './support/install-run.ts';
import { binaryTarball, contentOf, publishTarball, sha256 } from './support/tarballs.ts';

const CLIENT = 'kubernetes-client-linux-amd64';
const KUBECTL = 'kubernetes/client/bin/kubectl';
const EVERYTHING = { members: [] };

const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  run = await prepareInstall({ sigstore, releases });
});

function tarball(component = 'kubernetes-client', platform = 'linux/amd64'): ArtifactRequest {
  return { component, version: 'v1.30.2', platform };
}

async function publish(name = CLIENT, bytes = binaryTarball('client', 'kubectl', 'kubectl-convert')) {
  return publishTarball({ releases, sigstore }, `${name}.tar.gz`, bytes);
}

/** To unpack the client tarball. */
const ASKED: Partial<InstallRequest> = { artifacts: [tarball()], extract: EVERYTHING };

const UNPACKED = {
  kubernetes: 'directory 0755',
  'kubernetes/LICENSES': `file 0644 ${sha256('licences')}`,
  'kubernetes/client': 'directory 0755',
  'kubernetes/client/bin': 'directory 0755',
  'kubernetes/client/bin/kubectl': `file 0755 ${sha256(contentOf('kubectl'))}`,
  'kubernetes/client/bin/kubectl-convert': `file 0755 ${sha256(contentOf('kubectl-convert'))}`,
};

describe('a tarball', () => {
  it('is kept as a file unless it is to be unpacked', async () => {
    const published = await publish();
    const { artifacts } = await run.install({ artifacts: [tarball()] });
    expect(artifacts).toMatchObject([{ outcome: 'installed', sha256: published.sha256 }]);
    expect(await snapshot(run.dir.join('bin'))).toEqual({
      [`${CLIENT}.tar.gz`]: `file 0644 ${published.sha256}`,
    });
  });

  it('is proved, and then unpacked into a directory of its name', async () => {
    const published = await publish();
    const { artifacts } = await run.install(ASKED);
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]).toMatchObject({
      outcome: 'extracted',
      component: 'kubernetes-client',
      version: 'v1.30.2',
      platform: 'linux/amd64',
      path: run.dir.join('bin', CLIENT),
      sha256: published.sha256,
      source: published.url,
      extracted: {
        files: 3,
        bytes: contentOf('kubectl').length + contentOf('kubectl-convert').length + 'licences'.length,
      },
      checks: { digest: { outcome: 'passed' }, identity: { outcome: 'passed' } },
    });
    expect(await snapshot(run.dir.join('bin', CLIENT))).toEqual(UNPACKED);
    expect(Object.keys(await snapshot(run.dir.join('bin'))).filter((name) => !name.includes('/'))).toEqual([
      CLIENT,
    ]);
  });

  it.each(['absent', 'empty'])('becomes exactly the directory that is named, %s before', async (before) => {
    await publish();
    const path = run.dir.join('new', 'client');
    if (before === 'empty') mkdirSync(path, { recursive: true });
    await run.install({ ...ASKED, destination: { kind: 'file', path } });
    expect(await snapshot(path)).toEqual(UNPACKED);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['a path', [KUBECTL], [KUBECTL]],
    ['a directory', ['kubernetes/client/bin/'], [KUBECTL, `${KUBECTL}-convert`]],
    ['a last part', ['kubectl-convert'], [`${KUBECTL}-convert`]],
    ['several', ['LICENSES', 'kubectl'], ['kubernetes/LICENSES', KUBECTL]],
  ])('gives only the members that are asked for: %s', async (_, members, files) => {
    await publish();
    const { artifacts } = await run.install({ ...ASKED, extract: { members } });
    const found = await snapshot(run.dir.join('bin', CLIENT));
    expect(Object.keys(found).filter((name) => found[name]?.startsWith('file'))).toEqual(files.toSorted());
    expect(artifacts[0]?.extracted?.files).toBe(files.length);
  });

  it('of several platforms, and one for all of them, are unpacked side by side', async () => {
    await publish();
    await publish('kubernetes-client-windows-amd64', binaryTarball('client', 'kubectl.exe'));
    await publish('kubernetes-src', tarGz(file('Makefile', 'all:')));
    const artifacts = [
      tarball(),
      tarball('kubernetes-client', 'windows/amd64'),
      tarball('kubernetes-src'),
      tarball('kubernetes-src', 'windows/amd64'),
    ];
    const result = await run.install({ artifacts, extract: EVERYTHING });
    expect(result.artifacts.map(({ path }) => path)).toEqual([
      run.dir.join('bin', 'linux-amd64', CLIENT),
      run.dir.join('bin', 'windows-amd64', 'kubernetes-client-windows-amd64'),
      run.dir.join('bin', 'kubernetes-src'),
    ]);
    expect(await snapshot(run.dir.join('bin', 'linux-amd64', CLIENT))).toEqual(UNPACKED);
    expect(await snapshot(run.dir.join('bin', 'kubernetes-src'))).toEqual({
      Makefile: `file 0644 ${sha256('all:')}`,
    });
  });

  it('is held against the records of the release, too', async () => {
    await publish();
    await releases.publishSums('v1.30.2');
    const { artifacts } = await run.install({ ...ASKED, checkSums: true });
    expect(artifacts[0]).toMatchObject({
      outcome: 'extracted',
      crossChecks: [{ outcome: 'agrees' }, { outcome: 'agrees' }, { outcome: 'not-published' }],
    });
  });
});

describe('a tarball is not unpacked, and the disk is as it was, where', () => {
  it('its bytes were changed after they were signed', async () => {
    const { path } = await publish();
    releases.publishFile(path, binaryTarball('client', 'kubectl', 'evil'));
    expect(await run.refused(ASKED)).toMatchObject({ code: 'digest-mismatch' });
  });

  it('another one was asked for by its digest', async () => {
    const { sha256: found } = await publish();
    const error = await run.refused({ ...ASKED, artifacts: [{ ...tarball(), sha256: sha256('another') }] });
    expect(error).toMatchObject({ code: 'digest-mismatch', wanted: `sha256:${sha256('another')}` });
    expect(error.found).toContain(found);
  });

  it.each<[string, Buffer, RegExp]>([
    ['a link', entry({ name: 'kubernetes/link', type: '2', linkName: '/etc/passwd' }), /kubernetes\/link/],
    ['a way out', file('../evil', 'x'), /\.\.\/evil/],
    ['a set-user-ID bit', file('kubernetes/su', 'x', 0o4755), /kubernetes\/su/],
    ['a name of a device', file('kubernetes/nul.txt', 'x'), /nul\.txt/],
  ])('a proved one holds %s, which is told by name', async (_, hostile, name) => {
    await publish(CLIENT, tarGz(file(KUBECTL, contentOf('kubectl'), 0o755), hostile));
    const error = await run.refused({ ...ASKED, extract: { members: [KUBECTL] } });
    expect(error).toMatchObject({ name: 'InstallError', code: 'archive-rejected' });
    expect(error.message).toMatch(name);
  });

  it('what is proved is no tarball', async () => {
    await publish(CLIENT, Buffer.from('<html>'));
    expect(await run.refused(ASKED)).toMatchObject({ code: 'archive-rejected' });
  });

  it.each([
    ['kubernetes/client/bin/kubelet', /kubectl/],
    ['kubectl-conver', /kubectl-convert/],
  ])('the member %s is not in it, and what is near is told', async (member, near) => {
    await publish();
    const error = await run.refused({ ...ASKED, extract: { members: [KUBECTL, member] } });
    expect(error).toMatchObject({ name: 'InstallError', code: 'archive-member-missing' });
    expect(error.message).toContain(member);
    expect(error.found).toMatch(near);
  });

  it.each<[string, (path: string) => void]>([
    [
      'a directory with something in it',
      (path) => {
        mkdirSync(path);
        writeFileSync(`${path}/mine`, 'mine');
      },
    ],
    ['a file', (path) => writeFileSync(path, 'mine')],
    ['a link', (path) => symlinkSync(run.dir.path, path)],
  ])('%s has the name already, before anything is asked for', async (_, occupy) => {
    mkdirSync(run.dir.join('bin'));
    occupy(run.dir.join('bin', CLIENT));
    expect(await run.refused(ASKED)).toMatchObject({ code: 'destination-unsuitable' });
    expect(releases.http.requests).toEqual([]);
  });

  it('another of several tarballs is not proved', async () => {
    await publish();
    await releases.publishSigned('/release/v1.30.2/kubernetes-node-linux-amd64.tar.gz', {
      bytes: binaryTarball('node', 'kubelet'),
      sigstore,
      sign: { identity: 'somebody@example.com' },
    });
    const artifacts = [tarball(), tarball('kubernetes-node')];
    expect(await run.refused({ artifacts, extract: EVERYTHING })).toMatchObject({
      code: 'identity-mismatch',
    });
  });

  it('the place of another one is taken while the run is on: the first is taken back', async () => {
    await publish();
    await publish('kubernetes-node-linux-amd64', binaryTarball('node', 'kubelet'));
    const taken = run.dir.join('bin', 'kubernetes-node-linux-amd64');
    const late = await prepareInstall({ sigstore, releases }, (event) => {
      if (event.kind === 'detail' && event.message.startsWith('unpacking kubernetes-node')) {
        mkdirSync(taken, { recursive: true });
        writeFileSync(`${taken}/mine`, 'mine');
      }
    });
    const destination = { kind: 'directory', path: run.dir.join('bin') } as const;
    const artifacts = [tarball(), tarball('kubernetes-node')];
    const error = await rejection(late.install({ artifacts, extract: EVERYTHING, destination }));
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(await snapshot(run.dir.join('bin'))).toEqual({
      'kubernetes-node-linux-amd64': 'directory 0755',
      'kubernetes-node-linux-amd64/mine': `file 0644 ${sha256('mine')}`,
    });
  });

  it.skipIf(!CAN_MOUNT)('the disk is full (needs the right to mount a disk)', async () => {
    const disk = testDisk('size=1m');
    writeFileSync(`${disk.path}/mine`, 'mine');
    const before = await snapshot(disk.path);
    await publish(CLIENT, tarGz(file(KUBECTL, Buffer.alloc(4_000_000), 0o755)));
    const destination = { kind: 'directory', path: `${disk.path}/new` } as const;
    expect(await run.refused({ ...ASKED, destination })).toMatchObject({ code: 'disk-full' });
    expect(await snapshot(disk.path)).toEqual(before);
  });

  it('the run is interrupted as it is unpacked', async () => {
    await publish();
    const abort = new AbortController();
    const interrupted = await prepareInstall({ sigstore, releases }, (event) => {
      if (event.kind === 'detail' && event.message.startsWith('unpacking')) abort.abort();
    });
    const error = await interrupted.refused({ ...ASKED, signal: abort.signal });
    expect(error).toMatchObject({ code: 'interrupted' });
  });

  it.each<[string, Partial<InstallRequest>, string]>([
    ['it is none', { artifacts: [{ ...tarball(), component: 'kubectl' }] }, 'usage'],
    ['binaries are to be taken out of it, too', { fromTarball: 'client' }, 'usage'],
    ['its bundle is to be saved, too', { saveBundle: true }, 'usage'],
    [
      'two of them would get one name',
      { artifacts: [tarball(), { ...tarball(), version: 'v1.29.3' }] },
      'usage',
    ],
    [
      'one directory is to take two of them',
      {
        artifacts: [tarball(), tarball('kubernetes-src')],
        destination: { kind: 'file', path: '/nowhere' },
      },
      'usage',
    ],
    [
      'its platform has none',
      { artifacts: [tarball('kubernetes-server', 'darwin/arm64')] },
      'platform-impossible',
    ],
  ])('%s, before anything is asked for', async (_, change, code) => {
    expect(await run.refused({ ...ASKED, ...change })).toMatchObject({ code });
    expect(releases.http.requests).toEqual([]);
  });
});
