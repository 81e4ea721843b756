import { rejectedArchive } from './archive-error.ts';

/** A tar archive consists of blocks of this size. */
export const BLOCK_BYTES = 512;

/**
 * Cuts chunks of any size into runs of whole blocks. Holds one chunk at a time; what it returns is valid until the
 * next call.
 */
export class Blocks {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = wholeBlocks(chunks);
  }

  /**
   * The available whole blocks, at most `most` bytes.
   *
   * @throws InstallError `archive-rejected` at the end.
   */
  async some(most: number): Promise<Buffer> {
    if (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done !== true) this.#chunk = next.value;
    }
    if (this.#chunk.length < BLOCK_BYTES) {
      throw rejectedArchive('it ends in the middle, or lacks the two empty blocks at its end');
    }
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** Exactly `bytes` bytes, a multiple of a block. */
  async take(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = bytes; left > 0;) {
      const piece = await this.some(left);
      if (piece.length === bytes) return piece;
      left -= piece.length;
      // The buffer behind it may be reused.
      pieces.push(Buffer.from(piece));
    }
    return Buffer.concat(pieces);
  }

  /** Everything to the end of the stream, which may end within a block. */
  async *rest(): AsyncGenerator<Buffer, void, undefined> {
    yield this.#chunk;
    for (let next = await this.#chunks.next(); next.done !== true; next = await this.#chunks.next()) {
      yield next.value;
    }
  }
}

/** The same bytes; every chunk but the last is whole blocks. */
async function* wholeBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let carried = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const whole = bytes.length - (bytes.length % BLOCK_BYTES);
    if (whole > 0) yield bytes.subarray(0, whole);
    carried = Buffer.from(bytes.subarray(whole));
  }
  if (carried.length > 0) yield carried;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
