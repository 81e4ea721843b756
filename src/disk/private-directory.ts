import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { DIRECTORY_MODE, holdDirectory, keepDirectories } from './directories.ts';
import type { HeldDirectory } from './held-directory.ts';
import { removeContents, removeTree } from './remove-tree.ts';

const PRIVATE_MODE = 0o700;

/** A new directory that no other user can open, held until it is published or removed. */
export class PrivateDirectory {
  /** Absolute. */
  readonly path: string;
  readonly #name: string;
  readonly #parent: HeldDirectory;
  readonly #held: HeldDirectory;

  private constructor(path: string, name: string, parent: HeldDirectory, held: HeldDirectory) {
    this.path = path;
    this.#name = name;
    this.#parent = parent;
    this.#held = held;
  }

  /**
   * @param within created if it is missing.
   * @throws Error from the system
   */
  static async make(within: string, prefix: string): Promise<PrivateDirectory> {
    const above = resolve(within);
    const name = `${prefix}${randomBytes(8).toString('hex')}`;
    const parent = await holdDirectory(above);
    try {
      await keepDirectories(above);
      const held = await parent.makeDirectory(name, PRIVATE_MODE);
      return new PrivateDirectory(join(above, name), name, parent, held);
    } catch (error) {
      await parent.close();
      throw error;
    }
  }

  /**
   * Opens the finished directory to all users.
   *
   * @throws InstallError `place-failed` if its path no longer leads to it.
   */
  async publish(): Promise<void> {
    await this.#held.setMode(DIRECTORY_MODE);
    await this.#held.assertIsAt(this.path);
    await this.#close();
  }

  /** Removes it with everything in it, even if it was renamed. Never throws. */
  async remove(): Promise<void> {
    await removeContents(this.#held).catch(() => undefined);
    await removeTree(this.#parent, this.#name).catch(() => undefined);
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#held.close();
    await this.#parent.close();
  }
}
