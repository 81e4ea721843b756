import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rm,
  rmdir,
  stat,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import {
  createDirectories,
  keepDirectories,
  removeCreatedDirectories,
  syncDirectory,
} from '../disk/directories.ts';
import { diskError, isAbsent } from '../disk/disk-error.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { privateName, removeLeftovers } from '../disk/leftovers.ts';
import { renamePatiently } from '../disk/replace-file.ts';
import { identityOf, isSameFile } from '../disk/file-identity.ts';
import { setMode } from '../disk/set-mode.ts';
import { writeWhole } from '../disk/staging.ts';
import type { VisitedMember } from './read-members.ts';

/** Nobody else looks into it before it is complete. */
const PRIVATE_MODE = 0o700;
const DIRECTORY_MODE = 0o755;
const ALL_MODE_BITS = 0o7777;

/** Files that wait for the disk at a time; each keeps one file open. */
const MAX_SETTLING = 16;

/**
 * A private directory beside the target, which becomes the target with one rename. What is written into it has paths
 * that the archive's reader has checked: relative, inside, distinct, and no links, so that no write can leave it.
 */
export class StagingDirectory {
  /** Absolute. */
  readonly target: string;
  readonly #path: string;
  /** Directories made so far, by their path in the archive. */
  readonly #made: Set<string> = new Set(['']);
  readonly #times: Map<string, Date> = new Map();
  /** Files that are written and on their way to the disk. */
  readonly #settling: Set<Promise<unknown>> = new Set();
  #failure: Error | undefined;
  #state: 'none' | 'staged' | 'placed' = 'none';
  /** The mode of the empty directory that was replaced, where there was one. */
  #replacedMode: number | undefined;

  constructor(target: string) {
    this.target = resolve(target);
    this.#path = join(dirname(this.target), privateName('dir'));
  }

