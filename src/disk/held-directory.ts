import { randomBytes } from 'node:crypto';
import { type BigIntStats, lstatSync, type Stats } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import { DirectorySteps } from './directory-steps.ts';
import { isAbsent, systemCode } from './disk-error.ts';
import { assertEntryName } from './entry-name.ts';
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

/** Free space on a file system in bytes; undefined if it does not tell. */
export type FreeSpace = bigint | undefined;

/**
 * A directory that was opened once and is held. Everything done to its entries happens in this very directory, even
 * if its path is moved or replaced meanwhile. Links among the entries are never followed.
 *
 * On Linux this works through `/proc/self/fd`. Elsewhere (macOS, Windows, a directory that may not be read) we check
 * before and after each step that the path still leads to the same directory; if it does not, the step fails.
 *
 * Names are single parts of a path. System errors are thrown unchanged, but with the directory's own path in the
 * message.
 */
export class HeldDirectory {
  /** Absolute, without links. */
  readonly path: string;
  /** The size in it means nothing. */
  readonly identity: FileIdentity;
  readonly #handle: FileHandle | undefined;
  readonly #steps: DirectorySteps;
  #holders = 1;

  private constructor(path: string, found: FoundDirectory) {
    this.path = path;
    this.identity = found.identity;
    this.#handle = found.handle;
    this.#steps = new DirectorySteps(path, found);
  }

  /**
   * Opens the directory that the path leads to now, through links.
   *
   * @throws InstallError `destination-unsuitable` if it is not a directory.
   */
  static async open(path: string): Promise<HeldDirectory> {
    const real = await realpath(resolve(path));
    return new HeldDirectory(real, await findDirectory(real));
  }

