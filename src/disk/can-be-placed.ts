import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { diskError, isAbsent, isPseudo } from './disk-error.ts';

/**
 * Checks that a file could be made at the path, in a directory that is there or could be made. Changes nothing, so that the
 * disk may still be full, and another user may change the directory before a file is placed.
 *
 * @throws InstallError `destination-unwritable`, `destination-unsuitable`: what a run that places the file would fail with.
 */
export async function assertCanBePlaced(destination: string): Promise<void> {
  const path = resolve(destination);
  try {
    const directory = await nearestDirectory(dirname(path));
    await access(directory, constants.W_OK | constants.X_OK);
    if (isPseudo((await statfs(directory)).type)) throw systemError('ENOENT', directory);
  } catch (error) {
    throw diskError(error, `write ${basename(path)}`, path);
  }
}

/** The directory itself, or the last one on the way to it that is there. */
async function nearestDirectory(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) throw systemError('ENOTDIR', path);
    return path;
  } catch (error) {
    if (!isAbsent(error) || path === dirname(path)) throw error;
    return nearestDirectory(dirname(path));
  }
}

/** As the system says it where a file is made. */
function systemError(code: 'ENOENT' | 'ENOTDIR', path: string): Error {
  const error: NodeJS.ErrnoException = new Error(`${code}: ${path}`);
  error.code = code;
  return error;
}
