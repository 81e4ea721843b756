import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  lutimes,
  mkdir,
  readdir,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import { systemCode } from './disk-error.ts';
import { type FileIdentity, identityOf, isSameInode } from './file-identity.ts';
import {
  createWithoutLinks,
  findDirectory,
  type FoundDirectory,
  moved,
  openWithoutLinks,
} from './open-without-links.ts';
import { isOwn } from './owner.ts';
import { setMode } from './set-mode.ts';

const PERMISSIONS = 0o777;
const SET_GROUP_ID = 0o2000;

/** How much room a file system has, bytes; undefined where it does not tell. */
export type FreeSpace = bigint | undefined;

/**
 * One directory, found once and held: what is done to its entries is done in this directory, whatever becomes of its
 * path meanwhile. Links among the entries are never followed.
 *
 * On Linux that goes through `/proc/self/fd`. Where there is no such thing (macOS, Windows, a directory that may not be
 * read) the directory is compared with the one that was found before each step and after it; a change in between ends
 * the step.
 *
 * Names are single parts of a path. What the system refuses is thrown as it comes, with the directory's own path in it.
 */
export class HeldDirectory {
  /** Absolute, without links. */
  readonly path: string;
  /** The size says nothing. */
  readonly identity: FileIdentity;
  readonly #handle: FileHandle | undefined;
  /** Another name of the directory that cannot be moved; undefined where there is none. */
  readonly #base: string | undefined;
  /** Steps under way: a descriptor that is closed too early may mean another directory a moment later. */
  readonly #steps: Set<Promise<unknown>> = new Set();
  #closed = false;

  private constructor(path: string, found: FoundDirectory) {
    this.path = path;
    this.identity = found.identity;
    this.#handle = found.handle;
    this.#base = found.base;
  }

  /**
   * Holds the directory that the path leads to now, through links.
   *
   * @throws InstallError `destination-unsuitable` where it is none.
   */
  static async open(path: string): Promise<HeldDirectory> {
    const real = await realpath(resolve(path));
    return new HeldDirectory(real, await findDirectory(real));
  }

