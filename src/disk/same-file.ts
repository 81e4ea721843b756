import type { BigIntStats } from 'node:fs';
import { type FrozenFile, identityOf, isSameFile } from './file-identity.ts';
import { hashFile } from './hash-file.ts';
import type { HeldDirectory } from './held-directory.ts';
import { isSetId } from './owner.ts';

/** A file of this run whose bytes are known. */
export interface KnownFile {
  readonly file: FrozenFile;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Whether a name in a directory still means the file. The inode tells. If the file system has no stable inodes, we
 * hash the bytes again and check the owner and mode.
 */
export async function isStill(
  known: KnownFile,
  { directory, name }: { readonly directory: HeldDirectory; readonly name: string },
): Promise<boolean> {
  const found = await directory.lstat(name).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  if (known.file.hasStableInode) return isSameFile(identityOf(found), known.file);
  return hasSameBytes(known, directory, name);
}

async function hasSameBytes(
  { file, sha256 }: KnownFile,
  directory: HeldDirectory,
  name: string,
): Promise<boolean> {
  const handle = await directory.openFile(name).catch(() => undefined);
  try {
    if (handle === undefined || !isAsOwn(await handle.stat({ bigint: true }), file)) return false;
    return (await hashFile(handle, 'sha256', undefined)) === sha256;
  } catch {
    return false;
  } finally {
    await handle?.close();
  }
}

const WRITABLE_BY_OTHERS = 0o022n;

/**
 * No other user may have access to it. A wider mode is accepted only if the file system gives all files to one owner.
 */
function isAsOwn(found: BigIntStats, { size, owner, ownerIsUser }: FrozenFile): boolean {
  const isPrivate = !ownerIsUser || (found.mode & WRITABLE_BY_OTHERS) === 0n;
  return found.size === size && found.uid === owner && found.nlink === 1n && !isSetId(found) && isPrivate;
}
