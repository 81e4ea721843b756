import { assert, integer, nat, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGrownFrom } from '../../../src/proof/tree-head.ts';
import { hashLeaf, MerkleTree } from '#support/sigstore/merkle-tree';

function treeOf(size: number, seed = ''): MerkleTree {
  const tree = new MerkleTree();
  for (let index = 0; index < size; index += 1) tree.append(hashLeaf(Buffer.from(`${seed}${index}`)));
  return tree;
}

const TREE = treeOf(300);
const headOf = (size: number, tree: MerkleTree = TREE): { size: bigint; root: Uint8Array } => ({
  size: BigInt(size),
  root: tree.root(size),
});

describe('a tree that has grown', () => {
  it('is told from every size to every other by its proof', () => {
    for (let from = 1; from <= 40; from += 1) {
      for (let to = from; to <= 40; to += 1) {
        const proof = TREE.consistencyProof(from, to);
        expect(isGrownFrom(headOf(from), headOf(to), proof), `${from} to ${to}`).toBe(true);
      }
    }
  });

  it('is not told without the proof, nor with another one', () => {
    const sizes = tuple(integer({ min: 1, max: 299 }), integer({ min: 1, max: 299 })).filter(
      ([a, b]) => a < b,
    );
    assert(
      property(sizes, nat(), ([from, to], at) => {
        const proof = TREE.consistencyProof(from, to);
        const index = at % proof.length;
        const changed = proof.with(index, Buffer.alloc(32, 1));
        expect(isGrownFrom(headOf(from), headOf(to), changed)).toBe(false);
        expect(isGrownFrom(headOf(from), headOf(to), proof.toSpliced(index, 1))).toBe(false);
        expect(isGrownFrom(headOf(from), headOf(to), [...proof, Buffer.alloc(32)])).toBe(false);
        expect(isGrownFrom(headOf(to), headOf(from), proof)).toBe(false);
      }),
    );
  });

  it('is not told of a tree with another past', () => {
    const other = treeOf(300, 'other');
    assert(
      property(integer({ min: 1, max: 299 }), (from) => {
        const proof = other.consistencyProof(from, 300);
        expect(isGrownFrom(headOf(from), headOf(300, other), proof)).toBe(false);
        expect(isGrownFrom(headOf(from, other), headOf(300), proof)).toBe(false);
      }),
    );
  });

  it('of one size has one root', () => {
    expect(isGrownFrom(headOf(7), headOf(7), [])).toBe(true);
    expect(isGrownFrom(headOf(7), headOf(7, treeOf(7, 'other')), [])).toBe(false);
    expect(isGrownFrom(headOf(7), headOf(7), [Buffer.alloc(32)])).toBe(false);
    expect(isGrownFrom({ size: 0n, root: Buffer.alloc(32) }, headOf(7), [])).toBe(false);
  });
});