  /** @throws InstallError as {@link inspectExtractionTarget}, and where the disk says no. */
  async open(): Promise<void> {
    await inspectExtractionTarget(this.target);
    await this.#attempt(async () => {
      this.#state = 'staged';
      await createDirectories(dirname(this.target));
      await mkdir(this.#path, PRIVATE_MODE);
    });
    const parent = await HeldDirectory.open(dirname(this.target));
    await removeLeftovers(parent, basename(this.#path));
    await parent.close();
  }

  /** Creates a member, and the directories above it. */
  async write(member: VisitedMember): Promise<void> {
    const { path, kind, modified } = member;
    if (kind === 'directory') this.#times.set(path, modified);
    await this.#attempt(async () => {
      await this.#makeDirectories(kind === 'directory' ? path : parentOf(path));
    });
    if (kind === 'file') await this.#writeFile(member);
  }

  async #makeDirectories(path: string): Promise<void> {
    if (this.#made.has(path)) return;
    await this.#makeDirectories(parentOf(path));
    await mkdir(this.#on(path), DIRECTORY_MODE);
    this.#made.add(path);
  }

  async #writeFile({ path, mode, modified, content }: VisitedMember): Promise<void> {
    const handle = await this.#attempt(() => open(this.#on(path), 'wx', mode));
    try {
      let position = 0;
      for await (const piece of content) {
        await this.#attempt(() => writeWhole(handle, piece, position));
        position += piece.length;
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#settle(handle, { mode, modified });
  }

  /**
   * Completes a file that is written while the next one is read: its mode whatever the umask, its time, and its way to
   * the disk, since after a power cut no file of the target may be empty. A failure ends the next step.
   */
  async #settle(
    handle: FileHandle,
    { mode, modified }: Pick<VisitedMember, 'mode' | 'modified'>,
  ): Promise<void> {
    const settled = complete(handle, mode, modified)
      .catch((error: unknown) => {
        this.#failure ??= this.#failed(error);
      })
      .finally(() => this.#settling.delete(settled));
    this.#settling.add(settled);
    if (this.#settling.size >= MAX_SETTLING) await Promise.race(this.#settling);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Takes a file back, and the directories above it as far as they are empty. */
  async remove(path: string): Promise<void> {
    await this.#attempt(() => rm(this.#on(path)));
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) {
      try {
        await rmdir(this.#on(above));
      } catch {
        return;
      }
      this.#times.delete(above);
    }
  }

  /** Everything is written: makes it durable, and its times and modes as they are to be. The last step before placing. */
  async seal(): Promise<void> {
    await Promise.all(this.#settling);
    this.#throwFailure();
    await this.#attempt(async () => {
      // Innermost first: to write into a directory changes its time.
      for (const [path, time] of [...this.#times].toReversed()) await utimes(this.#on(path), time, time);
      await chmod(this.#path, DIRECTORY_MODE);
    });
    await Promise.all([...this.#made].map((path) => syncDirectory(this.#on(path))));
  }

  /**
   * The directory gets its name.
   *
   * @throws InstallError `destination-unsuitable` where something came to the target meanwhile.
   */
  async place(): Promise<void> {
    await inspectExtractionTarget(this.target);
    this.#replacedMode = await modeOf(this.target);
    await this.#attempt(async () => {
      try {
        await replaceEmptyDirectory(this.#path, this.target);
      } catch (error) {
        // Where another run was faster, that is the reason.
        await inspectExtractionTarget(this.target);
        throw error;
      }
    });
    this.#state = 'placed';
  }

  /** Takes back what was placed, so that it can be discarded; the target is then as it was. */
  async undo(): Promise<void> {
    await this.#attempt(async () => {
      await renamePatiently(this.target, this.#path);
      this.#state = 'staged';
      if (this.#replacedMode === undefined) return;
      await mkdir(this.target, PRIVATE_MODE);
      await chmod(this.target, this.#replacedMode);
    });
  }

  /** What was placed stays. Never throws. */
  async keep(): Promise<void> {
    await keepDirectories(dirname(this.target));
    await syncDirectory(dirname(this.target));
  }

  /** Removes it where it was not placed. Never throws. */
  async discard(): Promise<void> {
    if (this.#state !== 'staged') return;
    this.#state = 'none';
    await Promise.all(this.#settling);
    await rm(this.#path, { recursive: true, force: true }).catch(() => undefined);
    await removeCreatedDirectories(dirname(this.target));
  }

  #on(path: string): string {
    return join(this.#path, ...path.split('/'));
  }

  async #attempt<Result>(step: () => Promise<Result>): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): Error {
    return diskError(error, `unpack into ${this.target}`, this.target);
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  return lstat(path).then(
    ({ mode }) => mode & ALL_MODE_BITS,
    () => undefined,
  );
}

async function complete(handle: FileHandle, mode: number, modified: Date): Promise<void> {
  try {
    await setMode(handle, mode);
    await handle.utimes(modified, modified);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Both names are in one directory. POSIX renames over an empty directory, Windows does not. */
async function replaceEmptyDirectory(source: string, target: string): Promise<void> {
  if (process.platform === 'win32') {
    await rmdir(target).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
  }
  await renamePatiently(source, target);
}

/**
 * Whether an archive can be unpacked to the path: nothing is there, or an empty directory, which is replaced. Anything
 * else is refused, since files of two archives in one directory cannot be told apart, nor be put back after a failure;
 * the current directory, too, since whoever stands in it would stay in the one that was replaced. Changes nothing.
 *
 * @throws InstallError `destination-unsuitable`
 */
export async function inspectExtractionTarget(path: string): Promise<void> {
  const target = resolve(path);
  const found = await whatIsAt(target);
  if (found === undefined) return;
  throw new InstallError('destination-unsuitable', `${target} is ${found}`, {
    expected: 'a directory that is not there yet, or an empty one',
    found,
    advice: 'name a new directory to unpack into',
  });
}

/** What stands in the way, in words. */
async function whatIsAt(target: string): Promise<string | undefined> {
  try {
    const found = await lstat(target, { bigint: true });
    if (found.isSymbolicLink()) return 'a symbolic link';
    if (!found.isDirectory()) return 'not a directory';
    if ((await readdir(target)).length > 0) return 'a directory that is not empty';
    const here = identityOf(await stat('.', { bigint: true }));
    return isSameFile(here, identityOf(found)) ? 'the current directory' : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw diskError(error, `look at ${target}`, target);
  }
}
