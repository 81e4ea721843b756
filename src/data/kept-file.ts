import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { systemCode } from '../disk/disk-error.ts';
import type { HeldDirectory } from '../disk/held-directory.ts';
import { privateName, removeLeftovers } from '../disk/leftovers.ts';
import { isOwnOrRoots } from '../disk/owner.ts';
import { patiently } from '../disk/replace-file.ts';
import { setMode } from '../disk/set-mode.ts';
import { NotUsed, tooLarge } from './why-not.ts';

/**
 * Reads one entry: a regular file of this user's or root's, without following links and without waiting for a pipe.
 *
 * @throws NotUsed; Error from the system
 */
export async function readEntry(
  directory: HeldDirectory,
  key: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const file = await directory.openFile(key);
  try {
    const found = await file.stat({ bigint: true });
    assertOurs(found);
    if (found.size > BigInt(maxBytes)) throw tooLarge(maxBytes);
    return await readBytes(file, Number(found.size));
  } finally {
    await file.close();
  }
}

function assertOurs(found: BigIntStats): void {
  if (!isOwnOrRoots(found)) throw new NotUsed(`it belongs to another user (${found.uid})`);
}

/** No more than the file had when it was opened, because it may grow. */
async function readBytes(file: FileHandle, bytes: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(bytes);
  for (let filled = 0; filled < bytes;) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}

export interface NewEntry {
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** Leaves an entry that is there. */
  readonly onlyNew: boolean;
}

/**
 * Writes one entry whole or not at all.
 *
 * @returns false if `onlyNew` and there is one.
 * @throws Error from the system
 */
export async function writeEntry(directory: HeldDirectory, key: string, entry: NewEntry): Promise<boolean> {
  const part = privateName('part');
  try {
    await writePart(directory, part, entry);
    await removeLeftovers(directory, part);
    if (entry.onlyNew) return await nameIfNew(directory, part, key);
    await patiently(() => directory.rename(part, key));
    return true;
  } catch (error) {
    await directory.unlink(part).catch(() => undefined);
    throw error;
  }
}

/**
 * The bytes are not forced to the disk, which can take longer than the rest of a run. If a power cut cuts the file, its
 * reader finds it damaged, and it is written again.
 */
async function writePart(directory: HeldDirectory, part: string, { bytes, mode }: NewEntry): Promise<void> {
  const file = await directory.createFile(part, 0o600);
  try {
    await file.writeFile(bytes);
    await setMode(file, mode);
  } finally {
    await file.close();
  }
}

/** FAT and some network file systems cannot give a file a second name. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A second name, unlike a rename, is refused by the system if the name is taken. */
async function nameIfNew(directory: HeldDirectory, part: string, key: string): Promise<boolean> {
  try {
    await directory.link(part, key);
  } catch (error) {
    const code = systemCode(error);
    if (NO_LINKS.has(code) && (await directory.find(key)) === undefined) {
      await patiently(() => directory.rename(part, key));
      return true;
    }
    if (code !== 'EEXIST' && !NO_LINKS.has(code)) throw error;
    await directory.unlink(part);
    return false;
  }
  await directory.unlink(part);
  return true;
}
