import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packExecutable } from '../../scripts/executable/pack.ts';
import { archiveName, executableName, type Target, TARGETS } from '../../scripts/executable/targets.ts';
import { createTempDir } from '#support/temp-dir';

const has = (program: string): boolean => spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined;
const possible = process.platform === 'linux' && ['xz', 'zip', 'unzip', 'tar'].every(has);

/** A file in the place of an executable of 130 MB, made on another day by a user with another umask. */
function writeExecutable(target: Target, directory: string, mode: number, time: Date): void {
  const file = path.join(directory, executableName(target));
  for (const [name, text] of [
    [file, `executable for ${target.name}\n`],
    [`${file}.LICENSES.txt`, 'licenses\n'],
  ] as const) {
    writeFileSync(name, text);
    chmodSync(name, mode);
    utimesSync(name, time, time);
  }
}

describe.skipIf(!possible)('the archive of an executable (needs Linux, xz, zip and unzip)', () => {
  it.each(TARGETS)(
    'for $name has the program and its licenses, and is the same each time',
    async (target) => {
      await using directory = await createTempDir();
      const digests: string[] = [];
      for (const [mode, day] of [
        [0o700, '2026-01-01'],
        [0o664, '2026-07-02'],
      ] as const) {
        writeExecutable(target, directory.path, mode, new Date(day));
        const archive = await packExecutable(target, directory.path);
        expect(path.basename(archive)).toBe(archiveName(target));
        digests.push(createHash('sha256').update(readFileSync(archive)).digest('hex'));
      }
      expect(digests[1]).toBe(digests[0]);

      const archive = directory.join(archiveName(target));
      const into = directory.join('unpacked');
      const isZip = target.platform === 'win32';
      const name = isZip ? 'k8s-verify.exe' : 'k8s-verify';
      const options = { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } } as const;
      const listed = isZip
        ? execFileSync('unzip', ['-Z', '-T', archive], options)
        : execFileSync('tar', ['--full-time', '-tvf', archive], options);
      const lines = listed.split('\n').filter((line) => line.includes('1985'));
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(new RegExp(`^-rwxr-xr-x.*${name}$`));
      expect(lines[1]).toMatch(/^-rw-r--r--.*LICENSES\.txt$/);
      expect(isZip || lines[0]?.includes(' 0/0 ')).toBe(true);

      mkdirSync(into);
      if (isZip) execFileSync('unzip', ['-q', archive, '-d', into]);
      else execFileSync('tar', ['-xf', archive, '-C', into]);
      expect(readFileSync(path.join(into, name), 'utf8')).toBe(`executable for ${target.name}\n`);
      expect(readFileSync(path.join(into, 'LICENSES.txt'), 'utf8')).toBe('licenses\n');
    },
  );

  it('is not made without the licenses', async () => {
    await using directory = await createTempDir();
    const [target] = TARGETS;
    if (target === undefined) throw new TypeError('there are targets');
    writeFileSync(directory.join(executableName(target)), 'an executable');
    await expect(packExecutable(target, directory.path)).rejects.toThrow('LICENSES.txt');
  });
});
