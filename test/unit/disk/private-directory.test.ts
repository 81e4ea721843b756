import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PrivateDirectory } from '../../../src/disk/private-directory.ts';
import { testDir } from '#support/test-dir';

const unix = process.platform !== 'win32';

describe('a directory of our own', () => {
  it.runIf(unix)(
    'is private until it is published, whatever the umask (needs POSIX permissions)',
    async () => {
      const dir = await testDir();
      for (const umask of [0o000, 0o077]) {
        const old = process.umask(umask);
        try {
          const made = await PrivateDirectory.make(dir.join('temp', 'deep'), 'k8s-verify-');
          expect(basename(made.path)).toMatch(/^k8s-verify-[0-9a-f]{16}$/);
          expect(statSync(made.path).mode & 0o7777).toBe(0o700);
          await made.publish();
          expect(statSync(made.path).mode & 0o7777).toBe(0o755);
          expect(statSync(dir.join('temp')).mode & 0o7777).toBe(0o755);
        } finally {
          process.umask(old);
        }
      }
    },
  );

  it('is removed with everything in it, and what it was made in stays', async () => {
    const dir = await testDir();
    const made = await PrivateDirectory.make(dir.join('temp'), 'k8s-verify-');
    mkdirSync(join(made.path, 'inner'));
    writeFileSync(join(made.path, 'inner', 'file'), '');
    await made.remove();
    expect(readdirSync(dir.join('temp'))).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is not taken for a link in its place (needs Linux)', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('victim'));
    writeFileSync(dir.join('victim', 'secret'), '');
    const [first, second] = [
      await PrivateDirectory.make(dir.join('temp'), 'a-'),
      await PrivateDirectory.make(dir.join('temp'), 'b-'),
    ];
    for (const { path } of [first, second]) {
      writeFileSync(join(path, 'file'), '');
      renameSync(path, `${path}-away`);
      symlinkSync('../victim', path);
    }
    await expect(first.publish()).rejects.toThrow('was moved or replaced');
    await first.remove();
    await second.remove();
    expect(existsSync(join(`${second.path}-away`, 'file'))).toBe(false);
    expect(readdirSync(dir.join('victim'))).toEqual(['secret']);
  });
});
