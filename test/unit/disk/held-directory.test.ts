import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HeldDirectory } from '../../../src/disk/held-directory.ts';
import { removeContents } from '../../../src/disk/remove-tree.ts';
import { testDir } from '#support/test-dir';
import { CAN_MOUNT } from '#support/test-disk';
import { rejection } from '#support/thrown-by';

const PROGRAM = fileURLToPath(new URL('../../kill/install-program.ts', import.meta.url));

const unix = process.platform !== 'win32';

async function hold(path: string): Promise<HeldDirectory> {
  const held = await HeldDirectory.open(path);
  onTestFinished(() => held.close());
  return held;
}

async function write(held: HeldDirectory, name: string, text: string): Promise<void> {
  const file = await held.createFile(name, 0o600);
  await file.writeFile(text);
  await file.close();
}

/** Runs something as a user who owns nothing: root is not stopped by permission bits. */
async function unprivileged(run: () => Promise<void>): Promise<void> {
  process.seteuid?.(65_534);
  try {
    await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a held directory', () => {
  it('makes, renames, links, lists and removes entries', async () => {
    const dir = await testDir();
    const held = await hold(dir.path);
    await write(held, 'a', 'text');
    await held.link('a', 'b');
    await held.rename('a', 'c');
    expect([...(await held.names())].sort()).toEqual(['b', 'c']);
    await held.unlink('b');
    const inner = await held.makeDirectory('inner', 0o755);
    await write(inner, 'd', 'other');
    await inner.rename('d', 'd', held);
    await inner.close();
    await held.rmdir('inner');
    expect(readdirSync(dir.path).sort()).toEqual(['c', 'd']);
    const file = await held.openFile('d');
    expect(await file.readFile('utf8')).toBe('other');
    await file.close();
    expect((await held.lstat('c')).isFile()).toBe(true);
  });

  it('is found through links, once', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('real'));
    symlinkSync('real', dir.join('link'));
    const held = await hold(dir.join('link'));
    expect(held.path).toBe(dir.join('real'));
    await held.assertIsAt(dir.join('link'));
  });

  it.runIf(process.platform === 'linux')(
    'is the same after it was moved, and says that it was (needs /proc)',
    async () => {
      const dir = await testDir();
      mkdirSync(dir.join('bin'));
      mkdirSync(dir.join('victim'));
      const held = await hold(dir.join('bin'));
      renameSync(dir.join('bin'), dir.join('away'));
      symlinkSync('victim', dir.join('bin'));
      await write(held, 'a', 'text');
      const inner = await held.makeDirectory('inner', 0o700);
      await inner.setTimes(new Date(0));
      await inner.setMode(0o755);
      await inner.close();
      expect(readdirSync(dir.join('victim'))).toEqual([]);
      expect(readdirSync(dir.join('away')).sort()).toEqual(['a', 'inner']);
      expect(statSync(dir.join('away', 'inner')).mtimeMs).toBe(0);
      const error = await rejection(held.assertIsAt(dir.join('bin')));
      expect(error).toMatchObject({ name: 'InstallError', code: 'place-failed' });
      expect(error.message).toBe(`${dir.join('bin')} was moved or replaced while it was in use`);
    },
  );

  it('is refused where it is no directory', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '');
    await expect(HeldDirectory.open(dir.join('file'))).rejects.toThrow(/ENOTDIR|not a directory/);
    await expect(HeldDirectory.open(dir.join('missing'))).rejects.toThrow('ENOENT');
  });

  it('never follows a link among its entries', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('victim'));
    writeFileSync(dir.join('victim', 'secret'), 'secret');
    mkdirSync(dir.join('bin'));
    symlinkSync('../victim', dir.join('bin', 'directory'));
    symlinkSync('../victim/secret', dir.join('bin', 'file'));
    symlinkSync('../victim/new', dir.join('bin', 'new'));
    const held = await hold(dir.join('bin'));
    await expect(held.openDirectory('directory')).rejects.toThrow(/ENOTDIR|ELOOP|not a directory/);
    await expect(held.openFile('file')).rejects.toThrow(/ELOOP|EMLINK|not a regular file/);
    await expect(held.createFile('new', 0o600)).rejects.toThrow('EEXIST');
    await expect(held.makeDirectory('new', 0o700)).rejects.toThrow('EEXIST');
    expect((await held.lstat('file')).isSymbolicLink()).toBe(true);
    expect(readdirSync(dir.join('victim'))).toEqual(['secret']);
  });

  it('looks at many entries at once, and leaves out what is gone', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '12345');
    symlinkSync(dir.join('file'), dir.join('link'));
    const held = await hold(dir.path);
    const found = await held.lstatEach(['file', 'link', 'gone']);
    expect([...found.keys()]).toEqual(['file', 'link']);
    expect(found.get('file')).toMatchObject({ size: 5 });
    expect(found.get('link')?.isSymbolicLink()).toBe(true);
    await expect(held.lstatEach(['file', '../file'])).rejects.toThrow(TypeError);
    await held.close();
    await expect(held.lstatEach(['file'])).rejects.toThrow('no longer held');
  });

  it('opens no directory, pipe or device as a file', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('inner'));
    await expect((await hold(dir.path)).openFile('inner')).rejects.toThrow('not a regular file');
  });

  it.each(['', '.', '..', 'a/b', '/a', 'a\0b', '../a'])('takes no path for a name: %j', async (name) => {
    const dir = await testDir();
    const held = await hold(dir.path);
    await expect(held.createFile(name, 0o600)).rejects.toThrow(TypeError);
    await expect(held.rename('a', name)).rejects.toThrow(TypeError);
    await expect(held.unlink(name)).rejects.toThrow(TypeError);
  });

  it.runIf(unix).each([0o000, 0o022, 0o077])(
    'makes directories with exactly their mode, umask %o (needs POSIX permissions)',
    async (umask) => {
      const dir = await testDir();
      const held = await hold(dir.path);
      const old = process.umask(umask);
      try {
        for (const mode of [0o755, 0o700]) {
          const name = mode.toString(8);
          await (await held.makeDirectory(name, mode)).close();
          expect(statSync(dir.join(name)).mode & 0o7777).toBe(mode);
        }
      } finally {
        process.umask(old);
      }
    },
  );

  it('names its own path in what the system says', async () => {
    const dir = await testDir();
    const held = await hold(dir.path);
    const error: unknown = await held.openFile('missing').catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(`'${dir.join('missing')}'`);
    expect(String(error)).not.toContain('/proc/');
  });

  it('does nothing once it is let go, and waits for what is under way', async () => {
    const dir = await testDir();
    const held = await HeldDirectory.open(dir.path);
    const writing = Array.from({ length: 20 }, (_, index) => write(held, `f${index}`, 'text'));
    const closing = held.close();
    await Promise.allSettled([...writing, closing]);
    await expect(held.names()).rejects.toThrow('no longer held');
    expect(readdirSync(dir.path)).toHaveLength(20);
  });

  it('tells how much room there is', async () => {
    const dir = await testDir();
    expect(await (await hold(dir.path)).freeSpace()).toBeGreaterThan(0n);
  });

  it.runIf(process.platform === 'linux')(
    'tells no room where the disk counts none (needs /proc)',
    async () => {
      expect(await (await hold('/proc')).freeSpace()).toBeUndefined();
    },
  );
});

