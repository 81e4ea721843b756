import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { readUpTo, withLocalFile } from '../../../src/files/local-file.ts';
import { createTempDir } from '#support/temp-dir';

describe('a file that a user named', () => {
  it.each([
    ['an empty file', 0],
    ['a small one', 10],
    ['one as large as allowed', 200_000],
  ])('is read whole: %s', async (_, bytes) => {
    await using dir = await createTempDir();
    const content = Buffer.alloc(bytes, 'abc');
    writeFileSync(dir.join('file'), content);
    expect(await readUpTo(dir.join('file'), 200_000)).toEqual(content);
  });

  it.each([1, 100_000, 10_000_000])('is not read where it is larger, by %i bytes', async (more) => {
    await using dir = await createTempDir();
    writeFileSync(dir.join('file'), Buffer.alloc(200_000 + more));
    expect(await readUpTo(dir.join('file'), 200_000)).toBeUndefined();
  });

  it.skipIf(!existsSync('/dev/zero'))(
    'may be endless: no more than the bound is read (needs /dev/zero)',
    async () => {
      expect(await readUpTo('/dev/zero', 100_000)).toBeUndefined();
    },
  );

  it.skipIf(process.platform === 'win32')('may be a pipe (needs mkfifo)', async () => {
    await using dir = await createTempDir();
    execFileSync('mkfifo', [dir.join('pipe')]);
    const reading = readUpTo(dir.join('pipe'), 1_000_000);
    const writer = createWriteStream(dir.join('pipe'));
    for (let piece = 0; piece < 9; piece += 1) writer.write(Buffer.alloc(30_000, `${piece}`));
    writer.end();
    await finished(writer);
    expect(Buffer.from((await reading) ?? []).toString('latin1')).toMatch(/^0{30000}1{30000}[^]*8{30000}$/);
  });

  it.each([
    ['not there', 'missing', 'ENOENT'],
    ['a directory', '.', 'EISDIR'],
  ])('is an error of the system where it is %s', async (_, name, code) => {
    await using dir = await createTempDir();
    await expect(readUpTo(dir.join(name), 10)).rejects.toMatchObject({ code });
  });

  it.skipIf(!existsSync('/proc/self/fd'))(
    'is closed in the end, also where its reader fails (needs /proc)',
    async () => {
      await using dir = await createTempDir();
      const path = dir.join('file');
      writeFileSync(path, 'content');
      const isOpen = (): boolean =>
        readdirSync('/proc/self/fd').some((name) => {
          try {
            return readlinkSync(`/proc/self/fd/${name}`) === path;
          } catch {
            return false;
          }
        });
      expect(await withLocalFile(path, () => Promise.resolve(isOpen()))).toBe(true);
      expect(isOpen()).toBe(false);
      const failing = withLocalFile(path, () => Promise.reject(new Error('no')));
      await expect(failing).rejects.toThrow('no');
      expect(isOpen()).toBe(false);
    },
  );
});
