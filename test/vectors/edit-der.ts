import { type DerNode, parseDer } from '../../src/strict/der.ts';
import * as der from '#support/sigstore/der';

/**
 * The DER with the element at a path of child indexes replaced by others (or by none), and every length around it made
 * right again. Signatures are not.
 */
export function editDer(
  bytes: Uint8Array,
  path: readonly number[],
  edit: (node: DerNode) => readonly Uint8Array[],
): Uint8Array {
  return Buffer.concat(editNode(parseDer(bytes, 'the element'), path, edit));
}

function editNode(
  node: DerNode,
  [index, ...rest]: readonly number[],
  edit: (node: DerNode) => readonly Uint8Array[],
): readonly Uint8Array[] {
  if (index === undefined) return edit(node);
  const children = node.children.flatMap((child, i) =>
    i === index ? editNode(child, rest, edit) : [child.der],
  );
  return [der.tlv(node.tag, ...children)];
}

/** The element at a path. */
export function derAt(bytes: Uint8Array, path: readonly number[]): DerNode {
  const node = path.reduce<DerNode | undefined>(
    (parent, i) => parent?.children[i],
    parseDer(bytes, 'the element'),
  );
  if (node === undefined) throw new Error(`no element at ${path.join('.')}`);
  return node;
}
