import type { BigIntStats } from 'node:fs';

/** Whether the entry belongs to the user of this run; on Windows nothing else can be told apart. */
export function isOwn(entry: Pick<BigIntStats, 'uid'>): boolean {
  return process.geteuid === undefined || entry.uid === BigInt(process.geteuid());
}

const ROOT = 0n;
const SET_ID = 0o6000n;

/** Whether the user of this run or root owns it: nobody else decides what becomes of it. */
export function isOwnOrRoots(entry: Pick<BigIntStats, 'uid'>): boolean {
  return isOwn(entry) || entry.uid === ROOT;
}

/** A file that runs as its owner or group, whoever starts it. */
export function isSetId(file: Pick<BigIntStats, 'mode'>): boolean {
  return (file.mode & SET_ID) !== 0n;
}
