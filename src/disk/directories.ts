import { lstat, mkdir, open, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAbsent, systemCode } from './disk-error.ts';

/**
 * Directories that this process created for something that is not in place yet. Several artifacts of one run may
 * share them, so that the last one to be discarded removes them, whoever created them.
 */
const createdHere = new Set<string>();

/**
 * How often a directory is tried again whose parent is there by now: another, failing run may have removed the parent
 * meanwhile. Some file systems (/proc) say for ever that it is missing.
 */
const ATTEMPTS = 5;

/** Creates a directory (an absolute path) and its parents, and remembers which were not there. */
export async function createDirectories(directory: string, attempts: number = ATTEMPTS): Promise<void> {
  try {
    await mkdir(directory);
    createdHere.add(directory);
  } catch (error) {
    if (isAbsent(error) && directory !== dirname(directory) && attempts > 1) {
      await createDirectories(dirname(directory));
      await createDirectories(directory, attempts - 1);
    } else if (!(await isDirectory(directory))) throw error;
  }
}

/** Removes a directory and its parents as far as this process created them and they are empty. Never throws. */
export async function removeCreatedDirectories(directory: string): Promise<void> {
  for (let at = directory; at !== dirname(at); at = dirname(at)) {
    if (!createdHere.has(at) && !(await isMissing(at))) return;
    try {
      await rmdir(at);
    } catch (error) {
      if (!isAbsent(error)) return;
    }
    createdHere.delete(at);
  }
}

/** Something is in place in the directory: it stays, whatever is discarded later. */
export function keepDirectories(directory: string): void {
  for (let at = directory; createdHere.delete(at);) at = dirname(at);
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isMissing(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: unknown) => isAbsent(error) || systemCode(error) === 'ENAMETOOLONG',
  );
}

/**
 * Makes a rename in a directory survive a power cut, where the file system can. The result is not reported: before
 * and after the rename the destination is a complete file, and that is all that is promised.
 */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows cannot open a directory; some file systems cannot sync one; one without read permission stays closed.
  }
}
