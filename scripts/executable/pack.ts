/**
 * Packs an executable for a release: `k8s-verify` and `LICENSES.txt` in a `.tar.xz`, or in a `.zip` for Windows. A quarter
 * of the size, and the mode comes with it. The same files give the same bytes: names, order, times, owners and modes are
 * fixed, so that only another version of xz or zip makes a difference.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from 'tar';
import { archiveName, executableName, memberName, type Target } from './targets.ts';

/** The time that npm gives to the files in its packages; a zip knows none before 1980. */
const TIME = new Date('1985-10-26T08:15:00Z');
const LICENSES = 'LICENSES.txt';

/**
 * Packs the executable in the directory, which stays, and returns the path of the archive next to it.
 *
 * @throws Error where the executable or its licenses are missing, or xz or zip is
 */
export async function packExecutable(target: Target, directory: string): Promise<string> {
  const executable = path.join(directory, executableName(target));
  const archive = path.resolve(directory, archiveName(target));
  const names = [memberName(target), LICENSES];
  const workshop = mkdtempSync(path.join(tmpdir(), 'k8s-verify-pack-'));
  try {
    const members = path.join(workshop, 'members');
    mkdirSync(members);
    [executable, `${executable}.${LICENSES}`].forEach((from, i) => {
      const to = path.join(members, names[i] ?? '');
      copyFileSync(from, to);
      chmodSync(to, i === 0 ? 0o755 : 0o644);
      utimesSync(to, TIME, TIME);
    });
    rmSync(archive, { force: true });
    await (target.platform === 'win32' ? zip : tarXz)(archive, members, names);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return archive;
}

async function tarXz(archive: string, cwd: string, names: readonly string[]): Promise<void> {
  const tarball = archive.slice(0, -'.xz'.length);
  // "portable" leaves out who built it.
  await create({ file: tarball, cwd, portable: true, mtime: TIME }, [...names]);
  // Blocks are cut in the same way for every number of threads but one.
  execFileSync('xz', ['-9', '--threads=2', '--force', tarball]);
}

async function zip(archive: string, cwd: string, names: readonly string[]): Promise<void> {
  // The format has local times.
  const env = { ...process.env, TZ: 'UTC' };
  execFileSync('zip', ['-9', '-X', '--quiet', archive, ...names], { cwd, env });
}
