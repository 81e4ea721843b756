import type { BigIntStats } from 'node:fs';

/** Whether the entry belongs to the user of this run. Always true on Windows, which does not tell. */
export function isOwn(entry: Pick<BigIntStats, 'uid'>): boolean {
  return process.geteuid === undefined || entry.uid === BigInt(process.geteuid());
}

const ROOT = 0n;
const SET_ID = 0o6000n;

/** Whether the entry belongs to the user of this run or to root, so that no other user controls it. */
export function isOwnOrRoots(entry: Pick<BigIntStats, 'uid'>): boolean {
  return isOwn(entry) || entry.uid === ROOT;
}

/** Whether the file is setuid or setgid. */
export function isSetId(file: Pick<BigIntStats, 'mode'>): boolean {
  return (file.mode & SET_ID) !== 0n;
}
