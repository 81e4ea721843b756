import type { BigIntStats } from 'node:fs';
import { MAX_REMOVED_DEPTH } from '../limits.ts';
import { isAbsent } from './disk-error.ts';
import { identityOf, isSameInode } from './file-identity.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isOwn } from './owner.ts';

/**
 * Removes an entry of a held directory, with everything in it where it is a directory: level by level, each held, so that
 * no link and no rename leads the removal elsewhere. Only what belongs to this user is removed, on the same file system,
 * to a bounded depth; the rest stays, and so do the directories that hold it.
 *
 * @throws Error as the system has it, also where something stays.
 */
export async function removeTree(parent: HeldDirectory, name: string): Promise<void> {
  await removeEntry(parent, name, MAX_REMOVED_DEPTH);
}

/**
 * Removes what is in a held directory, as {@link removeTree}: also where the directory itself has another name by now.
 *
 * @throws Error as the system has it, also where something stays.
 */
export async function removeContents(directory: HeldDirectory): Promise<void> {
  await removeEach(directory, MAX_REMOVED_DEPTH);
}

async function removeEntry(parent: HeldDirectory, name: string, depth: number): Promise<void> {
  const found = await lookAt(parent, name);
  if (found === undefined) return;
  if (!isOwn(found)) throw stays(parent, name, 'of another user');
  if (!found.isDirectory()) return parent.unlink(name);
  if (depth === 0) throw stays(parent, name, 'too deep');
  if (found.dev !== parent.identity.device) throw stays(parent, name, 'on another file system');
  const directory = await parent.openDirectory(name);
  try {
    if (!isSameInode(directory.identity, identityOf(found))) throw stays(parent, name, 'another one by now');
    await removeEach(directory, depth - 1);
  } finally {
    await directory.close();
  }
  return parent.rmdir(name);
}

/** As many as can be removed; the first that cannot is what is told. */
async function removeEach(directory: HeldDirectory, depth: number): Promise<void> {
  const failures: unknown[] = [];
  for (const name of await directory.names()) {
    await removeEntry(directory, name, depth).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function lookAt(parent: HeldDirectory, name: string): Promise<BigIntStats | undefined> {
  try {
    return await parent.lstat(name);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function stays(parent: HeldDirectory, name: string, why: string): Error {
  return new Error(`${name} in ${parent.path} is ${why}, and stays`);
}
