import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { InstallError } from '../errors.ts';
import { MAX_BACKUP_BYTES } from '../limits.ts';
import { isAbsent, systemCode } from './disk-error.ts';
import type { HeldDirectory } from './held-directory.ts';
import { privateName } from './leftovers.ts';
import { setMode } from './set-mode.ts';

/** An entry of a held directory. */
export interface Entry {
  readonly directory: HeldDirectory;
  readonly name: string;
}

/** A file that replaced another one, until the change is kept or undone. */
export interface Replacement {
  /** Absolute. */
  readonly destination: string;
  /** Path of the old file for the time being. */
  readonly backup: string | undefined;
  /** Removes the backup. Never throws: if it fails, the next run removes the backup. */
  keep(): Promise<void>;
  /** Puts the old file back. */
  undo(): Promise<void>;
}

/**
 * Renames `source` to `destination`. If a regular file is there, a backup of it is kept until {@link
 * Replacement.keep}.
 *
 * @param isPlaced whether the destination still is the file that was placed. If another program has put a file there,
 *   that is not undone.
 */
export async function replaceFile(
  source: Entry,
  destination: Entry,
  isPlaced: () => Promise<boolean>,
): Promise<Replacement> {
  const { directory, name } = destination;
  let backup = await backUp(destination);
  try {
    const aside = await renameOver(source, destination);
    if (aside !== undefined) [backup] = [aside, await drop(directory, backup)];
  } catch (error) {
    await drop(directory, backup);
    throw error;
  }
  return {
    destination: join(directory.path, name),
    backup: backup === undefined ? undefined : join(directory.path, backup),
    keep: async () => {
      await drop(directory, backup);
    },
    undo: async () => {
      if ((await directory.find(name)) !== undefined && !(await isPlaced())) await drop(directory, backup);
      else if (backup === undefined) await unlinkIfThere(destination);
      else await directory.rename(backup, name);
    },
  };
}

async function unlinkIfThere({ directory, name }: Entry): Promise<void> {
  await directory.unlink(name).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}

/**
 * Makes a second name for the file, or a copy where a second name is impossible: FAT, some network file systems, and
 * Linux's protection of hard links to other owners' files. Returns undefined if nothing is there.
 */
async function backUp({ directory, name }: Entry): Promise<string | undefined> {
  const backup = privateName('old');
  try {
    await directory.link(name, backup);
    return backup;
  } catch (error) {
    if (isAbsent(error)) return undefined;
  }
  try {
    await copy(directory, name, backup);
    return backup;
  } catch (error) {
    await drop(directory, backup);
    throw error;
  }
}

const PERMISSIONS = 0o777;

function tooLarge(path: string, bytes: number): InstallError {
  return new InstallError(
    'destination-unsuitable',
    `${path} is too large to keep a copy while it is replaced`,
    {
      wanted: `a file of at most ${MAX_BACKUP_BYTES} bytes, or one that can have a second name (hard link)`,
      found: `${bytes} bytes`,
      next: `remove it first, or choose another place with --install-dir or --output`,
    },
  );
}

/** The copy belongs to this user, so it must not be setuid or setgid. */
async function copy(directory: HeldDirectory, name: string, copied: string): Promise<void> {
  const from = await directory.openFile(name);
  try {
    const was = await from.stat();
    if (was.size > MAX_BACKUP_BYTES) throw tooLarge(join(directory.path, name), was.size);
    const to = await directory.createFile(copied, 0o600);
    try {
      const { mode, atime, mtime } = was;
      await copyBeginning(from, was.size, (chunk) => to.writeFile(chunk));
      await setMode(to, mode & PERMISSIONS);
      await to.utimes(atime, mtime);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

const COPIED_BYTES = 1024 * 1024;

/** Copies no more than the size that a file had: its owner could let it grow for ever. */
export async function copyBeginning(
  from: FileHandle,
  bytes: number,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(COPIED_BYTES);
  for (let left = bytes; ;) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, left), null);
    if (bytesRead === 0) return;
    left -= bytesRead;
    await write(buffer.subarray(0, bytesRead));
  }
}

async function drop(directory: HeldDirectory, backup: string | undefined): Promise<undefined> {
  if (backup !== undefined) await directory.unlink(backup).catch(() => undefined);
}

/** Waits between tries on Windows, in milliseconds: a virus scanner may keep a new file open for a moment. */
const WINDOWS_DELAYS_MS = [10, 30, 100, 300, 1000];
const WINDOWS_BUSY = new Set(['EACCES', 'EBUSY', 'EPERM']);

/**
 * Renames over an existing file. Windows refuses this while the old file is running, but allows renaming a running
 * file. In that case the old file is renamed first, and its new name is returned. Only then is the destination empty
 * for a moment.
 */
async function renameOver(source: Entry, destination: Entry): Promise<string | undefined> {
  try {
    await renameEntry(source, destination);
    return undefined;
  } catch (error) {
    if (!isBusyOnWindows(error)) throw error;
  }
  return setAside(source, destination);
}

async function renameEntry(source: Entry, destination: Entry): Promise<void> {
  await patiently(() => source.directory.rename(source.name, destination.name, destination.directory));
}

/** Renames, on Windows with retries in case another program has the file open. */
export async function patiently(step: () => Promise<void>): Promise<void> {
  for (const delay of WINDOWS_DELAYS_MS) {
    try {
      await step();
      return;
    } catch (error) {
      if (!isBusyOnWindows(error)) throw error;
      await wait(delay);
    }
  }
  await step();
}

function isBusyOnWindows(error: unknown): boolean {
  return process.platform === 'win32' && WINDOWS_BUSY.has(systemCode(error));
}

/** Replaces a file that cannot be renamed over: renames the old file first, and renames it back on failure. */
export async function setAside(source: Entry, { directory, name }: Entry): Promise<string> {
  const aside = privateName('old');
  await directory.rename(name, aside);
  try {
    await source.directory.rename(source.name, name, directory);
    return aside;
  } catch (error) {
    await directory.rename(aside, name);
    throw error;
  }
}
