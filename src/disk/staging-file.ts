import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { holdDirectory } from './directories.ts';
import { isAbsent } from './disk-error.ts';
import { type FrozenFile, identityOf, type Inode, isSameInode } from './file-identity.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isOwn } from './owner.ts';
import type { HashAlgorithm } from '../strict/digest.ts';

/** How often to make a directory again after another run, which failed, has removed it. */
const ATTEMPTS = 5;
const OWNER_ONLY = 0o600;

/** The directory of a staged file. It is held while the file is staged or placed. */
export interface StagedIn {
  readonly directory: HeldDirectory;
  /** The file's hidden name in the directory. */
  readonly name: string;
}

/** Identifies the file that was made. */
export interface MadeFile extends StagedIn {
  readonly created: Inode;
  readonly hasStableInode: boolean;
}

/**
 * Creates the file at the absolute path, and the missing directories above it.
 *
 * @param hold gives the directory; the file owns it then.
 */
export async function makeStagingFile(
  path: string,
  hold: () => Promise<HeldDirectory> = () => holdDirectory(dirname(path)),
  attempts: number = ATTEMPTS,
): Promise<{ readonly at: MadeFile; readonly handle: FileHandle }> {
  let directory: HeldDirectory | undefined;
  let handle: FileHandle | undefined;
  try {
    directory = await hold();
    const name = basename(path);
    handle = await directory.createFile(name, OWNER_ONLY);
    const created = identityOf(await handle.stat({ bigint: true }));
    const named = identityOf(await directory.lstat(name));
    return { at: { directory, name, created, hasStableInode: isSameInode(created, named) }, handle };
  } catch (error) {
    await handle?.close();
    await directory?.close();
    if (attempts > 1 && isAbsent(error)) return makeStagingFile(path, hold, attempts - 1);
    throw error;
  }
}

/**
 * Removes the file if it is still the one that we made: where others can write, another file may have the name by
 * now. Never throws.
 */
export async function removeStagingFile({ directory, name, created }: MadeFile): Promise<void> {
  try {
    const found = await directory.lstat(name);
    if (isSameInode(identityOf(found), created) || isOwn(found)) await directory.unlink(name);
  } catch {
    // It was placed, or another program removed it.
  }
}

/** Identifies the file, once its bytes no longer change. */
export async function frozen(handle: FileHandle, { hasStableInode }: MadeFile): Promise<FrozenFile> {
  const found = await handle.stat({ bigint: true });
  return { ...identityOf(found), owner: found.uid, ownerIsUser: isOwn(found), hasStableInode };
}

/**
 * Opens the same file for reading only, because a program cannot be started while a process has it open for writing.
 * If another file has its name by now, the original stays open so that no other file can get its inode.
 */
export async function openForReading(
  writing: FileHandle,
  { directory, name }: StagedIn,
): Promise<FileHandle | undefined> {
  // Windows does not reuse file numbers, and open files cause trouble there.
  if (process.platform === 'win32') {
    await writing.close();
    return undefined;
  }
  const reading = await directory.openFile(name).catch(() => undefined);
  if (reading === undefined) return writing;
  const isSame = await isSameOpenFile(reading, writing);
  await (isSame ? writing : reading).close();
  return isSame ? reading : writing;
}

async function isSameOpenFile(one: FileHandle, other: FileHandle): Promise<boolean> {
  const [a, b] = await Promise.all([one.stat({ bigint: true }), other.stat({ bigint: true })]);
  return isSameInode(identityOf(a), identityOf(b));
}

export function newHashes(algorithms: readonly HashAlgorithm[]): ReadonlyMap<HashAlgorithm, Hash> {
  return new Map(algorithms.map((name) => [name, createHash(name)]));
}

/** A write may take less than it was given, on a nearly full disk for one. */
export async function writeWhole(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
