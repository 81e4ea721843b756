import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashLeaf, MerkleTree } from '#support/sigstore/merkle-tree';

const leaves = Array.from({ length: 70 }, (_, index) => hashLeaf(Buffer.from(`leaf ${index}`)));
const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();

/** MTH of RFC 6962, section 2.1, word for word. */
function treeHash(list: readonly Uint8Array[]): Uint8Array {
  const [only] = list;
  if (only === undefined) return createHash('sha256').digest();
  if (list.length === 1) return only;
  let split = 1;
  while (split * 2 < list.length) split *= 2;
  return node(treeHash(list.slice(0, split)), treeHash(list.slice(split)));
}

/** The root that a proof leads to, as RFC 9162, section 2.1.3.2, walks it. */
function rootOf(index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[]): Uint8Array {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (fn % 2 === 1 || fn === sn) {
      hash = node(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      hash = node(hash, sibling);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  expect(sn).toBe(0);
  return hash;
}

describe('a Merkle tree', () => {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);

  it('has the root of RFC 6962 at every size', () => {
    for (let size = 0; size <= leaves.length; size += 1) {
      expect(tree.root(size)).toEqual(treeHash(leaves.slice(0, size)));
    }
  });

  it('proves every leaf at every size', () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      const root = Buffer.from(tree.root(size));
      for (const [index, leaf] of leaves.slice(0, size).entries()) {
        expect(root.equals(rootOf(index, size, leaf, tree.inclusionProof(index, size)))).toBe(true);
      }
    }
  });

  it('has no proof of a leaf that is not there', () => {
    expect(() => tree.inclusionProof(3, 3)).toThrow(RangeError);
    expect(() => tree.inclusionProof(0, 71)).toThrow(RangeError);
  });
});
