/**
 * Everything below one directory, as a process whose root that directory is would see it: absolute links and `..` never
 * lead out of it. Links are followed by reading them, one part of a path after the other, through held directories, so that
 * the system itself follows none, and nothing outside is opened however the tree changes meanwhile.
 */
import type { BigIntStats } from 'node:fs';
import { parse, posix, relative, resolve, sep } from 'node:path';
import { MAX_FOLLOWED_LINKS } from '../limits.ts';
import { isAbsent } from './disk-error.ts';
import { HeldDirectory } from './held-directory.ts';

/** Where a path leads to; its directories are held until it is closed. */
export interface Spot extends AsyncDisposable {
  readonly kind: 'directory' | 'entry';
  /** The directory itself, or that of the entry. */
  readonly directory: HeldDirectory;
  /** Of the entry; empty of a directory. */
  readonly name: string;
  /** Of the entry, or of the directory; never a link. */
  readonly status: BigIntStats;
  /** Keeps the directory open when this is closed. */
  readonly take: () => Promise<HeldDirectory>;
}

export class RootedTree implements AsyncDisposable {
  readonly #root: HeldDirectory;
  /** Absolute, without links. */
  readonly path: string;

  private constructor(root: HeldDirectory) {
    this.#root = root;
    this.path = root.path;
  }

  /** @throws Error from the system; InstallError `destination-unsuitable` if it is not a directory. */
  static async open(root: string): Promise<RootedTree> {
    return new RootedTree(await HeldDirectory.open(root));
  }

  /** The tree of this machine that a path belongs to. */
  static async ofMachine(path: string): Promise<RootedTree> {
    return RootedTree.open(parse(resolve(path)).root);
  }

  /**
   * Where a path leads to now.
   *
   * @param path within the tree, absolute.
   * @param assertFollowed throws where a link may not be followed.
   * @returns undefined if nothing is there.
   * @throws Error from the system: a directory that may not be read; `ELOOP` for links that lead in a circle.
   */
  async find(
    path: string,
    assertFollowed: (link: BigIntStats) => void = () => undefined,
  ): Promise<Spot | undefined> {
    const stack: HeldDirectory[] = [];
    let parts = partsOf(path);
    let links = 0;
    try {
      for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
        const directory = stack.at(-1) ?? this.#root;
        if (part === '..') {
          await stack.pop()?.close();
          continue;
        }
        const status = await directory.find(part);
        if (status === undefined) return await closed(stack);
        if (status.isSymbolicLink()) {
          if ((links += 1) > MAX_FOLLOWED_LINKS) throw loop(path);
          assertFollowed(status);
          const target = await directory.readlink(part);
          if (posix.isAbsolute(target)) await closed(stack.splice(0));
          parts = partsOf(target).concat(parts);
        } else if (status.isDirectory()) stack.push(await directory.openDirectory(part));
        else if (parts.length === 0) return this.#spot(stack, part, status);
        else return await closed(stack);
      }
      return this.#spot(stack, '', await (stack.at(-1) ?? this.#root).stat());
    } catch (error) {
      await closed(stack);
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /**
   * Holds the directory that a path leads to now, for its caller to close.
   *
   * @returns undefined if nothing is there, or no directory.
   * @throws as {@link find}
   */
  async hold(path: string, assertFollowed: (link: BigIntStats) => void): Promise<HeldDirectory | undefined> {
    await using spot = await this.find(path, assertFollowed);
    return spot?.kind === 'directory' ? await spot.take() : undefined;
  }

  /** A path below the tree, as the tree itself has it. */
  within(path: string): string {
    return relative(this.path, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root.close();
  }

  #spot(stack: HeldDirectory[], name: string, status: BigIntStats): Spot {
    return {
      kind: name === '' ? 'directory' : 'entry',
      directory: stack.at(-1) ?? this.#root,
      name,
      status,
      take: async () => stack.pop() ?? HeldDirectory.open(this.path),
      [Symbol.asyncDispose]: async () => {
        await closed(stack);
      },
    };
  }
}

function partsOf(path: string): string[] {
  const parts = (sep === '\\' ? path.replace(/^[A-Za-z]:/, '') : path).split(sep === '\\' ? /[\\/]/ : '/');
  return parts.filter((part) => part !== '' && part !== '.');
}

async function closed(stack: readonly HeldDirectory[]): Promise<undefined> {
  for (const one of stack.toReversed()) await one.close();
  return undefined;
}

function loop(path: string): Error {
  return Object.assign(new Error(`ELOOP: too many links on the way, '${path}'`), { code: 'ELOOP' });
}
