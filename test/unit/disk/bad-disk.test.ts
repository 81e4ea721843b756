import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageMembers } from '../../../src/archive/extract.ts';
import { inspectDestination } from '../../../src/disk/inspect-destination.ts';
import { EXECUTABLE_MODE, placeAll } from '../../../src/disk/place.ts';
import { openStaging } from '../../../src/disk/staging.ts';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { rejection } from '#support/thrown-by';
import { verifiedArchive } from '../archive/support/archive.ts';
import { into, namesIn, placeOne, scratch, stageVerified } from './support/disk.ts';
import { file, tarGz } from '../archive/support/tar-writer.ts';
import { unpack } from '../archive/support/unpack.ts';

const isRoot = process.getuid?.() === 0;

/** The user who owns nothing, on most systems. */
const NOBODY = 65_534;

describe.skipIf(!CAN_MOUNT)('on a disk of its own (needs the right to mount a disk)', () => {
  it('a download that fills the disk is refused, and leaves the old binary alone', async () => {
    const { path } = testDisk('size=1m');
    writeFileSync(join(path, 'kubectl'), 'old');
    const staged = openStaging({ directory: path, fileName: 'kubectl' });
    const error = await rejection(
      (async () => {
        for (let piece = 0; piece < 64; piece += 1) await staged.write(Buffer.alloc(65_536, 7));
        return staged.finish();
      })(),
    );
    expect(error).toMatchObject({ name: 'InstallError', code: 'disk-full' });
    expect(error.message).toBe(`could not write kubectl: no space is left in ${path}`);
    expect(error.next).toContain('--install-dir');
    await staged.discard();
    expect(namesIn(path)).toEqual(['kubectl']);
    expect(readFileSync(join(path, 'kubectl'), 'utf8')).toBe('old');
  });

  it('a disk that fills with the last bytes is noticed before the digest is given', async () => {
    const { path } = testDisk('size=64k');
    const staged = openStaging({ directory: path, fileName: 'kubectl' });
    await staged.write(Buffer.alloc(100_000));
    expect((await rejection(staged.finish())).code).toBe('disk-full');
    await staged.discard();
    expect(namesIn(path)).toEqual([]);
  });

  it('a full disk goes on where space was made, after a reset', async () => {
    const { path } = testDisk('size=256k');
    writeFileSync(join(path, 'other'), Buffer.alloc(200_000));
    const staged = openStaging({ directory: path, fileName: 'kubectl' });
    await staged.write(Buffer.alloc(100_000, 1));
    expect((await rejection(staged.finish())).code).toBe('disk-full');
    writeFileSync(join(path, 'other'), '');
    await staged.reset();
    await staged.write(Buffer.alloc(100_000, 1));
    expect((await staged.finish()).bytes).toBe(100_000);
    expect(readFileSync(staged.path).equals(Buffer.alloc(100_000, 1))).toBe(true);
    await staged.discard();
  });

  it('a disk without a free file entry is a full disk', async () => {
    const { path } = testDisk('size=1m,nr_inodes=3');
    writeFileSync(join(path, 'a'), '');
    writeFileSync(join(path, 'b'), '');
    const staged = openStaging({ directory: join(path), fileName: 'kubectl' });
    expect((await rejection(staged.open())).code).toBe('disk-full');
    expect(namesIn(path)).toEqual(['a', 'b']);
  });

  it('directories that were created before the disk was full are removed again', async () => {
    const { path } = testDisk('size=1m,nr_inodes=3');
    const staged = openStaging({ directory: join(path, 'x', 'y', 'z'), fileName: 'kubectl' });
    expect((await rejection(staged.open())).code).toBe('disk-full');
    expect(namesIn(path)).toEqual([]);
  });

  it('replaces several on a disk that has no room for a copy, since backups are links', async () => {
    const { path } = testDisk('size=1m');
    for (const name of ['kubeadm', 'kubectl']) writeFileSync(join(path, name), Buffer.alloc(300_000));
    const artifacts = await Promise.all(
      ['kubeadm', 'kubectl'].map((name) => stageVerified(path, name, name.repeat(20_000))),
    );
    await placeAll(artifacts.map((artifact) => into(path, artifact)));
    expect(namesIn(path)).toEqual(['kubeadm', 'kubectl']);
  });

  it('places none of several where there is no room for a backup', async () => {
    // The directory, two old files and two staged ones: no entry is left for a link.
    const { path } = testDisk('size=1m,nr_inodes=5');
    for (const name of ['kubeadm', 'kubectl']) writeFileSync(join(path, name), `old ${name}`);
    const artifacts = await Promise.all(
      ['kubeadm', 'kubectl'].map((name) => stageVerified(path, name, 'new')),
    );
    const error = await rejection(placeAll(artifacts.map((artifact) => into(path, artifact))));
    expect(error.code).toBe('disk-full');
    await Promise.all(artifacts.map(({ staged }) => staged.discard()));
    expect(namesIn(path)).toEqual(['kubeadm', 'kubectl']);
    expect(readFileSync(join(path, 'kubeadm'), 'utf8')).toBe('old kubeadm');
  });

  it('one disk that becomes read-only puts back what was placed on another', async () => {
    const directory = scratch();
    const disk = testDisk('size=1m');
    writeFileSync(join(directory, 'kubeadm'), 'old kubeadm');
    writeFileSync(join(disk.path, 'kubectl'), 'old kubectl');
    const kubeadm = await stageVerified(directory, 'kubeadm', 'new kubeadm');
    const kubectl = await stageVerified(disk.path, 'kubectl', 'new kubectl');
    // A file that is open for writing keeps a disk from becoming read-only.
    await kubectl.staged.seal(EXECUTABLE_MODE);
    disk.makeReadOnly();
    const error = await rejection(placeAll([into(directory, kubeadm), into(disk.path, kubectl)]));
    expect(error.code).toBe('destination-unwritable');
    await kubeadm.staged.discard();
    expect(namesIn(directory)).toEqual(['kubeadm']);
    expect(readFileSync(join(directory, 'kubeadm'), 'utf8')).toBe('old kubeadm');
    expect(readFileSync(join(disk.path, 'kubectl'), 'utf8')).toBe('old kubectl');
  });

  it('refuses a read-only disk', async () => {
    const disk = testDisk('size=1m');
    disk.makeReadOnly();
    const error = await rejection(openStaging({ directory: disk.path, fileName: 'kubectl' }).open());
    expect(error).toMatchObject({ code: 'destination-unwritable' });
  });

  it('refuses a destination that is a mount of its own', async () => {
    const directory = scratch();
    const disk = testDisk('size=1m');
    writeFileSync(join(disk.path, 'kubectl'), 'mounted');
    writeFileSync(join(directory, 'kubectl'), 'covered');
    execFileSync('mount', ['--bind', join(disk.path, 'kubectl'), join(directory, 'kubectl')]);
    try {
      const verified = await stageVerified(directory, 'kubectl', 'new');
      const error = await rejection(placeOne(verified, join(directory, 'kubectl')));
      expect(error).toMatchObject({ code: 'place-failed' });
      await verified.staged.discard();
      expect(readFileSync(join(directory, 'kubectl'), 'utf8')).toBe('mounted');
      expect(namesIn(directory)).toEqual(['kubectl']);
    } finally {
      execFileSync('umount', [join(directory, 'kubectl')]);
    }
  });
});

