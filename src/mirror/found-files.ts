import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../disk/disk-error.ts';
import { isWithin } from '../files/file-within.ts';
import { unreadableReason } from '../files/unreadable-file.ts';
import { MAX_MIRRORED_FILES } from '../limits.ts';
import { RELEASES } from './layout.ts';

/** Directories below `release/`; a release has four. */
const MAX_DEPTH = 8;
/** With everything that stands next to a file, and directories. */
const MAX_ENTRIES = MAX_MIRRORED_FILES * 8;

/** What a directory has, as far as it was looked into. */
export interface FoundFiles {
  /** Relative to the mirror, sorted. */
  readonly paths: readonly string[];
  /** Directories that were not looked into, or not to their end: files may be there, and servers may give them out. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Finds everything below `release/` that is no directory. Links to directories count where they end inside the mirror, as
 * when a file is read.
 *
 * @param root absolute, without links.
 */
export async function foundFiles(root: string): Promise<FoundFiles> {
  const paths: string[] = [];
  const unread: { path: string; why: string }[] = [];
  let seen = 0;
  const look = async (path: string, above: readonly string[]): Promise<void> => {
    const directory = join(root, ...path.split('/'));
    let entries: readonly Dirent[];
    try {
      const real = await realpath(directory);
      if (!isWithin(root, real)) throw new Error(`it leads out of ${root}`);
      if (above.includes(real)) throw new Error('it leads to a directory above it');
      above = [...above, real];
      entries = await readdir(real, { withFileTypes: true });
    } catch (error) {
      // What the index lists there is missing.
      if (!ABSENT.has(systemCode(error))) unread.push({ path, why: unreadableReason(error) });
      return;
    }
    for (const entry of entries) {
      seen += 1;
      if (seen > MAX_ENTRIES) {
        unread.push({ path, why: `the mirror has more than ${MAX_ENTRIES} entries` });
        return;
      }
      const at = `${path}/${entry.name}`;
      const isLooked =
        above.length <= MAX_DEPTH && (await leadsToDirectory(entry, join(directory, entry.name)));
      if (isLooked) await look(at, above);
      else paths.push(at);
    }
  };
  await look(RELEASES, []);
  return { paths: paths.toSorted(), unread };
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

async function leadsToDirectory(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
