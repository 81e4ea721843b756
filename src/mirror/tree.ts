/**
 * The directory of a mirror as runs write to it. Each directory below it is opened from the one above and no link is
 * followed, so that what another user puts there cannot lead a run to another place.
 */
import { type BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readEntry, writeEntry } from '../data/kept-file.ts';
import {
  DIRECTORY_MODE,
  holdDirectory,
  keepDirectories,
  removeCreatedDirectories,
} from '../disk/directories.ts';
import { diskError, isAbsent, systemCode } from '../disk/disk-error.ts';
import { isSameInode } from '../disk/file-identity.ts';
import { hashBeginning } from '../disk/hash-file.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { moved } from '../disk/open-without-links.ts';
import { DATA_MODE } from '../disk/place.ts';
import { InstallError } from '../errors.ts';

/** A file that is there. */
export interface FoundFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Hex. */
  readonly sha512: string;
}

export class MirrorTree implements AsyncDisposable {
  readonly root: HeldDirectory;
  /** Absolute, as it was asked for: it may lead through links. */
  readonly #asked: string;
  /** Directories below it that this run has made, relative to it, each after the one above it. */
  readonly #own: string[] = [];
  /** One task makes directories at a time: only an empty one certainly gets its mode. */
  #made: Promise<unknown> = Promise.resolve();

  private constructor(root: HeldDirectory, asked: string) {
    this.root = root;
    this.#asked = asked;
  }

  /** Opens the directory, and makes it if it is missing. What is made and stays empty goes again with the end of the run. */
  static async open(path: string): Promise<MirrorTree> {
    try {
      const asked = resolve(path);
      return new MirrorTree(await holdDirectory(asked), asked);
    } catch (error) {
      throw diskError(error, `open the mirror ${path}`, path);
    }
  }

  /** Absolute, without links. */
  get path(): string {
    return this.root.path;
  }

  /** @param path relative to the mirror. */
  at(path: string): string {
    return join(this.path, ...path.split('/'));
  }

  /**
   * Opens the directory of a file below the mirror, and makes what is missing. The caller closes it.
   *
   * @throws InstallError `destination-unsuitable` for a link on the way.
   */
  hold(path: string): Promise<HeldDirectory> {
    const held = this.#made.then(() => this.#make(path));
    this.#made = held.catch(() => undefined);
    return held;
  }

