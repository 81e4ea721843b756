import type { BigIntStats } from 'node:fs';

/** Identifies an entry of a file system, independent of its name. */
export interface Inode {
  readonly device: bigint;
  readonly inode: bigint;
}

/** Identifies a file, independent of its name, so that we notice when another file takes its place. */
export interface FileIdentity extends Inode {
  readonly size: bigint;
}

/** A file of this run that is no longer written to. */
export interface FrozenFile extends FileIdentity {
  /** The owner that the file system reports: this user, unless the file system gives all files to one owner. */
  readonly owner: bigint;
  readonly ownerIsUser: boolean;
  /** Whether the file has the same inode by name and by descriptor. On some network file systems it does not. */
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
