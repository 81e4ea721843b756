import { constants } from 'node:fs';
import { copyFile, link, lstat, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAbsent, systemCode } from './disk-error.ts';
import { privateName } from './leftovers.ts';

/** A file that took another one's place, until the change is kept or undone. */
export interface Replacement {
  /** Absolute. */
  readonly destination: string;
  /** Where the old file is meanwhile. */
  readonly backup: string | undefined;
  /** Drops the backup. Never throws: what cannot be removed now, the next run removes. */
  keep(): Promise<void>;
  /** Puts back what was there. */
  undo(): Promise<void>;
}

/**
 * Renames `source` to `destination`, which may exist as a regular file.
 *
 * @param undoable keeps the old file until {@link Replacement.keep}.
 */
export async function replaceFile(
  source: string,
  destination: string,
  undoable: boolean,
): Promise<Replacement> {
  let backup = undoable ? await backUp(destination) : undefined;
  try {
    const aside = await renameOver(source, destination);
    if (aside !== undefined) [backup] = [aside, await drop(backup)];
  } catch (error) {
    await drop(backup);
    throw error;
  }
  return {
    destination,
    backup,
    keep: async () => {
      await drop(backup);
    },
    undo: async () => {
      if (backup === undefined) await rm(destination, { force: true });
      else await rename(backup, destination);
    },
  };
}

/**
 * A second name for the file at the path, or a copy where there can be no second name: FAT, some network file systems,
 * and Linux's protection of hard links to files of other owners. Undefined where nothing is there.
 */
async function backUp(path: string): Promise<string | undefined> {
  const backup = join(dirname(path), privateName('old'));
  try {
    await link(path, backup);
    return backup;
  } catch (error) {
    if (isAbsent(error)) return undefined;
  }
  try {
    const { atime, mtime } = await lstat(path);
    await copyFile(path, backup, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await utimes(backup, atime, mtime);
    return backup;
  } catch (error) {
    await drop(backup);
    throw error;
  }
}

async function drop(backup: string | undefined): Promise<undefined> {
  if (backup !== undefined) await rm(backup, { force: true }).catch(() => undefined);
}

/** Waits between tries on Windows, milliseconds: a virus scanner holds a new file for a moment. */
const WINDOWS_DELAYS_MS = [10, 30, 100, 300, 1000];
const WINDOWS_BUSY = new Set(['EACCES', 'EBUSY', 'EPERM']);

/**
 * Renames over an existing file. Windows refuses that while the old file runs, but lets a running file be renamed: it
 * is set aside then, and its new name is returned. Only in that case is nothing at the destination for a moment.
 */
async function renameOver(source: string, destination: string): Promise<string | undefined> {
  try {
    await renamePatiently(source, destination);
    return undefined;
  } catch (error) {
    if (!isBusyOnWindows(error)) throw error;
  }
  return setAside(source, destination);
}

/** Renames; on Windows several times, where somebody has a file open. */
export async function renamePatiently(source: string, destination: string): Promise<void> {
  for (const delay of WINDOWS_DELAYS_MS) {
    try {
      await rename(source, destination);
      return;
    } catch (error) {
      if (!isBusyOnWindows(error)) throw error;
      await wait(delay);
    }
  }
  await rename(source, destination);
}

function isBusyOnWindows(error: unknown): boolean {
  return process.platform === 'win32' && WINDOWS_BUSY.has(systemCode(error));
}

/** Replaces a file that cannot be renamed over: the old one gets another name first, and its own back on failure. */
export async function setAside(source: string, destination: string): Promise<string> {
  const aside = join(dirname(destination), privateName('old'));
  await rename(destination, aside);
  try {
    await rename(source, destination);
    return aside;
  } catch (error) {
    await rename(aside, destination);
    throw error;
  }
}
