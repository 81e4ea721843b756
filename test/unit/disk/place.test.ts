import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DATA_MODE,
  EXECUTABLE_MODE,
  placeAll,
  type Placement,
  type SideFile,
} from '../../../src/disk/place.ts';
import type { VerifiedArtifact } from '../../../src/disk/verified-artifact.ts';
import { rejection } from '#support/thrown-by';
import { into, namesIn, placeOne, scratch, stageVerified } from './support/disk.ts';

const unix = process.platform !== 'win32';

describe('placing one artifact', () => {
  it('puts a new file in place with its mode, whatever the umask', async () => {
    const directory = scratch();
    const before = process.umask(0o077);
    try {
      const verified = await stageVerified(directory, 'kubectl', 'new');
      await placeOne(verified, join(directory, 'kubectl'));
      await verified.staged.discard();
    } finally {
      process.umask(before);
    }
    expect(namesIn(directory)).toEqual(['kubectl']);
    expect(readFileSync(join(directory, 'kubectl'), 'utf8')).toBe('new');
    expect(statSync(join(directory, 'kubectl')).mode & 0o7777).toBe(unix ? 0o755 : 0o666);
  });

  it('replaces an older file, and does not write into it', async () => {
    const directory = scratch();
    const destination = join(directory, 'kubectl');
    writeFileSync(destination, 'old', { mode: 0o600 });
    linkSync(destination, join(directory, 'same-file'));
    await placeOne(await stageVerified(directory, 'kubectl', 'new'), destination, { mode: DATA_MODE });
    expect(readFileSync(destination, 'utf8')).toBe('new');
    expect(readFileSync(join(directory, 'same-file'), 'utf8')).toBe('old');
    expect(statSync(destination).mode & 0o7777).toBe(unix ? 0o644 : 0o666);
    expect(namesIn(directory)).toEqual(['kubectl', 'same-file']);
  });

  it.runIf(unix)('replaces a program that is running (needs POSIX)', async () => {
    const directory = scratch();
    const destination = join(directory, 'program');
    writeFileSync(destination, '#!/bin/sh\necho old\n', { mode: 0o755 });
    const verified = await stageVerified(directory, 'program', '#!/bin/sh\necho new\n');
    await placeOne(verified, destination);
    expect(execFileSync(destination, { encoding: 'utf8' })).toBe('new\n');
  });

  it('refuses a directory and says how to install into it', async () => {
    const directory = scratch();
    mkdirSync(join(directory, 'kubectl'));
    const verified = await stageVerified(directory, 'kubectl', 'new');
    const error = await rejection(placeOne(verified, join(directory, 'kubectl')));
    expect(error).toMatchObject({ code: 'destination-unsuitable', found: 'a directory' });
    expect(error.next).toContain(`--install-dir ${join(directory, 'kubectl')}`);
    await verified.staged.discard();
    expect(namesIn(directory)).toEqual(['kubectl']);
  });

  it.each(['target', 'missing', '/etc/hostname'])(
    'refuses a symbolic link to %s and names it',
    async (target) => {
      const directory = scratch();
      writeFileSync(join(directory, 'target'), 'untouched');
      const destination = join(directory, 'kubectl');
      symlinkSync(target, destination);
      const verified = await stageVerified(directory, 'kubectl', 'new');
      const error = await rejection(placeOne(verified, destination));
      expect(error).toMatchObject({ code: 'destination-unsuitable', found: `a link to "${target}"` });
      expect(error.next).toContain('remove the link first');
      expect(readlinkSync(destination)).toBe(target);
      expect(readFileSync(join(directory, 'target'), 'utf8')).toBe('untouched');
      await verified.staged.discard();
      expect(namesIn(directory)).toEqual(['kubectl', 'target']);
    },
  );

  it.runIf(unix)('refuses a pipe without opening it (needs mkfifo)', async () => {
    const directory = scratch();
    execFileSync('mkfifo', [join(directory, 'kubectl')]);
    const verified = await stageVerified(directory, 'kubectl', 'new');
    const error = await rejection(placeOne(verified, join(directory, 'kubectl')));
    expect(error).toMatchObject({ code: 'destination-unsuitable', found: 'a device, pipe or socket' });
    await verified.staged.discard();
  });

  it.each([
    ['another file', (path: string, other: string) => renameSync(other, path)],
    ['a longer file', (path: string) => writeFileSync(path, 'longer than it was')],
    [
      'a link to the same file',
      (path: string, other: string) => {
        renameSync(path, `${other}-moved`);
        symlinkSync(`${other}-moved`, path);
      },
    ],
    ['nothing', (path: string, other: string) => renameSync(path, `${other}-gone`)],
  ])('refuses when the staging file has become %s', async (_, swap) => {
    const directory = scratch();
    const destination = join(directory, 'kubectl');
    writeFileSync(destination, 'old');
    writeFileSync(join(directory, 'evil'), 'new');
    const verified = await stageVerified(directory, 'kubectl', 'new');
    swap(verified.staged.path, join(directory, 'evil'));
    const error = await rejection(placeOne(verified, destination));
    expect(error).toMatchObject({ code: 'place-failed' });
    expect(error.message).toContain('was changed or replaced');
    expect(readFileSync(destination, 'utf8')).toBe('old');
    await verified.staged.discard();
  });

  it('takes only what confirmDigest made', async () => {
    const directory = scratch();
    const verified = await stageVerified(directory, 'kubectl', 'new');
    const forged: VerifiedArtifact = Object.assign(Object.create(null), verified);
    expect(await rejection(placeOne(forged, join(directory, 'kubectl')))).toMatchObject({ code: 'usage' });
    await verified.staged.discard();
    expect(namesIn(directory)).toEqual([]);
  });

  it('changes nothing when the run was interrupted', async () => {
    const directory = scratch();
    const destination = join(directory, 'kubectl');
    writeFileSync(destination, 'old');
    const verified = await stageVerified(directory, 'kubectl', 'new');
    const error = await rejection(placeOne(verified, destination, { signal: AbortSignal.abort() }));
    expect(error.code).toBe('interrupted');
    await verified.staged.discard();
    expect(readFileSync(destination, 'utf8')).toBe('old');
    expect(namesIn(directory)).toEqual(['kubectl']);
  });

  it('lets many runs into one place at once: all succeed, the file is one of theirs, nothing is left', async () => {
    const directory = join(scratch(), 'bin');
    const destination = join(directory, 'kubectl');
    const contents = Array.from({ length: 16 }, (_, index) => `${index}`.repeat(100_000));
    await Promise.all(
      contents.map(async (bytes) => placeOne(await stageVerified(directory, 'kubectl', bytes), destination)),
    );
    expect(contents).toContain(readFileSync(destination, 'utf8'));
    expect(namesIn(directory)).toEqual(['kubectl']);
  });
});

