import type { BigIntStats } from 'node:fs';
import { MAX_REMOVED_DEPTH } from '../limits.ts';
import { identityOf, isSameInode } from './file-identity.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isOwn } from './owner.ts';

/**
 * Removes an entry of a held directory, and everything in it if it is a directory. Each level is held, so that no
 * link or rename can lead the removal elsewhere. Removes only what belongs to this user, on the same file system,
 * down to a fixed depth. The rest stays, and so do the directories that contain it.
 *
 * @throws Error from the system, also if anything stays.
 */
export async function removeTree(parent: HeldDirectory, name: string): Promise<void> {
  await removeEntry(parent, name, { isOurs: isOwn, depth: MAX_REMOVED_DEPTH });
}

/**
 * Removes the contents of a directory that this run made, like {@link removeTree}, even if it was renamed. Removes
 * what belongs to the owner of the directory: that is this user, unless the file system gives new files to another
 * one.
 *
 * @throws Error from the system, also if anything stays.
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
  const found = await parent.find(name);
  if (found === undefined) return;
  if (!isOurs(found)) throw stays(parent, name, 'owned by another user');
  if (!found.isDirectory()) return parent.unlink(name);
  if (depth === 0) throw stays(parent, name, 'too deep');
  if (found.dev !== parent.identity.device) throw stays(parent, name, 'on another file system');
  const directory = await parent.openDirectory(name);
  try {
    if (!isSameInode(directory.identity, identityOf(found)))
      throw stays(parent, name, 'no longer the same one');
    await removeEach(directory, { isOurs, depth: depth - 1 });
  } finally {
    await directory.close();
  }
  return parent.rmdir(name);
}

/** Removes as many as possible, then throws the first failure. */
async function removeEach(directory: HeldDirectory, bounds: Bounds): Promise<void> {
  const failures: unknown[] = [];
  for (const name of await directory.names()) {
    await removeEntry(directory, name, bounds).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

function stays(parent: HeldDirectory, name: string, why: string): Error {
  return new Error(`${name} in ${parent.path} is ${why}, so it was not removed`);
}
