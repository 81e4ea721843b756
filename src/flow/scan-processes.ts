/** What runs, by `/proc/<pid>/exe`: also programs whose file is gone, or is in a container. Linux only. */
import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open, readlink, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../disk/disk-error.ts';
import type { FoundFile } from '../disk/find-files.ts';
import type { RootedTree } from '../disk/rooted-tree.ts';

/** A program that runs. */
export interface RunningProgram {
  readonly file: FoundFile;
  readonly pids: readonly number[];
  readonly isDeleted: boolean;
}

export interface RunningPrograms {
  /** By {@link identityKey}. */
  readonly programs: ReadonlyMap<string, RunningProgram>;
  /** Processes of which it may not be read what they run. */
  readonly unread: number;
}

/** What `statfs` says of /proc. */
const PROC = 0x9fa0;
const DELETED = ' (deleted)';

/** Two names of one file have the same key. */
export function identityKey({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/**
 * @returns undefined where the tree has no /proc of a Linux kernel: any other directory of that name could have links that
 *   lead out of the tree.
 */
export async function runningPrograms(tree: RootedTree): Promise<RunningPrograms | undefined> {
  await using proc = await tree.find('/proc');
  if (proc?.kind !== 'directory') return undefined;
  const { directory } = proc;
  if ((await statfs(directory.path)).type !== PROC) return undefined;
  const programs = new Map<string, { file: FoundFile; pids: number[]; isDeleted: boolean }>();
  let unread = 0;
  for (const name of await directory.names()) {
    if (!/^[1-9][0-9]{0,9}$/.test(name)) continue;
    try {
      const found = await readProcess(join(directory.path, name, 'exe'));
      const key = identityKey(found.file.status);
      const known = programs.get(key);
      if (known === undefined) programs.set(key, { ...found, pids: [Number(name)] });
      else known.pids.push(Number(name));
    } catch (error) {
      // A thread of the kernel runs no file, and a process may have ended.
      if (!['ENOENT', 'ESRCH', 'ENOTDIR'].includes(systemCode(error))) unread += 1;
    }
  }
  return { programs, unread };
}

async function readProcess(exe: string): Promise<{ readonly file: FoundFile; readonly isDeleted: boolean }> {
  const target = await readlink(exe);
  const openExe = (): Promise<FileHandle> => open(exe, constants.O_RDONLY | constants.O_NONBLOCK);
  const handle = await openExe();
  try {
    const status = await handle.stat({ bigint: true });
    if (!status.isFile()) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
    // A file can have such a name; the one that is gone is not found by it.
    const isDeleted = target.endsWith(DELETED) && !(await leadsTo(target, status));
    const path = isDeleted ? target.slice(0, -DELETED.length) : target;
    const reopen = async (): Promise<FileHandle> => {
      const again = await openExe();
      if (identityKey(await again.stat({ bigint: true })) === identityKey(status)) return again;
      await again.close();
      throw Object.assign(new Error('the process runs something else by now'), { code: 'ESRCH' });
    };
    const file: FoundFile = {
      kind: 'file',
      path,
      name: basename(path),
      status,
      open: reopen,
      openNear: () => Promise.resolve(undefined),
      keep: () => () => Promise.resolve(),
    };
    return { file, isDeleted };
  } finally {
    await handle.close();
  }
}

async function leadsTo(path: string, status: BigIntStats): Promise<boolean> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found !== undefined && identityKey(found) === identityKey(status);
}
