import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isAbsent, systemCode } from './disk-error.ts';
import { type Inode, identityOf, isSameInode } from './file-identity.ts';
import { HeldDirectory } from './held-directory.ts';

/** Mode of the directories that a run creates. Every user may list and enter them. */
export const DIRECTORY_MODE = 0o755;

/** A directory that this process created, with the parent it was created in. */
interface Created {
  readonly parent: HeldDirectory;
  readonly name: string;
  readonly made: Inode;
}

/**
 * Directories that this process created for a file that is not in place yet, by the path that was asked for. Several
 * artifacts of one run may share a directory; the last one to be discarded removes it.
 */
const createdHere = new Map<string, Created>();

/**
 * How often to retry when a directory is missing although its parent exists: another run that failed may just have
 * removed the parent. There must be a limit, because some file systems (/proc) report it as missing for ever.
 */
const ATTEMPTS = 5;

/**
 * Opens a directory (an absolute path, which may lead through links) and keeps hold of it. Creates the missing parts
 * with mode 0755, regardless of the umask, and remembers them. Directories that already exist keep their mode.
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

/** Creates the missing parts of a directory, like {@link holdDirectory}, and keeps them. */
export async function createDirectories(directory: string): Promise<void> {
  const held = await holdDirectory(directory);
  await held.close();
  await keepDirectories(directory);
}

/** Removes a directory and its parents if this process created them and they are empty. Never throws. */
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

/** Keeps the directory and those above it from now on, because a file has its final place in it. */
export async function keepDirectories(directory: string): Promise<void> {
  for (let at = directory; ; at = dirname(at)) {
    const created = createdHere.get(at);
    createdHere.delete(at);
    await created?.parent.close();
    if (at === dirname(at)) return;
  }
}

async function isRemoved({ parent, name, made }: Created): Promise<boolean> {
  try {
    const found = await parent.lstat(name);
    // Another run removed our directory and made its own. Leave that one alone.
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
