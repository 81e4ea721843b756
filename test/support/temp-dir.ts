/** Temporary directories, and pictures of what is on disk. Importable without vitest; see `test-dir.ts` for tests. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdtemp, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface TempDir {
  readonly path: string;
  /** A path inside. */
  join(...names: readonly string[]): string;
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A fresh directory with a path free of symbolic links. */
export async function createTempDir(prefix: string = 'k8s-verify-test-'): Promise<TempDir> {
  const path = await mkdtemp(join(await realpath(tmpdir()), prefix));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, join: (...names) => join(path, ...names), remove, [Symbol.asyncDispose]: remove };
}

/**
 * Everything under a directory: `file 0755 <sha256>`, `directory 0755` or `link -> target`, by relative path with
 * forward slashes. Two equal snapshots mean that the disk is as it was. Empty where the directory does not exist.
 */
export async function snapshot(directory: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  await addEntries(directory, '', found);
  return found;
}

async function addEntries(directory: string, prefix: string, found: Record<string, string>): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
    const path = join(directory, name);
    const status = await lstat(path);
    const mode = (status.mode & 0o7777).toString(8).padStart(4, '0');
    if (status.isSymbolicLink()) {
      found[`${prefix}${name}`] = `link -> ${await readlink(path)}`;
    } else if (status.isDirectory()) {
      found[`${prefix}${name}`] = `directory ${mode}`;
      await addEntries(path, `${prefix}${name}/`, found);
    } else {
      found[`${prefix}${name}`] = `file ${mode} ${await sha256OfFile(path)}`;
    }
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
