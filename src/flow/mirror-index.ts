import { MAX_MIRROR_INDEX_BYTES } from '../limits.ts';
import {
  EMPTY_INDEX,
  formatIndex,
  type MirroredFile,
  type MirrorIndex,
  readIndex,
} from '../mirror/index-file.ts';
import { INDEX_NAME } from '../mirror/layout.ts';
import type { MirrorTree } from '../mirror/tree.ts';

/**
 * The index of a mirror while a run fills it. It is written after each file, so that a run that is killed loses nothing: at
 * worst the last file is there and not listed yet, and the next run finds it.
 */
export class GrowingIndex {
  readonly #tree: MirrorTree;
  readonly #files: Map<string, MirroredFile>;
  readonly #made: Set<string>;
  /** Whether there was one before: without it nothing is removed. */
  readonly isOurs: boolean;
  #written: Promise<void> = Promise.resolve();
  #isDue = false;

  private constructor(tree: MirrorTree, { files, made }: MirrorIndex, isOurs: boolean) {
    this.#tree = tree;
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#made = new Set(made);
    this.isOurs = isOurs;
  }

  /** @throws UnavailableError `mirror-inconsistent` if there is one that cannot be read. */
  static async open(tree: MirrorTree): Promise<GrowingIndex> {
    const bytes = await tree.read(INDEX_NAME, MAX_MIRROR_INDEX_BYTES);
    const index = bytes === undefined ? EMPTY_INDEX : readIndex(bytes, tree.at(INDEX_NAME));
    return new GrowingIndex(tree, index, bytes !== undefined);
  }

  get content(): MirrorIndex {
    return { files: [...this.#files.values()], made: [...this.#made] };
  }

  get(path: string): MirroredFile | undefined {
    return this.#files.get(path);
  }

  /** Resolves once the index on disk has it. */
  async add(file: MirroredFile): Promise<void> {
    this.#files.set(file.path, file);
    await this.save();
  }

  drop(path: string): void {
    this.#files.delete(path);
  }

  setMade(paths: Iterable<string>): void {
    this.#made.clear();
    for (const path of paths) this.#made.add(path);
  }

  /** Files that are added while the index is being written share the next writing of it. */
  save(): Promise<void> {
    if (this.#isDue) return this.#written;
    this.#isDue = true;
    this.#written = this.#writeAfter(this.#written);
    return this.#written;
  }

  async #writeAfter(before: Promise<void>): Promise<void> {
    await before;
    this.#isDue = false;
    await this.#tree.write(INDEX_NAME, Buffer.from(formatIndex(this.content)));
  }
}