describe('placing several', () => {
  const names = ['kubeadm', 'kubectl', 'kubelet'];

  async function stageAll(directory: string): Promise<readonly VerifiedArtifact[]> {
    return Promise.all(names.map((name) => stageVerified(directory, name, `new ${name}`)));
  }

  it('puts all in place, over old files and where none were, and leaves no backup', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'kubectl'), 'old kubectl');
    const artifacts = await stageAll(directory);
    await placeAll(artifacts.map((artifact) => into(directory, artifact)));
    expect(namesIn(directory)).toEqual(names);
    for (const name of names) expect(readFileSync(join(directory, name), 'utf8')).toBe(`new ${name}`);
  });

  it('places none where one destination is unsuitable', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'kubeadm'), 'old kubeadm');
    mkdirSync(join(directory, 'kubelet'));
    const artifacts = await stageAll(directory);
    const error = await rejection(placeAll(artifacts.map((artifact) => into(directory, artifact))));
    expect(error.code).toBe('destination-unsuitable');
    await Promise.all(artifacts.map(({ staged }) => staged.discard()));
    expect(namesIn(directory)).toEqual(['kubeadm', 'kubelet']);
    expect(readFileSync(join(directory, 'kubeadm'), 'utf8')).toBe('old kubeadm');
  });

  it('puts everything back when a later rename fails', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'kubeadm'), 'old kubeadm', { mode: 0o750 });
    chmodSync(join(directory, 'kubeadm'), 0o750);
    const before = statSync(join(directory, 'kubeadm'), { bigint: true });
    const artifacts = await stageAll(directory);
    const error = await rejection(
      placeAll(
        // The third one's directory is missing, which nothing notices before its rename.
        artifacts.map((artifact, i) => into(i === 2 ? join(directory, 'missing') : directory, artifact)),
      ),
    );
    expect(error.code).toBe('place-failed');
    await Promise.all(artifacts.map(({ staged }) => staged.discard()));
    expect(namesIn(directory)).toEqual(['kubeadm']);
    const after = statSync(join(directory, 'kubeadm'), { bigint: true });
    expect([after.ino, after.mode, after.mtimeNs]).toEqual([before.ino, before.mode, before.mtimeNs]);
    expect(readFileSync(join(directory, 'kubeadm'), 'utf8')).toBe('old kubeadm');
  });

  it('removes the directories that were created for artifacts that were placed and taken back', async () => {
    const root = scratch();
    const artifacts = await Promise.all(
      names.map((name) => stageVerified(join(root, 'new', name), name, name)),
    );
    const error = await rejection(
      placeAll(
        artifacts.map((artifact, index) => ({
          artifact,
          destination: join(root, index === 2 ? 'missing' : 'new', artifact.staged.fileName, 'file'),
          mode: EXECUTABLE_MODE,
        })),
      ),
    );
    expect(error.code).toBe('place-failed');
    await Promise.all(artifacts.map(({ staged }) => staged.discard()));
    expect(namesIn(root)).toEqual([]);
  });

  it('places side files with the artifacts, or neither', async () => {
    const directory = scratch();
    const bundleOf = (name: string): SideFile => ({
      destination: join(directory, `${name}.sigstore.json`),
      bytes: Buffer.from(`bundle of ${name}`),
    });
    const stage = async (name: string): Promise<Placement> =>
      into(directory, await stageVerified(directory, name, `new ${name}`));
    writeFileSync(join(directory, 'kubectl.sigstore.json'), 'old bundle');
    await placeAll([await stage('kubectl')], { sideFiles: [bundleOf('kubectl')] });
    expect(namesIn(directory)).toEqual(['kubectl', 'kubectl.sigstore.json']);
    expect(readFileSync(join(directory, 'kubectl.sigstore.json'), 'utf8')).toBe('bundle of kubectl');
    expect(statSync(join(directory, 'kubectl.sigstore.json')).mode & 0o7777).toBe(unix ? 0o644 : 0o666);

    mkdirSync(join(directory, 'kubelet.sigstore.json'));
    const kubelet = await stage('kubelet');
    const error = await rejection(placeAll([kubelet], { sideFiles: [bundleOf('kubelet')] }));
    expect(error.code).toBe('destination-unsuitable');
    await kubelet.artifact.staged.discard();
    expect(namesIn(directory)).toEqual(['kubectl', 'kubectl.sigstore.json', 'kubelet.sigstore.json']);
  });

  it('refuses two artifacts for one destination', async () => {
    const directory = scratch();
    const artifacts = await stageAll(directory);
    const destination = join(directory, 'same');
    const error = await rejection(
      placeAll(artifacts.map((artifact) => ({ artifact, destination, mode: EXECUTABLE_MODE }))),
    );
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(error.message).toContain('two files');
    await Promise.all(artifacts.map(({ staged }) => staged.discard()));
    expect(namesIn(directory)).toEqual([]);
  });
});
