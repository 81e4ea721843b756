import { mkdir, open, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Creates a directory and its parents. Returns those that were not there, outermost first. */
export async function createDirectories(directory: string): Promise<readonly string[]> {
  const wanted = resolve(directory);
  const outermost = await mkdir(wanted, { recursive: true });
  if (outermost === undefined) return [];
  const created = [wanted];
  for (let at = wanted; at !== resolve(outermost) && at !== dirname(at);) {
    at = dirname(at);
    created.unshift(at);
  }
  return created;
}

/** Removes directories, innermost first, as far as they are empty. Never throws. */
export async function removeDirectories(directories: readonly string[]): Promise<void> {
  for (const directory of directories.toReversed()) await rmdir(directory).catch(() => undefined);
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
