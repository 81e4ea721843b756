import type { BigIntStats } from 'node:fs';

/** Whether the entry belongs to the user of this run; on Windows nothing else can be told apart. */
export function isOwn(entry: Pick<BigIntStats, 'uid'>): boolean {
  return process.geteuid === undefined || entry.uid === BigInt(process.geteuid());
}
