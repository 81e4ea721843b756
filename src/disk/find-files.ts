import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_SCAN_DEPTH } from '../limits.ts';
import { systemCode } from './disk-error.ts';
import type { HeldDirectory } from './held-directory.ts';
import type { RootedTree } from './rooted-tree.ts';

/** What stands for bytes that are no UTF-8; by number, since V8 holds a program of plain ASCII in half the memory. */
const REPLACEMENT = String.fromCodePoint(0xfffd);

/** A regular file below a directory. It can be opened until the next one is asked for, or as long as it is kept. */
export interface FoundFile {
  readonly kind: 'file';
  /** Absolute; the name of the link, where one led here. */
  readonly path: string;
  /** The name that it was found by. */
  readonly name: string;
  readonly status: BigIntStats;
  /** Opens it, and no link in its place. */
  readonly open: () => Promise<FileHandle>;
  /** Opens a file next to it; undefined if there is none. */
  readonly openNear: (suffix: string) => Promise<FileHandle | undefined>;
  /** Keeps it until the returned function is called. */
  readonly keep: () => () => Promise<void>;
}

/** Something that could not be looked at. */
export interface Unread {
  readonly kind: 'unread';
  readonly path: string;
  readonly isDirectory: boolean;
  readonly cause: unknown;
}

export interface FileSearch {
  readonly tree: RootedTree;
  /** How deep: 1 for the directory alone. */
  readonly depth: number;
  readonly oneFileSystem: boolean;
  /** A link to a file is followed only if it has such a name. */
  readonly isWanted: (name: string) => boolean;
  /** Counts the entries that were looked at; false ends the search. */
  readonly goesOn: () => boolean;
}

/** The files below a held directory, sorted by path. Links to directories are not followed, so that nothing is a loop. */
export async function* findFiles(
  directory: HeldDirectory,
  search: FileSearch,
  depth = 1,
): AsyncGenerator<FoundFile | Unread, void, void> {
  let names: readonly string[];
  let device: bigint;
  try {
    names = (await directory.names()).toSorted();
    device = (await directory.stat()).dev;
  } catch (cause) {
    yield { kind: 'unread', path: directory.path, isDirectory: true, cause };
    return;
  }
  for (const name of names) {
    if (!search.goesOn()) return;
    const path = join(directory.path, name);
    let status: BigIntStats | undefined;
    try {
      status = await directory.find(name);
      if (status === undefined && name.includes(REPLACEMENT)) {
        // A name that is no text cannot be asked for, and may be that of a directory full of programs.
        yield { kind: 'unread', path, isDirectory: true, cause: new Error('a name that is not UTF-8') };
        continue;
      }
    } catch (cause) {
      yield { kind: 'unread', path, isDirectory: false, cause };
      continue;
    }
    if (status?.isFile() === true) yield fileIn(directory, name, path, status);
    else if (status?.isSymbolicLink() === true && search.isWanted(name)) yield* linked(search, path, name);
    else if (status?.isDirectory() === true) {
      const isNext = depth < Math.min(search.depth, MAX_SCAN_DEPTH);
      if (isNext && (!search.oneFileSystem || status.dev === device))
        yield* below(directory, name, search, depth + 1);
      else if (depth >= MAX_SCAN_DEPTH)
        yield { kind: 'unread', path, isDirectory: true, cause: new Error('too deep') };
    }
  }
}

async function* below(
  directory: HeldDirectory,
  name: string,
  search: FileSearch,
  depth: number,
): AsyncGenerator<FoundFile | Unread, void, void> {
  let held: HeldDirectory;
  try {
    held = await directory.openDirectory(name);
  } catch (cause) {
    yield { kind: 'unread', path: join(directory.path, name), isDirectory: true, cause };
    return;
  }
  try {
    yield* findFiles(held, search, depth);
  } finally {
    await held.close();
  }
}

/** A link among the entries, as the tree's own root has it. What leads nowhere, or to something else, is no file. */
async function* linked(
  { tree }: FileSearch,
  path: string,
  name: string,
): AsyncGenerator<FoundFile | Unread, void, void> {
  let spot: Awaited<ReturnType<RootedTree['find']>>;
  try {
    spot = await tree.find(tree.within(path));
  } catch (cause) {
    if (systemCode(cause) !== 'ELOOP') yield { kind: 'unread', path, isDirectory: false, cause };
    return;
  }
  if (spot === undefined) return;
  try {
    if (spot.kind === 'entry' && spot.status.isFile())
      yield { ...fileIn(spot.directory, spot.name, path, spot.status), name };
  } finally {
    await spot[Symbol.asyncDispose]();
  }
}

/** The file of that name in a held directory. */
export function fileIn(
  directory: HeldDirectory,
  entry: string,
  path: string,
  status: BigIntStats,
): FoundFile {
  return {
    kind: 'file',
    path,
    name: entry,
    status,
    open: () => directory.openFile(entry),
    openNear: async (suffix) => {
      const found = await directory.find(`${entry}${suffix}`);
      return found === undefined ? undefined : directory.openFile(`${entry}${suffix}`);
    },
    keep: () => {
      directory.share();
      return () => directory.close();
    },
  };
}
