import type { FileHandle } from 'node:fs/promises';
import { DIRECTORY_MODE } from '../disk/directories.ts';
import type { HeldDirectory } from '../disk/held-directory.ts';
import { setMode } from '../disk/set-mode.ts';
import { writeWhole } from '../disk/staging-file.ts';
import type { VisitedMember } from './read-members.ts';

/** Files that wait for the disk at a time; each keeps one file open. */
const MAX_SETTLING = 16;

/**
 * The members of an archive as they are written into a held directory. Every directory on the way to one is held too
 * while it is used, and nothing is done by path: no rename of what is above leads a write elsewhere.
 *
 * Paths are those that the archive's reader has checked: relative, inside, distinct, no links, bounded in depth. What the
 * system refuses is thrown as it comes.
 */
export class StagedTree {
  readonly #root: HeldDirectory;
  /** The directory that was used last and those above it, outermost first: most archives go from one to the next. */
  readonly #held: { readonly path: string; readonly directory: HeldDirectory }[] = [];
  /** Directories made so far, by their path in the archive; outermost first. */
  readonly #made: Set<string> = new Set();
  readonly #times: Map<string, Date> = new Map();
  /** Files that are written and on their way to the disk. */
  readonly #settling: Set<Promise<unknown>> = new Set();
  #failure: Error | undefined;

  constructor(root: HeldDirectory) {
    this.#root = root;
  }

  /** Creates a member, and the directories above it. */
  async write(member: VisitedMember): Promise<void> {
    const { path, kind, modified } = member;
    if (kind === 'directory') {
      this.#times.set(path, modified);
      await this.#directory(path);
    } else await this.#writeFile(member, await this.#directory(parentOf(path)));
  }

  /** Holds a directory, and makes what is missing of it. */
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
  ): Promise<void> {
    const handle = await directory.createFile(nameOf(path), mode);
    try {
      let position = 0;
      for await (const piece of content) {
        await writeWhole(handle, piece, position);
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

  /** Takes a file back, and the directories above it as far as they are empty. */
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

  /** Everything is written: makes it durable, and gives the directories their times. */
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

  /** Lets go of everything but the root. Never throws. */
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
