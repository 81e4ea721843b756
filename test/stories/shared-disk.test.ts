/** Installs where others can write, and where there is less room or another mask than one would like. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InstallError } from '../../src/errors.ts';
import type { Note } from '../../src/notes.ts';
import type { ProgressEvent } from '../../src/progress.ts';
import { seededBody } from '#support/http/large-bodies';
import { asOther, attack, NO_OTHER_USER, OTHER_UID, ROUNDS } from '#support/other-user';
import { snapshot } from '#support/temp-dir';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { testServers } from '#support/test-servers';
import { prepareInstall } from './support/install-run.ts';

const RELEASE = { version: 'v1.30.2', platform: 'linux/amd64' };
const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const GIB = 1024 ** 3;

const { sigstore, releases } = await testServers();

async function publish(component: string, bytes: Buffer = KUBECTL): Promise<string> {
  return (await releases.publishRelease({ ...RELEASE, component, bytes, sigstore })).path;
}

function asked(...components: readonly string[]): { readonly component: string; readonly version: string }[] {
  return components.map((component) => ({ component, version: 'v1.30.2', platform: 'linux/amd64' }));
}

function notesOf(events: readonly ProgressEvent[]): readonly Note[] {
  return events.flatMap((event) => (event.kind === 'note' ? [{ code: event.code, text: event.text }] : []));
}

describe.skipIf(process.platform === 'win32')('who else can change it (needs POSIX permissions)', () => {
  it('is no one, and that is said', async () => {
    await publish('kubectl');
    const run = await prepareInstall({ sigstore, releases });
    const { artifacts } = await run.install();
    expect(artifacts[0]?.othersCanChange).toEqual([]);
    expect(artifacts[0]?.notes).toEqual([]);
  });

  it('is everybody who may write to the directory: a note, and no failure', async () => {
    for (const component of ['kubectl', 'kubeadm']) await publish(component);
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin'));
    chmodSync(run.dir.join('bin'), 0o777);
    const { artifacts } = await run.install({ artifacts: asked('kubectl', 'kubeadm') });
    for (const { othersCanChange } of artifacts) {
      expect(othersCanChange).toEqual([{ path: run.dir.join('bin'), who: 'everybody' }]);
    }
    const note = {
      code: 'others-can-change',
      text: `everybody can change what is in ${run.dir.join('bin')}, through ${run.dir.join('bin')}`,
    };
    expect(artifacts[0]?.notes).toEqual([note]);
    expect(notesOf(run.events)).toEqual([note]);
    expect(statSync(run.dir.join('bin')).mode & 0o7777).toBe(0o777);
  });

  it.each([0o000, 0o027, 0o077])('directories get mode 0755 whatever the umask: %o', async (umask) => {
    await publish('kubectl');
    const run = await prepareInstall({ sigstore, releases });
    const old = process.umask(umask);
    try {
      await run.install({ destination: { kind: 'directory', path: run.dir.join('a', 'b') } });
    } finally {
      process.umask(old);
    }
    for (const path of ['a', 'a/b', 'a/b/kubectl']) {
      expect(statSync(run.dir.join(path)).mode & 0o7777).toBe(0o755);
    }
  });
});

describe('a file that is there with the right bytes', () => {
  it('is looked at again when everything else has been downloaded', async () => {
    await publish('kubectl');
    await publish('kubeadm', Buffer.from('kubeadm'));
    let kubectl = '';
    const change = (event: ProgressEvent): void => {
      if (event.kind === 'download' && event.artifact.startsWith('kubeadm'))
        writeFileSync(kubectl, 'changed');
    };
    const run = await prepareInstall({ sigstore, releases }, change);
    await run.install();
    kubectl = run.dir.join('bin', 'kubectl');
    // Late enough for kubectl to have been found in its place.
    releases.http.delay(/\/kubeadm$/, 2000);
    const error: unknown = await run
      .install({ artifacts: asked('kubectl', 'kubeadm') })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InstallError);
    expect(error).toMatchObject({ code: 'place-failed', message: `${kubectl} was changed while this ran` });
    expect(Object.keys(await snapshot(run.dir.join('bin')))).toEqual(['kubectl']);
  });

  it.skipIf(process.platform === 'win32').each([
    [0o640, 'it could not be run'],
    [0o757, 'everybody could write to it'],
  ])(
    'gives way to a new one of the same bytes where it will not do, without a download: mode %o (needs POSIX permissions)',
    async (mode, why) => {
      const path = await publish('kubectl');
      const run = await prepareInstall({ sigstore, releases });
      mkdirSync(run.dir.join('bin'));
      const file = run.dir.join('bin', 'kubectl');
      writeFileSync(file, KUBECTL);
      chmodSync(file, mode);
      const before = statSync(file).ino;
      const { artifacts } = await run.install();
      expect(artifacts[0]).toMatchObject({ outcome: 'replaced', path: file });
      expect(artifacts[0]).not.toHaveProperty('source');
      const note = {
        code: 'file-renewed',
        text: `a new file took the place of ${file}, which had the same bytes: ${why}`,
      };
      expect(artifacts[0]?.notes).toEqual([note]);
      expect(notesOf(run.events)).toEqual([note]);
      expect(statSync(file).mode & 0o7777).toBe(0o755);
      expect(statSync(file).ino).not.toBe(before);
      expect(readFileSync(file)).toEqual(KUBECTL);
      expect(releases.http.requestsFor(path)).toEqual([]);
      expect((await run.install()).artifacts[0]?.outcome).toBe('kept');
    },
  );
});

describe.skipIf(NO_OTHER_USER !== undefined)(`with another user (${NO_OTHER_USER ?? 'as root'})`, () => {
  it('takes over a file of theirs with the right bytes', async () => {
    await publish('kubectl');
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin'));
    const file = run.dir.join('bin', 'kubectl');
    writeFileSync(file, KUBECTL, { mode: 0o755 });
    chownSync(file, OTHER_UID, OTHER_UID);
    const { artifacts } = await run.install();
    expect(artifacts[0]?.outcome).toBe('replaced');
    expect(artifacts[0]?.notes).toEqual([
      {
        code: 'file-renewed',
        text: `a new file took the place of ${file}, which had the same bytes: it belonged to user ${OTHER_UID}`,
      },
    ]);
    expect(statSync(file).uid).toBe(0);
    chmodSync(run.dir.path, 0o755);
    expect(() =>
      asOther(`import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[1], 'theirs')`, file),
    ).toThrow('EACCES');
  });

  it('waits for no digest of a file of theirs that never ends', async () => {
    await publish('kubectl');
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin'));
    const file = run.dir.join('bin', 'kubectl');
    writeFileSync(file, '');
    truncateSync(file, 2 ** 43);
    chownSync(file, OTHER_UID, OTHER_UID);
    const { artifacts } = await run.install();
    expect(artifacts[0]?.outcome).toBe('replaced');
    expect(readFileSync(file)).toEqual(KUBECTL);
  });

  it('writes nothing elsewhere while they swap the directory for a link', async () => {
    await publish('kubectl');
    const run = await prepareInstall({ sigstore, releases });
    for (const name of ['victim', 'home', 'home/bin']) mkdirSync(run.dir.join(name));
    writeFileSync(run.dir.join('victim', 'kubectl'), 'kept', { mode: 0o700 });
    for (const name of ['home', 'home/bin']) chownSync(run.dir.join(name), OTHER_UID, OTHER_UID);
    chmodSync(run.dir.path, 0o755);
    const before = await snapshot(run.dir.join('victim'));
    const stop = await attack(SWAPPING, run.dir.join('home'), run.dir.join('victim'));
    const ends = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const end = await run
        .install({ destination: { kind: 'directory', path: run.dir.join('home', 'bin') } })
        .then(
          () => 'installed',
          (error: unknown) => (error instanceof InstallError ? error.code : String(error)),
        );
      ends.add(end);
      expect(await snapshot(run.dir.join('victim'))).toEqual(before);
      await calm(run.dir.join('home', 'bin'));
      rmSync(run.dir.join('home', 'bin', 'kubectl'), { force: true });
    }
    await stop();
    expect(['installed', 'place-failed', 'destination-unsuitable']).toEqual(
      expect.arrayContaining([...ends]),
    );
    expect(ends).toContain('place-failed');
  });

  it('reports no file as installed that they replaced before the run was over', async () => {
    const names = ['kubeadm', 'kubectl', 'kubelet'];
    for (const name of names) await publish(name, Buffer.from(name));
    const run = await prepareInstall({ sigstore, releases });
    mkdirSync(run.dir.join('bin'));
    chownSync(run.dir.join('bin'), OTHER_UID, OTHER_UID);
    chmodSync(run.dir.path, 0o755);
    const stop = await attack(REPLACING, run.dir.join('bin'), names[0] ?? '', names.at(-1) ?? '');
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = run.dir.join('bin', names[0] ?? '');
      const end = await run.install({ artifacts: asked(...names) }).then(
        () => readFileSync(first, 'utf8'),
        (error: unknown) => (error instanceof InstallError ? error.code : String(error)),
      );
      expect([names[0], 'place-failed']).toContain(end);
      if (end === 'place-failed') refused += 1;
      for (const name of readdirSync(run.dir.join('bin'))) rmSync(run.dir.join('bin', name), { force: true });
    }
    await stop();
    expect(refused).toBeGreaterThan(0);
  });
});

/** As soon as something is staged in `bin`, that is moved away and a link is in its place for a while. */
const SWAPPING = `
import { readdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
const [, home, victim] = process.argv;
const attempt = (step) => { try { return step(); } catch {} };
process.stdout.write('ready');
for (;;) {
  const staged = attempt(() => readdirSync(home + '/bin').some((name) => name.startsWith('.k8s-verify-')));
  if (!staged) continue;
  attempt(() => renameSync(home + '/bin', home + '/away'));
  attempt(() => symlinkSync(victim, home + '/bin'));
  const until = Date.now() + Math.random() * 60;
  while (Date.now() < until);
  attempt(() => unlinkSync(home + '/bin'));
  attempt(() => renameSync(home + '/away', home + '/bin'));
  const calm = Date.now() + 30;
  while (Date.now() < calm);
}
`;