/** Runs something as a user who owns nothing: root is not stopped by permission bits. */
async function unprivileged<T>(run: () => Promise<T>): Promise<T> {
  if (!isRoot) return run();
  process.seteuid?.(NOBODY);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe.skipIf(!CAN_MOUNT)('an archive on a disk of its own (needs the right to mount a disk)', () => {
  it.each([
    ['one large member', [file('big', Buffer.alloc(2_000_000, 'abcdefg'))]],
    ['many small members', Array.from({ length: 300 }, (_, index) => file(`d${index}/f`, 'x'.repeat(4000)))],
  ])('a full disk is told, and left as it was: %s', async (_, entries) => {
    const { path } = testDisk('size=1m');
    writeFileSync(join(path, 'kept'), 'kept');
    const error = await rejection(
      unpack(await verifiedArchive(tarGz(...entries)), { into: join(path, 'out') }),
    );
    expect(error).toMatchObject({ name: 'InstallError', code: 'disk-full' });
    expect(namesIn(path)).toEqual(['kept']);
  });

  it('a full disk while a binary is taken out of an archive', async () => {
    const { path } = testDisk('size=1m');
    const staged = openStaging({ directory: path, fileName: 'kubectl' });
    const archive = await verifiedArchive(tarGz(file('kubectl', Buffer.alloc(3_000_000, 'abcdefg'))));
    const error = await rejection(stageMembers(archive, [{ member: 'kubectl', staged }]));
    expect(error.code).toBe('disk-full');
    await staged.discard();
    expect(namesIn(path)).toEqual([]);
  });

  it('a bomb is refused as one before it fills a disk', async () => {
    const { path } = testDisk('size=32m');
    const archive = await verifiedArchive(tarGz(file('zeros', Buffer.alloc(100 << 20))));
    const error = await rejection(unpack(archive, { into: join(path, 'out') }));
    expect(error.code).toBe('archive-rejected');
    expect(namesIn(path)).toEqual([]);
  });

  it('a mount point, even an empty one, is not replaced', async () => {
    const { path } = testDisk('size=1m');
    const error = await rejection(
      unpack(await verifiedArchive(tarGz(file('kubectl', 'the program'))), { into: path }),
    );
    expect(['destination-unsuitable', 'place-failed']).toContain(error.code);
    expect(namesIn(path)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')(
  'as a user who may not write there (needs POSIX permissions)',
  () => {
    it('names the directory and what to do', async () => {
      const directory = scratch();
      chmodSync(directory, 0o555);
      const staged = openStaging({ directory, fileName: 'kubectl' });
      const error = await unprivileged(() => rejection(staged.open()));
      expect(error).toMatchObject({ name: 'InstallError', code: 'destination-unwritable' });
      expect(error.message).toBe(`you may not write to ${directory}`);
      expect(error.next).toContain('sudo');
      expect(error.found).toMatch(/^owner .+, mode 555$/);
    });

    it('creates no directory where a deeper one could not be created', async () => {
      const directory = scratch();
      chmodSync(directory, 0o555);
      const staged = openStaging({ directory: join(directory, 'a', 'b'), fileName: 'kubectl' });
      expect((await unprivileged(() => rejection(staged.open()))).code).toBe('destination-unwritable');
      expect(namesIn(directory)).toEqual([]);
    });

    it('says so where not even the directory may be searched', async () => {
      const directory = scratch();
      mkdirSync(join(directory, 'closed'));
      chmodSync(join(directory, 'closed'), 0o000);
      const destination = join(directory, 'closed', 'kubectl');
      expect((await unprivileged(() => rejection(inspectDestination(destination)))).code).toBe(
        'destination-unwritable',
      );
      chmodSync(join(directory, 'closed'), 0o755);
    });

    it.runIf(isRoot)(
      'takes the mode that a disk gives to all files where none can be set, if it is enough (needs root)',
      async () => {
        const directory = scratch();
        chmodSync(directory, 0o777);
        const { staged } = await stageVerified(directory, 'kubectl', 'new');
        const error = await unprivileged(() => rejection(staged.seal(EXECUTABLE_MODE)));
        expect(error.code).toBe('destination-unwritable');
        chmodSync(staged.path, 0o777);
        await unprivileged(() => staged.seal(EXECUTABLE_MODE));
        expect(statSync(staged.path).mode & 0o777).toBe(0o777);
        await staged.discard();
      },
    );

    it.runIf(isRoot)(
      'backs up by copy a file of another user that may not be linked (needs root)',
      async () => {
        const directory = scratch();
        chmodSync(directory, 0o777);
        writeFileSync(join(directory, 'kubeadm'), 'old kubeadm', { mode: 0o755 });
        const error = await unprivileged(async () => {
          const kubeadm = await stageVerified(directory, 'kubeadm', 'new kubeadm');
          const kubectl = await stageVerified(directory, 'kubectl', 'new kubectl');
          const failed = await rejection(
            placeAll([
              into(directory, kubeadm),
              {
                artifact: kubectl,
                destination: join(directory, 'missing', 'kubectl'),
                mode: EXECUTABLE_MODE,
              },
            ]),
          );
          await kubeadm.staged.discard();
          await kubectl.staged.discard();
          return failed;
        });
        expect(error.code).toBe('place-failed');
        expect(namesIn(directory)).toEqual(['kubeadm']);
        expect(readFileSync(join(directory, 'kubeadm'), 'utf8')).toBe('old kubeadm');
        expect(statSync(join(directory, 'kubeadm')).mode & 0o777).toBe(0o755);
      },
    );
  },
);

describe('hard links', () => {
  it('to the old file keep the old content', async () => {
    const directory = scratch();
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'bin', 'kubectl'), 'old');
    linkSync(join(directory, 'bin', 'kubectl'), join(directory, 'also'));
    const verified = await stageVerified(join(directory, 'bin'), 'kubectl', 'new');
    await placeOne(verified, join(directory, 'bin', 'kubectl'));
    expect(readFileSync(join(directory, 'also'), 'utf8')).toBe('old');
    expect(statSync(join(directory, 'also')).nlink).toBe(1);
  });
});
