import type { BigIntStats } from 'node:fs';

/** Which entry of a file system it is, whatever its name. */
export interface Inode {
  readonly device: bigint;
  readonly inode: bigint;
}

/** Which file it is, whatever its name; to notice when something else took its place. */
export interface FileIdentity extends Inode {
  readonly size: bigint;
}

/** A file of this run that is not written any more. */
export interface FrozenFile extends FileIdentity {
  /** Who the file system says it belongs to: this user, unless it gives all files to one. */
  readonly owner: bigint;
  readonly ownerIsUser: boolean;
  /** Whether its file system gave it the same inode by name as by descriptor; some network file systems do not. */
  readonly hasStableInode: boolean;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { device: stats.dev, inode: stats.ino, size: stats.size };
}

export function isSameInode(a: Inode, b: Inode): boolean {
  return a.device === b.device && a.inode === b.inode;
}

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return isSameInode(a, b) && a.size === b.size;
}
