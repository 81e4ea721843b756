import type { HeldDirectory } from '../disk/held-directory.ts';
import type { KeptLimits } from './kept-kinds.ts';

interface Aged {
  readonly name: string;
  readonly bytes: number;
  /** When it was last written, in milliseconds. */
  readonly written: number;
}

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
  const entries = await Promise.all(
    names.filter((name) => name !== keep).map((name) => age(directory, name)),
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

async function age(directory: HeldDirectory, name: string): Promise<Aged | undefined> {
  try {
    const { size, mtimeMs } = await directory.lstat(name);
    return { name, bytes: Number(size), written: Number(mtimeMs) };
  } catch {
    return undefined;
  }
}