  /** The directory's current identity, owner and mode. */
  async stat(): Promise<BigIntStats> {
    return this.#steps.run(async () =>
      this.#handle === undefined ? lstat(this.path, { bigint: true }) : this.#handle.stat({ bigint: true }),
    );
  }

  /**
   * Checks that a path leads to this directory, through links.
   *
   * @throws InstallError `place-failed` if it no longer does.
   */
  async assertIsAt(path: string): Promise<void> {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found === undefined || !isSameInode(identityOf(found), this.identity)) throw moved(path);
  }

  async lstat(name: string): Promise<BigIntStats> {
    return this.#at(name, (path) => lstat(path, { bigint: true }));
  }

  /**
   * The same for many entries at once, which is a hundred times quicker than one by one; what is gone is left out. Nothing
   * else runs meanwhile: 4096 entries take some 20 ms.
   */
  async lstatEach(names: readonly string[]): Promise<ReadonlyMap<string, Stats>> {
    for (const name of names) assertEntryName(name);
    return this.#steps.within((directory) => {
      const found = new Map<string, Stats>();
      for (const name of names) {
        const entry = lstatSync(join(directory, name), { throwIfNoEntry: false });
        if (entry !== undefined) found.set(name, entry);
      }
      return Promise.resolve(found);
    });
  }

  /** Undefined if there is no such entry. */
  async find(name: string): Promise<BigIntStats | undefined> {
    try {
      return await this.lstat(name);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** What a link among the entries leads to, as it is written there. */
  async readlink(name: string): Promise<string> {
    return this.#at(name, (path) => readlink(path));
  }

  async names(): Promise<readonly string[]> {
    return this.#steps.within((directory) => readdir(directory));
  }

  /** Creates a file for reading and writing. Fails if the name is taken, even by a link. */
  async createFile(name: string, mode: number): Promise<FileHandle> {
    return this.#opened(name, (path) => createWithoutLinks(path, mode));
  }

  /**
   * Opens an existing regular file for reading.
   *
   * @throws Error if it is anything else.
   */
  async openFile(name: string): Promise<FileHandle> {
    return this.#opened(name, async (path) => {
      const handle = await openWithoutLinks(path);
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
      throw new Error(`${join(this.path, name)} is not a regular file`);
    });
  }

  /** Opens an existing directory; a link to one is refused. */
  async openDirectory(name: string): Promise<HeldDirectory> {
    return this.#at(
      name,
      async (path) => new HeldDirectory(join(this.path, name), await findDirectory(path)),
    );
  }

  /**
   * Makes a directory with this mode, regardless of the umask, and holds it. If the system hands the directory to a
   * group (because the parent has set-group-ID), it keeps that.
   *
   * @throws InstallError `place-failed` if another directory took its place right away.
   */
  async makeDirectory(name: string, mode: number): Promise<HeldDirectory> {
    await this.#at(name, (path) => mkdir(path, { mode }));
    const made = await this.openDirectory(name).catch((error: unknown) => {
      throw isElsewhere(error) ? moved(join(this.path, name)) : error;
    });
    try {
      const found = await made.stat();
      if (!isOwn(found) && found.uid !== (await this.#ownerOfNew())) throw moved(made.path);
      // Only an empty directory is certainly the new one. We do not widen the mode of one that another run has
      // filled.
      if ((Number(found.mode) & PERMISSIONS) !== mode && (await made.names()).length === 0) {
        await made.setMode(mode | (Number(found.mode) & SET_GROUP_ID));
      }
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }

  /**
   * Some file systems give every new file to one fixed user: Windows' disks under Linux, and shares that do not know
   * root.
   */
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

  /**
   * If the file system cannot set modes, the fixed mode that it gives directories is accepted as long as it is wide
   * enough.
   */
  async setMode(mode: number): Promise<void> {
    const handle = this.#handle;
    // Without a descriptor, the mode stays as `mkdir` set it: Windows has no modes, and elsewhere we lack the right
    // to read the directory.
    if (handle !== undefined) await this.#steps.run(() => setMode(handle, mode));
  }

  async setTimes(modified: Date): Promise<void> {
    const handle = this.#handle;
    if (handle !== undefined) return this.#steps.run(() => handle.utimes(modified, modified));
    return this.#steps.within(() => lutimes(this.path, modified, modified));
  }

  /** Makes changes to its entries survive a power cut if the file system supports it. Failures are not reported. */
  async sync(): Promise<void> {
    // Windows and some file systems cannot do this. The entries are complete with or without it.
    await this.#steps.run(async () => this.#handle?.sync()).catch(() => undefined);
  }

  /** Replaces a file that has the new name, like `rename`. */
  async rename(name: string, newName: string, into: HeldDirectory = this): Promise<void> {
    await this.#at(name, (from) => into.#at(newName, (to) => rename(from, to)));
  }

  /** Gives a file a second name. If the entry is a link, the link itself gets it. */
  async link(name: string, newName: string): Promise<void> {
    await this.#at(name, (from) => this.#at(newName, (to) => link(from, to)));
  }

  async unlink(name: string): Promise<void> {
    await this.#at(name, (path) => unlink(path));
  }

  async rmdir(name: string): Promise<void> {
    await this.#at(name, (path) => rmdir(path));
  }

  /** Bytes that this user may still write. For root this includes the part reserved for root. */
  async freeSpace(): Promise<FreeSpace> {
    return this.#steps.within(async (directory) => {
      const disk = await statfs(directory, { bigint: true });
      if (disk.blocks === 0n) return undefined;
      return (process.geteuid?.() === 0 ? disk.bfree : disk.bavail) * disk.bsize;
    });
  }

  /** One more part of the program holds it: it stays open until each has closed it. */
  share(): void {
    this.#holders += 1;
  }

  /** Waits for the steps in progress, where nothing else holds it. Never throws. */
  async close(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    if (await this.#steps.end()) await this.#handle?.close().catch(() => undefined);
  }

  async #at<Result>(name: string, act: (path: string) => Promise<Result>): Promise<Result> {
    assertEntryName(name);
    return this.#steps.within((directory) => act(join(directory, name)));
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
}

/** The entry that was just made is gone from its name, or something else has the name. */
function isElsewhere(error: unknown): boolean {
  return error instanceof InstallError || ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error));
}
