/** The machine that a scan looks at: its name and system, where the scan looked, and what it could not read. */
import type { BigIntStats } from 'node:fs';
import { arch, hostname, release, type } from 'node:os';
import type { RootedTree } from '../disk/rooted-tree.ts';
import { localFileOf, readUpTo } from '../files/local-file.ts';
import { unreadableReason } from '../files/unreadable-file.ts';
import { MAX_MACHINE_FILE_BYTES, MAX_TOLD_UNREAD } from '../limits.ts';

/** Something that could not be read, and why. */
export interface UnreadPlace {
  /** Absolute. */
  readonly path: string;
  /** In a few words, as in "permission denied". */
  readonly reason: string;
}

/** What a scan looked at. Names of the machine are what its own files say; nothing proves them. */
export interface ScannedMachine {
  /** Absent where a root was named that does not say it. */
  readonly host?: string;
  /** Absent as {@link host}. */
  readonly system?: string;
  /** The directory that was taken for the root of the machine; absent for the machine's own. */
  readonly root?: string;
  /** The places and paths that were there and were looked at; of a PATH that is one file, the file. */
  readonly places: readonly string[];
  /** How many programs run that may be read, and of how many processes it may not be read; absent if that was not asked. */
  readonly processes?: { readonly programs: number; readonly unread: number };
  /** What may be a Kubernetes program and could not be read, other than what is among the results. */
  readonly unread: {
    /** How many of them. */
    readonly count: number;
    /** The first of them. */
    readonly first: readonly UnreadPlace[];
  };
}

/** Who owns a file, and its mode. */
export interface Standing {
  /** Absent on Windows, as the mode. */
  readonly owner?: { readonly user: number; readonly group: number };
  /** Octal, four digits: `0755`. */
  readonly mode?: string;
}

const MODE_BITS = 0o7777n;

export function standingOf({ uid, gid, mode }: BigIntStats): Standing {
  if (process.geteuid === undefined) return {};
  return {
    owner: { user: Number(uid), group: Number(gid) },
    mode: (mode & MODE_BITS).toString(8).padStart(4, '0'),
  };
}

/** Collects what is told of the machine. */
export class MachineSurvey {
  readonly #tree: RootedTree;
  readonly #isOwnRoot: boolean;
  readonly #places = new Set<string>();
  readonly #first: UnreadPlace[] = [];
  #unread = 0;
  #processes: { readonly programs: number; readonly unread: number } | undefined;

  /** @param isOwnRoot whether the tree is that of this machine. */
  constructor(tree: RootedTree, isOwnRoot: boolean) {
    this.#tree = tree;
    this.#isOwnRoot = isOwnRoot;
  }

  /** With the processes that may not be read. */
  get unread(): number {
    return this.#unread + (this.#processes?.unread ?? 0);
  }

  get unreadProcesses(): number {
    return this.#processes?.unread ?? 0;
  }

  lookedAt(path: string): void {
    this.#places.add(path);
  }

  processes(programs: number, unread: number): void {
    this.#processes = { programs, unread };
  }

  /** Counts it; the first ones are told by name. */
  couldNotRead(path: string, cause: unknown): void {
    this.#unread += 1;
    if (this.#first.length < MAX_TOLD_UNREAD) this.#first.push({ path, reason: unreadableReason(cause) });
  }

  async machine(): Promise<ScannedMachine> {
    const { host, system } = await this.#names();
    return {
      ...(host === undefined ? {} : { host }),
      ...(system === undefined ? {} : { system }),
      ...(this.#isOwnRoot ? {} : { root: this.#tree.path }),
      places: [...this.#places],
      ...(this.#processes === undefined ? {} : { processes: this.#processes }),
      unread: { count: this.#unread, first: this.#first },
    };
  }

  async #names(): Promise<{ readonly host: string | undefined; readonly system: string | undefined }> {
    const distribution = /^PRETTY_NAME="?([^"\n]{1,200})"?$/m.exec(
      (await this.#read('/etc/os-release')) ?? '',
    )?.[1];
    if (this.#isOwnRoot) {
      const kernel = `${type()} ${release()} ${arch()}`;
      return { host: hostname(), system: distribution === undefined ? kernel : `${distribution}, ${kernel}` };
    }
    const name = (await this.#read('/etc/hostname'))?.trim().split('\n')[0];
    return { host: name === '' ? undefined : name, system: distribution };
  }

  /** A small file of the machine, if it is there. */
  async #read(path: string): Promise<string | undefined> {
    try {
      await using spot = await this.#tree.find(path);
      if (spot?.kind !== 'entry' || !spot.status.isFile()) return undefined;
      const bytes = await readUpTo(
        localFileOf(await spot.directory.openFile(spot.name)),
        MAX_MACHINE_FILE_BYTES,
      );
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    } catch {
      return undefined;
    }
  }
}
