import type { FileHandle } from 'node:fs/promises';
import { DIRECTORY_MODE } from '../disk/directories.ts';
import type { HeldDirectory } from '../disk/held-directory.ts';
import { setMode } from '../disk/set-mode.ts';
import { writeWhole } from '../disk/staging-file.ts';
import type { MemberLook } from './look.ts';
import type { VisitedMember } from './read-members.ts';

/** How many files may wait for the disk at a time. Each keeps one file open. */
const MAX_SETTLING = 16;

/**
 * Writes the members of an archive into a held directory. Every directory on the way to a member is also held while
 * it is used. Nothing is done by path, so that renaming a parent cannot lead a write elsewhere.
 *
 * The archive's reader has checked the paths: relative, inside, distinct, no links, limited depth. System errors are
 * thrown unchanged.
 */
export class StagedTree {
  readonly #root: HeldDirectory;
  /**
   * The last used directory and those above it, outermost first. Members of an archive are mostly sorted by
   * directory.
   */
  readonly #held: { readonly path: string; readonly directory: HeldDirectory }[] = [];
  /** Directories made so far, by their path in the archive; outermost first. */
  readonly #made: Set<string> = new Set();
  readonly #times: Map<string, Date> = new Map();
  /** Files that are written but not yet on the disk. */
  readonly #settling: Set<Promise<unknown>> = new Set();
  #failure: Error | undefined;

  constructor(root: HeldDirectory) {
    this.#root = root;
  }

  /**
   * Creates a member and the directories above it.
   *
   * @param look is shown the file once it is written.
   */
  async write(member: VisitedMember, look?: MemberLook): Promise<void> {
    const { path, kind, modified } = member;
    if (kind === 'directory') {
      this.#times.set(path, modified);
      await this.#directory(path);
    } else await this.#writeFile(member, await this.#directory(parentOf(path)), look);
  }

  /** Holds a directory and creates what is missing of it. */
  async #directory(path: string): Promise<HeldDirectory> {
    await this.#letGo((held) => path === held || path.startsWith(`${held}/`));
    const last = this.#held.at(-1);
    let [at, directory] = [last?.path ?? '', last?.directory ?? this.#root];
    const missing = path.slice(at === '' ? 0 : at.length + 1).split('/');
    for (const name of missing.filter((part) => part !== '')) {
      at = at === '' ? name : `${at}/${name}`;
      directory = this.#made.has(at)
        ? await directory.openDirectory(name)
        : await directory.makeDirectory(name, DIRECTORY_MODE);
      this.#made.add(at);
      this.#held.push({ path: at, directory });
    }
    return directory;
  }

  /** Lets go of the innermost directories that are not needed. */
  async #letGo(isNeeded: (path: string) => boolean): Promise<void> {
    for (let last = this.#held.at(-1); last !== undefined && !isNeeded(last.path); last = this.#held.at(-1)) {
      this.#held.pop();
      await last.directory.close();
    }
  }

  async #writeFile(
    { path, mode, modified, content }: VisitedMember,
    directory: HeldDirectory,
    look: MemberLook | undefined,
  ): Promise<void> {
    const handle = await directory.createFile(nameOf(path), mode);
    try {
      let position = 0;
      for await (const piece of content) {
        await writeWhole(handle, piece, position);
        position += piece.length;
      }
      const readAt = async (buffer: Uint8Array, at: number): Promise<number> =>
        (await handle.read(buffer, 0, buffer.length, at)).bytesRead;
      if (look?.wants(path) === true) await look.at(path, { bytes: position, readAt });
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#settle(handle, { mode, modified });
  }

  /**
   * Completes a written file while the next one is read: sets its mode (regardless of the umask) and time, and syncs
   * it, so that no file is empty after a power cut. The next step throws a failure.
   */
  async #settle(
    handle: FileHandle,
    { mode, modified }: Pick<VisitedMember, 'mode' | 'modified'>,
  ): Promise<void> {
    const settled = complete(handle, mode, modified)
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#settling.delete(settled));
    this.#settling.add(settled);
    if (this.#settling.size >= MAX_SETTLING) await Promise.race(this.#settling);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Removes a file again, and the directories above it if they are empty. */
  async remove(path: string): Promise<void> {
    await (await this.#directory(parentOf(path))).unlink(nameOf(path));
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) {
      try {
        await (await this.#directory(parentOf(above))).rmdir(nameOf(above));
      } catch {
        return;
      }
      this.#made.delete(above);
      this.#times.delete(above);
    }
  }

  /** After everything is written: makes it durable and sets the times of the directories. */
  async seal(): Promise<void> {
    await Promise.all(this.#settling);
    this.#throwFailure();
    for (const path of [...this.#made].toReversed()) {
      const directory = await this.#directory(path);
      const time = this.#times.get(path);
      if (time !== undefined) await directory.setTimes(time);
      await directory.sync();
    }
    await this.close();
  }

  /** Closes everything except the root. Never throws. */
  async close(): Promise<void> {
    await Promise.all(this.#settling);
    await this.#letGo(() => false);
  }
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

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
