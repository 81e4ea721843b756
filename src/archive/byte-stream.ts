import { rejectedArchive } from './archive-error.ts';

/** Chunks of any size, read in pieces of wanted sizes. Holds one chunk at a time. */
export class ByteStream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #taken = 0;
  #position = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#position;
  }

  /** What is at hand, at most so many bytes; undefined at the end. The bytes are valid until the next read. */
  async readSome(most: number): Promise<Uint8Array | undefined> {
    while (this.#taken === this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
      this.#taken = 0;
    }
    const piece = this.#chunk.subarray(this.#taken, this.#taken + most);
    this.#taken += piece.length;
    this.#position += piece.length;
    return piece;
  }

  /**
   * Exactly so many bytes.
   *
   * @throws InstallError `archive-rejected` where the stream ends before.
   */
  async read(bytes: number): Promise<Buffer> {
    const first = await this.#some(bytes);
    if (first.length === bytes) return Buffer.from(first.buffer, first.byteOffset, bytes);
    const whole = Buffer.alloc(bytes);
    whole.set(first);
    for (let filled = first.length; filled < bytes;) {
      const piece = await this.#some(bytes - filled);
      whole.set(piece, filled);
      filled += piece.length;
    }
    return whole;
  }

  /** The next so many bytes, as they come. Whoever stops early leaves the rest for {@link skipTo}. */
  async *content(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = bytes; left > 0;) {
      const piece = await this.#some(left);
      left -= piece.length;
      yield piece;
    }
  }

  async skipTo(position: number): Promise<void> {
    while (this.#position < position) await this.#some(position - this.#position);
  }

  async #some(most: number): Promise<Uint8Array> {
    const piece = await this.readSome(most);
    if (piece === undefined)
      throw rejectedArchive('it ends in the middle, or lacks the two empty blocks at its end');
    return piece;
  }
}