describe.runIf(unix && process.getuid?.() === 0)('one that may not be read (needs root)', () => {
  it('serves by its path, as long as that is the same directory', async () => {
    const dir = await testDir();
    chmodSync(dir.path, 0o755);
    mkdirSync(dir.join('drop'));
    chmodSync(dir.join('drop'), 0o733);
    await unprivileged(async () => {
      const held = await hold(dir.join('drop'));
      await write(held, 'a', 'text');
      process.seteuid?.(0);
      renameSync(dir.join('drop'), dir.join('away'));
      mkdirSync(dir.join('drop'));
      chmodSync(dir.join('drop'), 0o777);
      process.seteuid?.(65_534);
      const error = await rejection(held.createFile('b', 0o600));
      expect(error).toMatchObject({ name: 'InstallError', code: 'place-failed' });
    });
    expect(existsSync(dir.join('drop', 'b'))).toBe(false);
    expect(readFileSync(dir.join('away', 'a'), 'utf8')).toBe('text');
    expect(lstatSync(dir.join('away', 'a')).uid).toBe(65_534);
  });
});

describe.runIf(CAN_MOUNT)('without /proc (needs the right to mount a disk)', () => {
  const MASKED = 'mount -t tmpfs none /proc && exec "$@"';

  it('an install goes by path, over what is there and into what is not', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('kubectl'), 'old');
    for (const directory of [dir.path, dir.join('new', 'bin')]) {
      execFileSync('unshare', [
        '-m',
        'sh',
        '-ec',
        MASKED,
        'sh',
        process.execPath,
        PROGRAM,
        directory,
        '1000',
        'kubectl',
        'kubelet',
      ]);
      expect(
        readdirSync(directory)
          .filter((name) => name !== 'new')
          .sort(),
      ).toEqual(['kubectl', 'kubelet']);
      expect(statSync(join(directory, 'kubectl')).size).toBe(1000);
      expect(statSync(join(directory, 'kubectl')).mode & 0o7777).toBe(0o755);
    }
    expect(statSync(dir.join('new')).mode & 0o7777).toBe(0o755);
  });
});

describe.skipIf(process.geteuid === undefined)(
  'a file system that gives everything to one user (needs POSIX)',
  () => {
    it('is one to make and remove directories in', async () => {
      const dir = await testDir();
      const held = await hold(dir.path);
      // As Windows' disks are under WSL: what is made belongs to another one than the user who made it.
      vi.spyOn(process, 'geteuid').mockReturnValue(12_345);
      const inner = await held.makeDirectory('inner', 0o755);
      await write(inner, 'file', 'text');
      expect(readdirSync(dir.path)).toEqual(['inner']);
      await removeContents(inner);
      expect(await inner.names()).toEqual([]);
      await inner.close();
    });
  },
);
