import { InstallError } from '../errors.ts';
import { holdDirectory } from './directories.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isOwnOrRoots } from './owner.ts';
import { RootedTree } from './rooted-tree.ts';

/**
 * Holds the directory of a file that a run writes. No link of another user is followed on the way to it: its owner would
 * choose what is written. What is not there yet is made.
 *
 * @param directory absolute.
 * @throws InstallError `destination-unsuitable`; Error from the system.
 */
export async function holdOutputDirectory(directory: string): Promise<HeldDirectory> {
  return (await holdExisting(directory)) ?? (await holdDirectory(directory));
}

/**
 * The same before the work: changes nothing.
 *
 * @throws as {@link holdOutputDirectory}
 */
export async function assertNoForeignLink(directory: string): Promise<void> {
  await (await holdExisting(directory))?.close();
}

/** Undefined if it is not there, and no link of another user is on the way to where it would be. */
async function holdExisting(directory: string): Promise<HeldDirectory | undefined> {
  await using tree = await RootedTree.ofMachine(directory);
  return await tree.hold(directory, (link) => {
    if (!isOwnOrRoots(link)) throw foreignLink(directory, link.uid);
  });
}

function foreignLink(directory: string, owner: bigint): InstallError {
  return new InstallError('destination-unsuitable', `a link of another user leads to ${directory}`, {
    wanted: 'a way to it without links of other users than root',
    found: `a link of user ${owner}`,
    why: 'who owns the link decides which file is written',
    next: 'name the directory itself',
  });
}
