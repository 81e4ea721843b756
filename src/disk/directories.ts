import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isAbsent, systemCode } from './disk-error.ts';
import { type Inode, identityOf, isSameInode } from './file-identity.ts';
import { HeldDirectory } from './held-directory.ts';

/** Of directories that a run creates for what everybody may run or read. */
export const DIRECTORY_MODE = 0o755;

/** A directory that was not there, held by the one that it was made in. */
interface Created {
  readonly parent: HeldDirectory;
  readonly name: string;
  readonly made: Inode;
}

/**
 * Directories that this process created for something that is not in place yet, by their paths as they were asked for.
 * Several artifacts of one run may share them, so that the last one to be discarded removes them, whoever created them.
 */
const createdHere = new Map<string, Created>();

/**
 * How often a directory is tried again whose parent is there by now: another, failing run may have removed the parent
 * meanwhile. Some file systems (/proc) say for ever that it is missing.
 */
const ATTEMPTS = 5;

/**
 * Holds a directory (an absolute path, which may lead through links); what is missing of it is created with mode 0755,
 * whatever the umask, and remembered. What is there keeps its mode.
 */
export async function holdDirectory(directory: string, attempts: number = ATTEMPTS): Promise<HeldDirectory> {
  try {
    return await HeldDirectory.open(directory);
  } catch (error) {
    if (!isAbsent(error) || directory === dirname(directory)) throw error;
  }
  const parent = await holdDirectory(dirname(directory));
  const name = basename(directory);
  try {
    const made = await parent.makeDirectory(name, DIRECTORY_MODE);
    createdHere.set(directory, { parent, name, made: made.identity });
    return made;
  } catch (error) {
    await parent.close();
    // Another run was faster, or has just removed what it had made.
    if (attempts > 1 && (isAbsent(error) || systemCode(error) === 'EEXIST')) {
      return holdDirectory(directory, attempts - 1);
    }
    throw error;
  }
}

/** Creates what is missing of a directory, as {@link holdDirectory}, to stay. */
export async function createDirectories(directory: string): Promise<void> {
  const held = await holdDirectory(directory);
  await held.close();
  await keepDirectories(directory);
}

/** Removes a directory and its parents as far as this process created them and they are empty. Never throws. */
export async function removeCreatedDirectories(directory: string): Promise<void> {
  for (let at = directory; at !== dirname(at); at = dirname(at)) {
    const created = createdHere.get(at);
    if (created === undefined) {
      if (!(await isMissing(at))) return;
      continue;
    }
    createdHere.delete(at);
    if (!(await isRemoved(created))) {
      createdHere.set(at, created);
      return;
    }
    await created.parent.close();
  }
}

/** Something is in place in the directory: it stays, whatever is discarded later. */
export async function keepDirectories(directory: string): Promise<void> {
  for (let at = directory; ; at = dirname(at)) {
    const created = createdHere.get(at);
    if (created === undefined) return;
    createdHere.delete(at);
    await created.parent.close();
  }
}

async function isRemoved({ parent, name, made }: Created): Promise<boolean> {
  try {
    const found = await parent.lstat(name);
    // Another run removed ours, and the one there now is not for this one to remove.
    if (!isSameInode(identityOf(found), made)) return true;
    await parent.rmdir(name);
    return true;
  } catch (error) {
    return isAbsent(error);
  }
}

async function isMissing(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: unknown) => isAbsent(error) || systemCode(error) === 'ENAMETOOLONG',
  );
}
