import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { World } from '#support/world';
import { WorldRefused } from './refused.ts';

export interface EnvFile extends Disposable {
  /** Puts the assignments in place, whole, under the file's name. */
  publish(world: World): void;
}

/** MIRROR, REKOR_URL, TRUSTED_ROOT, TUF_URL, TUF_ROOT and OPTIONS, and nothing else. */
const ASSIGNMENTS =
  /^MIRROR='.*'\nREKOR_URL='.*'\nTRUSTED_ROOT='.*'\nTUF_URL='.*'\nTUF_ROOT='.*'\nOPTIONS='.*'\n$/;

export function assignments({ mirror, rekorUrl, trustedRoot, tuf, options }: World): string {
  const values = {
    MIRROR: mirror,
    REKOR_URL: rekorUrl,
    TRUSTED_ROOT: trustedRoot,
    TUF_URL: tuf.url,
    TUF_ROOT: tuf.root,
    OPTIONS: options.join(' '),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('');
}

/**
 * Before any server starts: makes sure that the file can be written, and removes one that an earlier world left.
 *
 * @throws WorldRefused where it cannot be, or where something else has that name
 */
export function openEnvFile(path: string | undefined): EnvFile | undefined {
  if (path === undefined) return undefined;
  removeStale(path);
  const draft = `${path}.${process.pid}.part`;
  const file = openDraft(draft, path);
  let published: number | undefined;
  return {
    publish(world) {
      writeSync(file, assignments(world));
      published = statSync(draft).ino;
      renameSync(draft, path);
    },
    [Symbol.dispose]() {
      closeSync(file);
      rmSync(draft, { force: true });
      // Only what is still this world's: another one may have taken the name.
      if (published !== undefined && existsSync(path) && statSync(path).ino === published) rmSync(path);
    },
  };
}

function openDraft(draft: string, path: string): number {
  try {
    return openSync(draft, 'wx', 0o644);
  } catch (error) {
    throw new WorldRefused(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** A program that waits for the file must not find one of a world that is gone. */
function removeStale(path: string): void {
  if (!existsSync(path)) return;
  try {
    if (!statSync(path).isFile() || !ASSIGNMENTS.test(readFileSync(path, 'utf8'))) {
      throw new Error('it is there, and no earlier world wrote it');
    }
    rmSync(path);
  } catch (error) {
    throw new WorldRefused(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
