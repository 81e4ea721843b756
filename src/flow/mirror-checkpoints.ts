import {
  formatCheckpoints,
  MAX_CHECKPOINT_FILE_BYTES,
  readCheckpoints,
} from '../evidence/checkpoint-file.ts';
import { CHECKPOINTS_NAME } from '../mirror/layout.ts';
import type { MirrorTree } from '../mirror/tree.ts';
import { readTreeHead, type TreeHead } from '../proof/tree-head.ts';
import type { ProvenFile } from './prove-released.ts';

/**
 * The newest head of each tree that the evidence of a mirror leads to. A head that is there already counts if the log signed
 * it; one of a tree that this run did not meet stays as it is.
 */
export async function newestCheckpoints(
  proven: readonly ProvenFile[],
  tree: MirrorTree,
): Promise<Uint8Array> {
  const bytes = await tree.read(CHECKPOINTS_NAME, MAX_CHECKPOINT_FILE_BYTES);
  const before = bytes === undefined ? new Map<string, string>() : readCheckpoints(bytes);
  const newest = new Map<string, TreeHead>();
  for (const { proof } of proven) {
    for (const head of proof.proven.treeHeads) {
      const known = newest.get(head.tree) ?? signedBefore(before.get(head.tree), head, proof.trust);
      newest.set(head.tree, known === undefined || head.size > known.size ? head : known);
    }
  }
  const texts = Array.from(newest, ([name, { checkpoint }]) => [name, checkpoint] as const);
  return Buffer.from(formatCheckpoints(new Map([...before, ...texts])));
}

function signedBefore(
  checkpoint: string | undefined,
  of: TreeHead,
  trust: ProvenFile['proof']['trust'],
): TreeHead | undefined {
  return checkpoint === undefined ? undefined : readTreeHead(checkpoint, of, trust);
}