/** Waits until the directory is a directory again. */
async function calm(path: string): Promise<void> {
  while (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) await setImmediate();
}

/** As soon as the first file is in its place, and before the last one is, another one takes its place. */
const REPLACING = `
import { existsSync, renameSync, writeFileSync } from 'node:fs';
const [, bin, first, last] = process.argv;
process.stdout.write('ready');
for (;;) {
  try {
    writeFileSync(bin + '/theirs', 'theirs', { mode: 0o755 });
    while (!existsSync(bin + '/' + first));
    if (!existsSync(bin + '/' + last)) renameSync(bin + '/theirs', bin + '/' + first);
    while (existsSync(bin + '/' + first));
  } catch {}
}
`;

describe('room', () => {
  it.runIf(CAN_MOUNT)(
    'less than the file needs is told before it is downloaded (needs the right to mount a disk)',
    async () => {
      await publish('kubectl', Buffer.alloc(3_000_000, 'kubectl'));
      const run = await prepareInstall({ sigstore, releases });
      const { path } = testDisk('size=1m');
      writeFileSync(`${path}/kept`, 'kept');
      const error: unknown = await run
        .install({ destination: { kind: 'directory', path } })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'disk-full',
        message: `could not write kubectl: no space is left in ${path}`,
        wanted: 'room for 3000000 bytes',
      });
      expect(Object.keys(await snapshot(path))).toEqual(['kept']);
    },
  );

  it.each([
    ['kubectl', 'bin/linux/amd64/kubectl', 1],
    ['kube-apiserver.tar', 'bin/linux/amd64/kube-apiserver.tar', 2],
    ['kubernetes-client', 'kubernetes-client-linux-amd64.tar.gz', 4],
    ['kubernetes-release.spdx', 'kubernetes-release.spdx', 1 / 64],
  ])('a %s that is too large is refused before its first byte: %s, %d GiB', async (component, name, gib) => {
    const { path } = await releases.publishSigned(`/release/v1.30.2/${name}`, { bytes: KUBECTL, sigstore });
    releases.publishFile(path, seededBody('endless', gib * GIB + 1));
    const run = await prepareInstall({ sigstore, releases });
    const error = await run.refused({ artifacts: asked(component) });
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'response-invalid' });
    expect(error.message).toContain(`the limit is ${(gib * GIB).toLocaleString('en')}`);
  });
});
