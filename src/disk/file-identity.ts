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

export function identityOf(stats: BigIntStats): FileIdentity {
  return { device: stats.dev, inode: stats.ino, size: stats.size };
}

export function isSameInode(a: Inode, b: Inode): boolean {
  return a.device === b.device && a.inode === b.inode;
}

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return isSameInode(a, b) && a.size === b.size;
}
