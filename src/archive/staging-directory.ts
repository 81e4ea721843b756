import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  DIRECTORY_MODE,
  holdDirectory,
  keepDirectories,
  removeCreatedDirectories,
} from '../disk/directories.ts';
import { diskError, isAbsent } from '../disk/disk-error.ts';
import { identityOf, isSameFile, isSameInode } from '../disk/file-identity.ts';
import type { HeldDirectory } from '../disk/held-directory.ts';
import { privateName, removeLeftovers } from '../disk/leftovers.ts';
import { removeContents } from '../disk/remove-tree.ts';
import { patiently } from '../disk/replace-file.ts';
import { InstallError } from '../errors.ts';
import type { MemberLook } from './look.ts';
import type { VisitedMember } from './read-members.ts';
import { StagedTree } from './staged-tree.ts';

/** No other user can look into it before it is complete. */
const PRIVATE_MODE = 0o700;
/** How often to make a directory again after another run, which failed, has removed it. */
const OPEN_ATTEMPTS = 5;
const SET_GROUP_ID = 0o2000;
const ALL_MODE_BITS = 0o7777;

/** The directory that is filled and its parent. Both are held, so renaming either changes nothing. */
interface Staged {
  readonly parent: HeldDirectory;
  readonly root: HeldDirectory;
  readonly tree: StagedTree;
}

/**
 * A private directory next to the target, which becomes the target with one rename.
 *
 * Another user who can write to the parent could rename the private directory and put a link in its place. So it is
 * held: everything is written, changed and removed in the directory that was made, and it counts as placed only if
 * the target's path leads to that very directory.
 */
export class StagingDirectory {
  /** Absolute. */
  readonly target: string;
  /** Its name before it is placed. */
  readonly #name: string = privateName('dir');
  #staged: Staged | undefined;
  #state: 'none' | 'staged' | 'placed' = 'none';
  /** The mode of the empty directory that is replaced, if any. The new directory gets the same mode. */
  #replacedMode: number | undefined;

  constructor(target: string) {
    this.target = resolve(target);
  }

