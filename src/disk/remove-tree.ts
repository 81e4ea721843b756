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
  await removeEntry(parent, name, { isOurs: isOwn, depth: MAX_REMOVED_DEPTH });
}

/**
 * Removes what is in a directory that this run made, as {@link removeTree}: also where it has another name by now. What
 * belongs to the owner of the directory goes: this user, unless the file system gives what they make to another one.
 *
 * @throws Error as the system has it, also where something stays.
 */
export async function removeContents(directory: HeldDirectory): Promise<void> {
  const { uid: owner } = await directory.stat();
  await removeEach(directory, { isOurs: ({ uid }) => uid === owner, depth: MAX_REMOVED_DEPTH });
}

interface Bounds {
  readonly isOurs: (entry: BigIntStats) => boolean;
  readonly depth: number;
}

async function removeEntry(parent: HeldDirectory, name: string, { isOurs, depth }: Bounds): Promise<void> {
  const found = await lookAt(parent, name);
  if (found === undefined) return;
  if (!isOurs(found)) throw stays(parent, name, 'of another user');
  if (!found.isDirectory()) return parent.unlink(name);
  if (depth === 0) throw stays(parent, name, 'too deep');
  if (found.dev !== parent.identity.device) throw stays(parent, name, 'on another file system');
  const directory = await parent.openDirectory(name);
  try {
    if (!isSameInode(directory.identity, identityOf(found))) throw stays(parent, name, 'another one by now');
    await removeEach(directory, { isOurs, depth: depth - 1 });
  } finally {
    await directory.close();
  }
  return parent.rmdir(name);
}

/** As many as can be removed; the first that cannot is what is told. */
async function removeEach(directory: HeldDirectory, bounds: Bounds): Promise<void> {
  const failures: unknown[] = [];
  for (const name of await directory.names()) {
    await removeEntry(directory, name, bounds).catch((error: unknown) => failures.push(error));
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
