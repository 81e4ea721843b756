import { basename, dirname } from 'node:path';
import { holdDirectory, keepDirectories } from '../disk/directories.ts';
import { isAbsent, systemCode } from '../disk/disk-error.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { isOwnOrRoots } from '../disk/owner.ts';
import type { KeptKind } from './kept-kinds.ts';
import { NotUsed } from './why-not.ts';

export interface Modes {
  readonly directory: number;
  readonly file: number;
}

/** The directory of one kind, until it is disposed of. */
export interface HeldKept extends AsyncDisposable {
  readonly directory: HeldDirectory;
}

/**
 * @returns undefined if the data directory does not exist or does not have the kind.
 * @throws NotUsed if it belongs to another user; Error from the system
 */
export async function holdKept(path: string, kind: KeptKind): Promise<HeldKept | undefined> {
  try {
    return await hold(await HeldDirectory.open(path), (data) => data.openDirectory(kind));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Like {@link holdKept}, and makes what is missing. What is there keeps its mode. */
export async function holdOrMakeKept(path: string, kind: KeptKind, modes: Modes): Promise<HeldKept> {
  return hold(await holdOrMake(path, modes), (data) => openOrMake(data, kind, modes));
}

async function hold(
  data: HeldDirectory,
  open: (data: HeldDirectory) => Promise<HeldDirectory>,
): Promise<HeldKept> {
  try {
    await assertOurs(data);
    const directory = await open(data);
    try {
      await assertOurs(directory);
    } catch (error) {
      await directory.close();
      throw error;
    }
    return { directory, [Symbol.asyncDispose]: () => directory.close() };
  } finally {
    await data.close();
  }
}

/** Links on the way to it may be the user's own, so they are followed here. */
async function holdOrMake(path: string, modes: Modes): Promise<HeldDirectory> {
  try {
    return await HeldDirectory.open(path);
  } catch (error) {
    if (!isAbsent(error) || path === dirname(path)) throw error;
  }
  const above = dirname(path);
  const parent = await holdDirectory(above);
  try {
    await keepDirectories(above);
    return await openOrMake(parent, basename(path), modes);
  } finally {
    await parent.close();
  }
}

async function openOrMake(parent: HeldDirectory, name: string, modes: Modes): Promise<HeldDirectory> {
  try {
    return await parent.openDirectory(name);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  try {
    return await parent.makeDirectory(name, modes.directory);
  } catch (error) {
    // Another run was faster.
    if (systemCode(error) === 'EEXIST') return parent.openDirectory(name);
    throw error;
  }
}

/** @throws NotUsed if it belongs to another user than this one or root */
export async function assertOurs(directory: HeldDirectory): Promise<void> {
  const { uid } = await directory.stat();
  if (!isOwnOrRoots({ uid })) throw new NotUsed(`${directory.path} belongs to another user (${uid})`);
}
