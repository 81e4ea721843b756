import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_MIRRORED_FILES } from '../limits.ts';
import { RELEASES } from './layout.ts';

/** Directories below `release/`; a release has four. */
const MAX_DEPTH = 8;
/** With everything that stands next to a file. */
const MAX_ENTRIES = MAX_MIRRORED_FILES * 8;

/**
 * Paths of everything below `release/` that is no directory, relative to the mirror. A link to a directory is one entry, and
 * what it leads to is not looked into.
 *
 * @param root absolute.
 */
export async function foundFiles(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const look = async (path: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(join(root, ...path.split('/')))) {
      if (found.length >= MAX_ENTRIES) return;
      const at = `${path}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH) await look(at, depth + 1);
      else found.push(at);
    }
  };
  await look(RELEASES, 0);
  return found.toSorted();
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch {
    // Nothing that this user can see is there; what the index lists is then missing.
    return [];
  }
}