  async #make(path: string): Promise<HeldDirectory> {
    let held = await this.#again();
    try {
      const parts = partsOf(path);
      for (const [index, part] of parts.entries()) {
        const below = await openOrMake(held, part, () => {
          this.#own.push(parts.slice(0, index + 1).join('/'));
        });
        await held.close();
        held = below;
      }
      return held;
    } catch (error) {
      await held.close();
      throw diskError(error, `open the directory of ${path}`, this.at(path));
    }
  }

  /** @returns the digests of a file; undefined if there is none, it is larger, or something else has its name. */
  async find(
    path: string,
    maxBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<FoundFile | undefined> {
    const held = await this.#held(path);
    if (held === undefined) return undefined;
    try {
      const file = await held.openFile(basename(path));
      try {
        const { size }: BigIntStats = await file.stat({ bigint: true });
        // Another user may have put it there: a sparse file of any size costs nothing.
        if (size > maxBytes) return undefined;
        const [sha256 = '', sha512 = ''] = await hashBeginning(
          file,
          Number(size),
          ['sha256', 'sha512'],
          signal,
        );
        return { bytes: Number(size), sha256, sha512 };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isAbsent(error) || isOther(error)) return undefined;
      throw diskError(error, `read ${basename(path)}`, this.at(path));
    } finally {
      await held.close();
    }
  }

  /** A small file; undefined if there is none that this user, or root, has put there, or it is larger. */
  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const held = await this.#held(path);
    try {
      return held === undefined ? undefined : await readEntry(held, basename(path), maxBytes);
    } catch {
      return undefined;
    } finally {
      await held?.close();
    }
  }

  /**
   * Writes a small file whole or not at all, unless it is there with the same bytes.
   *
   * @returns whether it was written.
   */
  async write(path: string, bytes: Uint8Array): Promise<boolean> {
    const before = await this.read(path, bytes.length);
    if (before !== undefined && Buffer.compare(before, bytes) === 0) return false;
    const held = await this.hold(path);
    try {
      await writeEntry(held, basename(path), { bytes, mode: DATA_MODE, onlyNew: false });
      await keepDirectories(this.#asked);
      return true;
    } catch (error) {
      throw diskError(error, `write ${basename(path)}`, this.at(path));
    } finally {
      await held.close();
    }
  }

  /**
   * Removes a regular file, and the directories above it that are empty then.
   *
   * @returns whether there was one.
   */
  async remove(path: string): Promise<boolean> {
    const held = await this.#held(path);
    if (held === undefined) return false;
    try {
      const found = await held.find(basename(path));
      if (found?.isFile() !== true) return false;
      await held.unlink(basename(path));
    } catch (error) {
      throw diskError(error, `remove ${basename(path)}`, this.at(path));
    } finally {
      await held.close();
    }
    await this.#removeEmpty(dirname(path));
    return true;
  }

  /** Removes the directories below it that this run has made and that are empty, as after a failure. Never throws. */
  async removeOwnEmpty(): Promise<void> {
    await this.#made.catch(() => undefined);
    for (const path of this.#own.splice(0).toReversed()) await this.#isRemoved(path);
  }

  /** Also removes the mirror itself, where this run has made it and nothing is in it. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.root.close();
    await removeCreatedDirectories(this.#asked);
  }

  async #removeEmpty(directory: string): Promise<void> {
    for (let at = directory; at !== '.'; at = dirname(at)) if (!(await this.#isRemoved(at))) return;
  }

  /** False where it is not empty, not ours to remove, or not there. */
  async #isRemoved(directory: string): Promise<boolean> {
    const above = await this.#held(directory).catch(() => undefined);
    try {
      await above?.rmdir(basename(directory));
      return above !== undefined;
    } catch {
      return false;
    } finally {
      await above?.close();
    }
  }

  /** The mirror's directory once more, so that each way down owns what it holds. */
  async #again(): Promise<HeldDirectory> {
    const held = await HeldDirectory.open(this.path);
    if (isSameInode(held.identity, this.root.identity)) return held;
    await held.close();
    throw moved(this.path);
  }

  /** Like {@link hold}, and makes nothing: undefined if a directory on the way is missing, or is none. */
  async #held(path: string): Promise<HeldDirectory | undefined> {
    let held = await this.#again();
    try {
      for (const part of partsOf(path)) {
        const below = await held.openDirectory(part);
        await held.close();
        held = below;
      }
      return held;
    } catch (error) {
      await held.close();
      if (isAbsent(error) || isOther(error)) return undefined;
      throw diskError(error, `open the directory of ${path}`, this.at(path));
    }
  }
}

function partsOf(path: string): readonly string[] {
  const directory = dirname(path);
  return directory === '.' ? [] : directory.split('/');
}

/** A link, a pipe, a directory: not what a run has put there. */
function isOther(error: unknown): boolean {
  if (error instanceof InstallError) return false;
  return ['ELOOP', 'ENOTDIR', 'ENXIO', ''].includes(systemCode(error));
}

/** @param onMade told where it was missing. */
async function openOrMake(held: HeldDirectory, name: string, onMade: () => void): Promise<HeldDirectory> {
  try {
    return await held.openDirectory(name);
  } catch (error) {
    if (['ELOOP', 'ENOTDIR'].includes(systemCode(error))) throw notADirectory(join(held.path, name));
    if (!isAbsent(error)) throw error;
  }
  try {
    const made = await held.makeDirectory(name, DIRECTORY_MODE);
    onMade();
    return made;
  } catch (error) {
    // Another task of this run was faster.
    if (systemCode(error) === 'EEXIST') return held.openDirectory(name);
    throw error;
  }
}

function notADirectory(path: string): InstallError {
  return new InstallError('destination-unsuitable', `${path} is not a directory of the mirror`, {
    wanted: 'a directory, and no link to one',
    found: 'something else',
    why: 'a link can lead a run to write somewhere else',
    next: 'remove it, or name another directory with --to',
  });
}