  /** @throws InstallError like {@link inspectExtractionTarget}, and if the disk fails. */
  async open(): Promise<void> {
    await inspectExtractionTarget(this.target);
    this.#state = 'staged';
    try {
      this.#staged = await this.#make(OPEN_ATTEMPTS);
      await removeLeftovers(this.#staged.parent, this.#name);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #make(attempts: number): Promise<Staged> {
    const parent = await holdDirectory(dirname(this.target));
    try {
      const root = await parent.makeDirectory(this.#name, PRIVATE_MODE);
      return { parent, root, tree: new StagedTree(root) };
    } catch (error) {
      await parent.close();
      if (attempts > 1 && isAbsent(error)) return this.#make(attempts - 1);
      throw error;
    }
  }

  /**
   * Creates a member and the directories above it.
   *
   * @param look is shown the file once it is written.
   */
  async write(member: VisitedMember, look?: MemberLook): Promise<void> {
    await this.#attempt(({ tree }) => tree.write(member, look));
  }

  /** Removes a file again, and the directories above it if they are empty. */
  async remove(path: string): Promise<void> {
    await this.#attempt(({ tree }) => tree.remove(path));
  }

  /**
   * After everything is written: makes it durable and sets its final times and modes. The last step before placing.
   */
  async seal(): Promise<void> {
    await this.#attempt(async ({ tree, root }) => {
      await tree.seal();
      // If the parent hands its directories to a group (set-group-ID), this one keeps that.
      const inherited = Number((await root.stat()).mode) & SET_GROUP_ID;
      await root.setMode(DIRECTORY_MODE | inherited);
      await root.sync();
    });
  }

  /**
   * Renames the directory to its final name.
   *
   * @throws InstallError `destination-unsuitable` if something was put at the target meanwhile; `place-failed` if the
   *   directory or its parent was moved. The target is then as it was before.
   */
  async place(): Promise<void> {
    await inspectExtractionTarget(this.target);
    await this.#attempt(async ({ parent, root }) => {
      const path = join(parent.path, this.#name);
      await assertNamed(parent, this.#name, { directory: root, path });
      const replaced = await parent.find(basename(this.target));
      this.#replacedMode = replaced === undefined ? undefined : Number(replaced.mode) & ALL_MODE_BITS;
      if (this.#replacedMode !== undefined) await root.setMode(this.#replacedMode);
      try {
        await replaceEmptyDirectory(parent, this.#name, basename(this.target));
      } catch (error) {
        // If another run was faster, say so.
        await inspectExtractionTarget(this.target);
        throw error;
      }
      this.#state = 'placed';
      try {
        await this.assertPlaced();
      } catch (error) {
        await this.undo().catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Checks that the target's path leads to the directory that was filled here.
   *
   * @throws InstallError `place-failed`
   */
  async assertPlaced(): Promise<void> {
    await this.#attempt(async ({ parent, root }) => {
      await parent.assertIsAt(dirname(this.target));
      await assertNamed(parent, basename(this.target), { directory: root, path: this.target });
    });
  }

  /** Moves a placed directory back so that it can be discarded. The target is then as it was before. */
  async undo(): Promise<void> {
    await this.#attempt(async ({ parent }) => {
      // If we renamed another directory, give it its name back.
      await patiently(() => parent.rename(basename(this.target), this.#name));
      this.#state = 'staged';
      if (this.#replacedMode === undefined) return;
      const again = await parent.makeDirectory(basename(this.target), PRIVATE_MODE);
      await again.setMode(this.#replacedMode);
      await again.close();
    });
  }

  /** Keeps what was placed. Never throws. */
  async keep(): Promise<void> {
    await this.#staged?.parent.sync();
    await keepDirectories(dirname(this.target));
    await this.#letGo();
  }

  /** Removes it if it was not placed. Never throws. */
  async discard(): Promise<void> {
    const isStaged = this.#state === 'staged';
    if (isStaged) {
      this.#state = 'none';
      await this.#remove().catch(() => undefined);
    }
    await this.#letGo();
    if (isStaged) await removeCreatedDirectories(dirname(this.target));
  }

  /**
   * Removes the contents even if the directory was moved, but the directory itself only if it still has its own name.
   */
  async #remove(): Promise<void> {
    if (this.#staged === undefined) return;
    const { parent, root, tree } = this.#staged;
    await tree.close();
    await removeContents(root);
    if (isSameInode(identityOf(await parent.lstat(this.#name)), root.identity))
      await parent.rmdir(this.#name);
  }

  async #letGo(): Promise<void> {
    const staged = this.#staged;
    this.#staged = undefined;
    await staged?.tree.close();
    await staged?.root.close();
    await staged?.parent.close();
  }

  async #attempt(step: (staged: Staged) => Promise<void>): Promise<void> {
    if (this.#staged === undefined) throw new TypeError(`nothing is staged for ${this.target}`);
    try {
      await step(this.#staged);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): Error {
    return diskError(error, `unpack into ${this.target}`, this.target);
  }
}

/** @throws InstallError `place-failed` if the name does not mean the directory. */
async function assertNamed(
  parent: HeldDirectory,
  name: string,
  { directory, path }: { readonly directory: HeldDirectory; readonly path: string },
): Promise<void> {
  const found = await parent.lstat(name).catch(() => undefined);
  if (found !== undefined && isSameInode(identityOf(found), directory.identity)) return;
  throw new InstallError('place-failed', `${path} is not the directory that was unpacked`, {
    wanted: 'the directory that this run made and filled',
    found: found === undefined ? 'nothing' : 'something else',
    why: `another user or program writes to ${dirname(path)}`,
    next: 'unpack into a directory that only you can change',
  });
}

/** POSIX can rename over an empty directory, Windows cannot. */
async function replaceEmptyDirectory(parent: HeldDirectory, name: string, target: string): Promise<void> {
  if (process.platform === 'win32') {
    await parent.rmdir(target).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
  }
  await patiently(() => parent.rename(name, target));
}

/**
 * Checks that an archive can be unpacked to the path: nothing is there, or an empty directory, which is replaced.
 * Anything else is refused, because files of two archives in one directory could not be told apart, or restored after
 * a failure. The current directory is refused too, because a shell in it would stay in the replaced one. Changes
 * nothing.
 *
 * @throws InstallError `destination-unsuitable`
 */
export async function inspectExtractionTarget(path: string): Promise<void> {
  const target = resolve(path);
  const found = await whatIsAt(target);
  if (found === undefined) return;
  throw new InstallError('destination-unsuitable', `${target} is ${found}`, {
    wanted: 'a directory that does not exist yet, or an empty one',
    found,
    next: 'choose a new directory to unpack into',
  });
}

/** What is in the way, in words. */
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
    throw diskError(error, `check ${target}`, target);
  }
}
