/** The steps that are done in a directory that is held: each in that very directory, and none after it is let go. */
import { lstat } from 'node:fs/promises';
import { identityOf, isSameInode } from './file-identity.ts';
import { type FoundDirectory, moved } from './open-without-links.ts';

/**
 * On Linux a step goes through the descriptor. Elsewhere we check before and after it that the path still leads to the same
 * directory; if it does not, the step fails.
 */
export class DirectorySteps {
  readonly #path: string;
  readonly #found: FoundDirectory;
  /**
   * Steps in progress. Closing the descriptor too early would be dangerous: its number may soon stand for another
   * directory.
   */
  readonly #running: Set<Promise<unknown>> = new Set();
  #ended = false;

  /** @param path absolute, without links. */
  constructor(path: string, found: FoundDirectory) {
    this.#path = path;
    this.#found = found;
  }

  /** A step that needs the path of the directory; the one that it is given may only be used in the step. */
  within<Result>(step: (directory: string) => Promise<Result>): Promise<Result> {
    return this.run(async () => {
      const { base } = this.#found;
      if (base !== undefined) return step(base);
      await this.#assertUnmoved();
      const result = await step(this.#path);
      await this.#assertUnmoved();
      return result;
    });
  }

  /** A step by the descriptor alone. */
  async run<Result>(step: () => Promise<Result>): Promise<Result> {
    if (this.#ended) throw new TypeError(`${this.#path} is no longer held`);
    const running = step();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw withPath(error, this.#found.base, this.#path);
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * Lets no step begin any more, and waits for those in progress.
   *
   * @returns false if it was called before.
   */
  async end(): Promise<boolean> {
    if (this.#ended) return false;
    this.#ended = true;
    await Promise.allSettled(this.#running);
    return true;
  }

  async #assertUnmoved(): Promise<void> {
    const found = await lstat(this.#path, { bigint: true }).catch(() => undefined);
    if (found === undefined || !isSameInode(identityOf(found), this.#found.identity)) throw moved(this.#path);
  }
}

/** Replaces the number of a descriptor in a message, which tells a reader nothing, with the path. */
function withPath(error: unknown, base: string | undefined, path: string): unknown {
  if (base === undefined || !(error instanceof Error) || !error.message.includes(base)) return error;
  error.message = error.message.replaceAll(new RegExp(`${base}(?![0-9])`, 'g'), () => path);
  return error;
}
