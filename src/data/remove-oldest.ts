import type { Stats } from 'node:fs';
import type { HeldDirectory } from '../disk/held-directory.ts';
import type { KeptLimits } from './kept-kinds.ts';

interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** When it, or an older state of the same key, was last written: milliseconds. */
  readonly written: number;
}

/** What follows says how new a state is, see `newest-kept.ts`. */
const KEY_CHARACTERS = 64;

/** So much may be written before it is worth to look again. */
export interface Room {
  readonly entries: number;
  readonly bytes: number;
}

/** This part of the limits may be passed for a moment, so that a run which keeps much does not look after each entry. */
const SLACK = 128;

/**
 * Removes the oldest entries beyond the limits. Another run may remove the same ones, and what cannot be removed stays,
 * so this never fails.
 *
 * @param keep the entry that was just written.
 * @returns how much this run may write until the next look.
 */
export async function removeOldest(
  directory: HeldDirectory,
  { maxBytes, maxEntries, maxTotalBytes = Infinity }: KeptLimits,
  keep: string,
): Promise<Room> {
  const slack = { entries: Math.floor(maxEntries / SLACK), bytes: Math.floor(maxTotalBytes / SLACK) };
  const room = (entries: number, bytes: number): Room => ({
    entries: Math.max(slack.entries, maxEntries - entries),
    bytes: Math.max(slack.bytes, maxTotalBytes - bytes),
  });
  // What begins with a dot is still being written, by this run or another.
  const names = (await directory.names().catch(() => [])).filter((name) => !name.startsWith('.'));
  // So few cannot pass the limits, however large each is.
  const most = names.length * maxBytes;
  if (names.length <= maxEntries && most <= maxTotalBytes) return room(names.length, most);
  const found = await directory.lstatEach(names).catch(() => new Map<string, Stats>());
  let [kept, bytes] = [1, found.get(keep)?.size ?? 0];
  for (const entry of newestFirst(found)) {
    if (entry.name === keep) continue;
    kept += 1;
    bytes += entry.bytes;
    if (kept > maxEntries || bytes > maxTotalBytes) {
      await directory.unlink(entry.name).catch(() => undefined);
    }
  }
  return room(kept, bytes);
}

/** A newer state of a key is never older than the others of it: a slow run may have written those later. */
function newestFirst(found: ReadonlyMap<string, Stats>): readonly Entry[] {
  const latest = new Map<string, number>();
  return Array.from(found)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { size, mtimeMs }]): Entry => {
      const key = name.slice(0, KEY_CHARACTERS);
      const written = Math.max(mtimeMs, latest.get(key) ?? 0);
      latest.set(key, written);
      return { name, bytes: size, written };
    })
    .toReversed()
    .toSorted((a, b) => b.written - a.written);
}