  /** Which directory it is, with its owner and mode as they are now. */
  async stat(): Promise<BigIntStats> {
    return this.#step(async () =>
      this.#handle === undefined ? lstat(this.path, { bigint: true }) : this.#handle.stat({ bigint: true }),
    );
  }

  /**
   * Whether a path leads to this directory, through links.
   *
   * @throws InstallError `place-failed` where it does not, by now.
   */
  async assertIsAt(path: string): Promise<void> {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found === undefined || !isSameInode(identityOf(found), this.identity)) throw moved(path);
  }

  async lstat(name: string): Promise<BigIntStats> {
    return this.#at(name, (path) => lstat(path, { bigint: true }));
  }

  async names(): Promise<readonly string[]> {
    return this.#step(() => this.#within(() => readdir(this.#base ?? this.path)));
  }

  /** A new file, to be read and written; never one that is there, and never through a link. */
  async createFile(name: string, mode: number): Promise<FileHandle> {
    return this.#opened(name, (path) => createWithoutLinks(path, mode));
  }

  /**
   * A regular file that is there, for reading.
   *
   * @throws Error where it is something else.
   */
  async openFile(name: string): Promise<FileHandle> {
    return this.#opened(name, async (path) => {
      const handle = await openWithoutLinks(path);
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
      throw new Error(`${join(this.path, name)} is not a regular file`);
    });
  }

  /** A directory that is there, and no link to one. */
  async openDirectory(name: string): Promise<HeldDirectory> {
    return this.#at(
      name,
      async (path) => new HeldDirectory(join(this.path, name), await findDirectory(path)),
    );
  }

  /**
   * Makes a directory with this mode, whatever the umask, and holds it. A directory that the system puts into a group's
   * hands (set-group-ID of the one above) stays in them.
   *
   * @throws InstallError `place-failed` where somebody put another one in its place at once.
   */
  async makeDirectory(name: string, mode: number): Promise<HeldDirectory> {
    await this.#at(name, (path) => mkdir(path, { mode }));
    const made = await this.openDirectory(name).catch((error: unknown) => {
      throw isElsewhere(error) ? moved(join(this.path, name)) : error;
    });
    try {
      const found = await made.stat();
      if (!isOwn(found) && found.uid !== (await this.#ownerOfNew())) throw moved(made.path);
      // Only an empty one is surely new: what another run has put into it meanwhile is not opened up.
      if ((Number(found.mode) & PERMISSIONS) !== mode && (await made.names()).length === 0) {
        await made.setMode(mode | (Number(found.mode) & SET_GROUP_ID));
      }
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }

  /** Some file systems give whatever is made in them to one user: Windows' disks under Linux, shares that know no root. */
  async #ownerOfNew(): Promise<bigint> {
    const name = `.k8s-verify-${randomBytes(16).toString('hex')}`;
    const file = await this.createFile(name, 0o600);
    try {
      return (await file.stat({ bigint: true })).uid;
    } finally {
      await file.close();
      await this.unlink(name);
    }
  }

  /** Where a file system has no modes to set, the one that it gives to all directories will do if it allows as much. */
  async setMode(mode: number): Promise<void> {
    const handle = this.#handle;
    // Without a descriptor the mode is what `mkdir` made of it: Windows has no modes, others need the right to read.
    if (handle !== undefined) await this.#step(() => setMode(handle, mode));
  }

  async setTimes(modified: Date): Promise<void> {
    const handle = this.#handle;
    await this.#step(() =>
      handle === undefined
        ? this.#within(() => lutimes(this.path, modified, modified))
        : handle.utimes(modified, modified),
    );
  }

  /** Makes changes of its entries survive a power cut, where the file system can; a failure is not reported. */
  async sync(): Promise<void> {
    // Windows cannot do it, nor can some file systems; the entries are complete before and after.
    await this.#step(async () => this.#handle?.sync()).catch(() => undefined);
  }

  /** Over a file that has the new name, as `rename` does. */
  async rename(name: string, newName: string, into: HeldDirectory = this): Promise<void> {
    await this.#at(name, (from) => into.#at(newName, (to) => rename(from, to)));
  }

  /** A second name for a file; a link gets one itself. */
  async link(name: string, newName: string): Promise<void> {
    await this.#at(name, (from) => this.#at(newName, (to) => link(from, to)));
  }

  async unlink(name: string): Promise<void> {
    await this.#at(name, (path) => unlink(path));
  }

  async rmdir(name: string): Promise<void> {
    await this.#at(name, (path) => rmdir(path));
  }

  /** What this user may still write: root may use the part that is kept back from others. */
  async freeSpace(): Promise<FreeSpace> {
    return this.#step(async () => {
      const disk = await statfs(this.#base ?? this.path, { bigint: true });
      if (disk.blocks === 0n) return undefined;
      return (process.geteuid?.() === 0 ? disk.bfree : disk.bavail) * disk.bsize;
    });
  }

  /** Waits for the steps that are under way. Never throws. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#steps);
    await this.#handle?.close().catch(() => undefined);
  }

  async #at<Result>(name: string, act: (path: string) => Promise<Result>): Promise<Result> {
    assertName(name);
    return this.#step(() => this.#within(() => act(join(this.#base ?? this.path, name))));
  }

  async #opened(name: string, openIt: (path: string) => Promise<FileHandle>): Promise<FileHandle> {
    let handle: FileHandle | undefined;
    try {
      return await this.#at(name, async (path) => (handle = await openIt(path)));
    } catch (error) {
      await handle?.close();
      throw error;
    }
  }

  /** Without a descriptor to go through, the path has to mean this directory before a step and after it. */
  async #within<Result>(step: () => Promise<Result>): Promise<Result> {
    if (this.#base !== undefined) return step();
    await this.#assertUnmoved();
    const result = await step();
    await this.#assertUnmoved();
    return result;
  }

  async #assertUnmoved(): Promise<void> {
    const found = await lstat(this.path, { bigint: true }).catch(() => undefined);
    if (found === undefined || !isSameInode(identityOf(found), this.identity)) throw moved(this.path);
  }

  async #step<Result>(step: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new TypeError(`${this.path} is not held any more`);
    const running = step();
    this.#steps.add(running);
    try {
      return await running;
    } catch (error) {
      throw withPath(error, this.#base, this.path);
    } finally {
      this.#steps.delete(running);
    }
  }
}

function assertName(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || join(name) !== name) {
    throw new TypeError(`${JSON.stringify(name)} is not the name of an entry`);
  }
  if (process.platform === 'win32' && /[\\:]/.test(name)) {
    throw new InstallError('destination-unsuitable', `${name} cannot be the name of a file on Windows`, {
      wanted: 'a name without \\ and :',
      next: 'name another file with --output',
    });
  }
}

/** The number of a descriptor says nothing to a reader. */
function withPath(error: unknown, base: string | undefined, path: string): unknown {
  if (base === undefined || !(error instanceof Error) || !error.message.includes(base)) return error;
  error.message = error.message.replaceAll(new RegExp(`${base}(?![0-9])`, 'g'), () => path);
  return error;
}

/** What was just made is not at its name any more: nothing is, or something that is no directory. */
function isElsewhere(error: unknown): boolean {
  return error instanceof InstallError || ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error));
}
