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

/**
 * Removes the oldest entries beyond the limits. Another run may remove the same ones, and what cannot be removed stays,
 * so this never fails.
 *
 * @param keep the entry that was just written.
 */
export async function removeOldest(
  directory: HeldDirectory,
  { maxBytes, maxEntries, maxTotalBytes = Infinity }: KeptLimits,
  keep: string,
): Promise<void> {
  // What begins with a dot is still being written, by this run or another.
  const names = (await directory.names().catch(() => [])).filter((name) => !name.startsWith('.'));
  // So few cannot pass the limits, however large each is.
  if (names.length <= maxEntries && names.length * maxBytes <= maxTotalBytes) return;
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
