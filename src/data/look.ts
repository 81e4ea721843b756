/** What there is of the data directory, for `doctor`. */
import { dirname } from 'node:path';
import { isAbsent } from '../disk/disk-error.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { privateName } from '../disk/leftovers.ts';
import type { DataPlaces } from './data-places.ts';
import { assertOurs, holdKept } from './kept-directory.ts';
import type { KeptKind } from './kept-kinds.ts';
import { whyNot } from './why-not.ts';

/** The directory that this user's runs write to. */
export type OwnPlace =
  /** `absent`: the first run makes it. */
  | { readonly kind: 'ready' | 'absent'; readonly path: string }
  /** Nothing can be kept there; `why` for people. */
  | { readonly kind: 'unusable'; readonly path: string; readonly why: string }
  /** The user has no home directory, and named no other. */
  | { readonly kind: 'nowhere' };

/** What is kept in one directory. */
export interface KeptEvidence {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

export interface DataLook {
  readonly own: OwnPlace;
  /** The evidence that can be read: this user's own, then what root keeps for the machine. */
  readonly evidence: readonly KeptEvidence[];
}

/** Looks at both places. Whether something can be kept is tried: what is made for that is removed at once. Never throws. */
export async function lookAtData({ own, system }: DataPlaces): Promise<DataLook> {
  const paths = [own, system].filter((path) => path !== undefined);
  const evidence = await Promise.all(paths.map((path) => measure(path, 'evidence')));
  return {
    own: own === undefined ? { kind: 'nowhere' } : await tryOwn(own),
    evidence: evidence.filter((one) => one !== undefined),
  };
}

/** Undefined where there is nothing to read. */
async function measure(path: string, kind: KeptKind): Promise<KeptEvidence | undefined> {
  try {
    await using kept = await holdKept(path, kind);
    if (kept === undefined) return undefined;
    const { directory } = kept;
    const sizes = await Promise.all(
      (await directory.names()).map(async (name) => Number((await directory.lstat(name)).size)),
    );
    return { path, files: sizes.length, bytes: sizes.reduce((sum, one) => sum + one, 0) };
  } catch {
    return undefined;
  }
}

async function tryOwn(path: string): Promise<OwnPlace> {
  try {
    const found = await openOrUndefined(path);
    if (found === undefined) {
      await tryIn(await nearestAbove(path));
      return { kind: 'absent', path };
    }
    await tryIn(found, assertOurs);
    return { kind: 'ready', path };
  } catch (error) {
    return { kind: 'unusable', path, why: whyNot(error) };
  }
}

async function openOrUndefined(path: string): Promise<HeldDirectory | undefined> {
  try {
    return await HeldDirectory.open(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function nearestAbove(path: string): Promise<HeldDirectory> {
  const above = dirname(path);
  return (await openOrUndefined(above)) ?? nearestAbove(above);
}

/** Makes a directory in it and removes that again. Rights alone do not tell: disks are full, or read-only. */
async function tryIn(
  directory: HeldDirectory,
  assert: (directory: HeldDirectory) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    await assert(directory);
    const name = privateName('dir');
    const made = await directory.makeDirectory(name, 0o700);
    await made.close();
    await directory.rmdir(name);
  } finally {
    await directory.close();
  }
}
