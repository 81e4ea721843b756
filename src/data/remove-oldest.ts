import type { HeldDirectory } from '../disk/held-directory.ts';
import type { KeptLimits } from './kept-kinds.ts';

interface Aged {
  readonly name: string;
  readonly bytes: number;
  /** When it was last written, in milliseconds; before everything else if a newer state is kept. */
  readonly written: number;
}

/** A state by its key and order; see `newest-kept.ts`. */
const STATE = /^([0-9a-f]{64})-[0-9-]+$/;

/**
 * Removes the oldest entries beyond the limits. Another run may remove the same ones, and what cannot be removed stays,
 * so this never fails.
 *
 * @param keep the entry that was just written.
 */
export async function removeOldest(
  directory: HeldDirectory,
  { maxEntries, maxTotalBytes }: KeptLimits,
  keep: string,
): Promise<void> {
  const names = await directory.names().catch(() => []);
  if (names.length <= maxEntries && maxTotalBytes === undefined) return;
  const newest = newestStates(names);
  const entries = await Promise.all(
    names.filter((name) => name !== keep).map((name) => age(directory, name, isOutdated(name, newest))),
  );
  const oldestLast = entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.written - a.written);
  let [kept, bytes] = [1, (await age(directory, keep))?.bytes ?? 0];
  for (const entry of oldestLast) {
    kept += 1;
    bytes += entry.bytes;
    if (kept > maxEntries || bytes > (maxTotalBytes ?? Infinity)) {
      await directory.unlink(entry.name).catch(() => undefined);
    }
  }
}

/** By key. A run that was slower may have written an older state later. */
function newestStates(names: readonly string[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const name of names.toSorted()) {
    const key = STATE.exec(name)?.[1];
    if (key !== undefined) newest.set(key, name);
  }
  return newest;
}

function isOutdated(name: string, newest: ReadonlyMap<string, string>): boolean {
  const key = STATE.exec(name)?.[1];
  return key !== undefined && newest.get(key) !== name;
}

async function age(
  directory: HeldDirectory,
  name: string,
  outdated: boolean = false,
): Promise<Aged | undefined> {
  try {
    const { size, mtimeMs } = await directory.lstat(name);
    return { name, bytes: Number(size), written: outdated ? 0 : Number(mtimeMs) };
  } catch {
    return undefined;
  }
}
