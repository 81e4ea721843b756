/**
 * What a file was while it was hashed, so that parts of it can be read again and are known to be of those bytes. The times of a
 * file cannot show that: a store through a shared mapping to a page that is written to already changes none of them.
 */
import { createHash, type Hash } from 'node:crypto';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { HashAlgorithm } from '../strict/digest.ts';

/** Reads at a position; 0 at the end. */
export type ReadAt = (buffer: Uint8Array, position: number) => Promise<number>;

/** At least so many bytes lie between two states, so that a file of any size has few of them. */
const PIECE_BYTES = 1024 * 1024;
/** Nothing is read again of what is larger than every artifact. */
const MAX_TRAIL_BYTES = Math.max(...Object.values(MAX_ARTIFACT_BYTES));

interface Piece {
  readonly from: number;
  readonly to: number;
  /** The state of the hash after this piece. Other bytes that lead to it from the state before are a collision. */
  readonly after: Hash;
}

export class HashTrail {
  readonly #algorithm: HashAlgorithm;
  readonly #pieces: Piece[] = [];
  #hashed = 0;

  /** @param algorithm of the hash whose states are kept. */
  constructor(algorithm: HashAlgorithm) {
    this.#algorithm = algorithm;
  }

  /** Call it after each update of the hash. */
  add(bytes: number, hash: Hash): void {
    this.#hashed += bytes;
    if (this.#hashed - this.#end() >= PIECE_BYTES) this.#keep(hash);
  }

  /** Call it before the digest is taken. */
  finish(hash: Hash): void {
    if (this.#hashed > this.#end()) this.#keep(hash);
  }

  /**
   * Reads the bytes that were hashed, one call after the other.
   *
   * @param readAt of the same open file.
   * @param changed the error where the file has other bytes by now.
   */
  reader(readAt: ReadAt, changed: () => Error): ReadAt {
    const pieces = new PieceReader(this.#algorithm, this.#pieces, readAt, changed);
    let last: Promise<unknown> = Promise.resolve();
    return (buffer, position) => {
      const next = last.then(() => pieces.read(buffer, position));
      last = next.catch(() => undefined);
      return next;
    };
  }

  #end(): number {
    return this.#pieces.at(-1)?.to ?? 0;
  }

  #keep(hash: Hash): void {
    if (this.#hashed > MAX_TRAIL_BYTES) return;
    this.#pieces.push({ from: this.#end(), to: this.#hashed, after: hash.copy() });
  }
}

/** Holds the piece that was read last, because readers stay near. */
class PieceReader {
  readonly #algorithm: HashAlgorithm;
  readonly #pieces: readonly Piece[];
  readonly #readAt: ReadAt;
  readonly #changed: () => Error;
  #held: { readonly from: number; readonly bytes: Buffer } | undefined;

  constructor(algorithm: HashAlgorithm, pieces: readonly Piece[], readAt: ReadAt, changed: () => Error) {
    this.#algorithm = algorithm;
    this.#pieces = pieces;
    this.#readAt = readAt;
    this.#changed = changed;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const piece = await this.#at(position + filled);
      if (piece === undefined) return filled;
      const bytes = piece.bytes.subarray(position + filled - piece.from);
      const part = bytes.subarray(0, buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
    }
    return filled;
  }

  async #at(position: number): Promise<{ readonly from: number; readonly bytes: Buffer } | undefined> {
    const held = this.#held;
    if (held !== undefined && position >= held.from && position < held.from + held.bytes.length) return held;
    const index = this.#pieces.findIndex(({ from, to }) => position >= from && position < to);
    const piece = this.#pieces[index];
    if (piece === undefined) return undefined;
    this.#held = { from: piece.from, bytes: await this.#fill(piece) };
    const before = this.#pieces[index - 1]?.after.copy() ?? createHash(this.#algorithm);
    const isSame = before.update(this.#held.bytes).digest().equals(piece.after.copy().digest());
    if (isSame) return this.#held;
    this.#held = undefined;
    throw this.#changed();
  }

  async #fill({ from, to }: Piece): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(to - from);
    for (let filled = 0; filled < bytes.length;) {
      const count = await this.#readAt(bytes.subarray(filled), from + filled);
      if (count === 0) throw this.#changed();
      filled += count;
    }
    return bytes;
  }
}
