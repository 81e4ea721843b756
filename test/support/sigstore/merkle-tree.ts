/** An append-only Merkle tree (RFC 6962, section 2.1) that keeps every complete subtree, so that proofs are cheap. */
import { createHash } from 'node:crypto';

export class MerkleTree {
  /** `#levels[n][i]` is the hash of leaves `i * 2^n` up to `(i + 1) * 2^n`. */
  readonly #levels: Uint8Array[][] = [[]];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Appends a leaf and returns its index. */
  append(leafHash: Uint8Array): number {
    let index = this.size;
    let hash = leafHash;
    const leafIndex = index;
    for (let level = 0; ; level += 1) {
      const row = (this.#levels[level] ??= []);
      row.push(hash);
      const sibling = row[index - 1];
      if (index % 2 === 0 || sibling === undefined) return leafIndex;
      hash = hashNode(sibling, hash);
      index = (index - 1) / 2;
    }
  }

  /** The root over the first `size` leaves. */
  root(size: number = this.size): Uint8Array {
    return size === 0 ? createHash('sha256').digest() : this.#subtree(0, size);
  }

  /** The hashes from leaf to root that lead from leaf `index` to the root over the first `size` leaves. */
  inclusionProof(index: number, size: number = this.size): Uint8Array[] {
    if (index >= size || size > this.size) throw new RangeError(`no leaf ${index} in ${size}`);
    return this.#path(index, 0, size);
  }

  /** The hashes that prove that the first `size` leaves hold the first `older` ones (RFC 6962, section 2.1.2). */
  consistencyProof(older: number, size: number = this.size): Uint8Array[] {
    if (older < 1 || older > size || size > this.size) throw new RangeError(`no tree of ${older} in ${size}`);
    return this.#subproof(older, 0, size, true);
  }

  #subproof(older: number, start: number, end: number, isWhole: boolean): Uint8Array[] {
    const width = end - start;
    if (older === width) return isWhole ? [] : [this.#subtree(start, end)];
    const split = splitPoint(width);
    const middle = start + split;
    return older <= split
      ? [...this.#subproof(older, start, middle, isWhole), this.#subtree(middle, end)]
      : [...this.#subproof(older - split, middle, end, false), this.#subtree(start, middle)];
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + splitPoint(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#subtree(middle, end)]
      : [...this.#path(index, middle, end), this.#subtree(start, middle)];
  }

  #subtree(start: number, end: number): Uint8Array {
    const width = end - start;
    const level = Math.log2(width);
    if (Number.isInteger(level) && start % width === 0) {
      const kept = this.#levels[level]?.[start / width];
      if (kept !== undefined) return kept;
    }
    const middle = start + splitPoint(width);
    return hashNode(this.#subtree(start, middle), this.#subtree(middle, end));
  }
}

/** The largest power of two below `width`. */
function splitPoint(width: number): number {
  return 2 ** Math.ceil(Math.log2(width) - 1);
}

export function hashLeaf(body: Uint8Array): Uint8Array {
  return createHash('sha256').update(Buffer.of(0)).update(body).digest();
}

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}
