/** Signed heads of a log's tree, and whether two of them are of one and the same tree that only grew. */
import { createHash } from 'node:crypto';
import { UntrustedError } from '../errors.ts';
import { equalBytes } from '../strict/bytes.ts';
import { encodeHex } from '../strict/hex.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { type Log, readAuthorities } from './authorities.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import type { Proof } from './proof.ts';
import { readPublicKey } from './public-key.ts';

/** One signed head of one tree of a log. */
export interface TreeHead {
  /** The origin of its checkpoints: the log, and for Rekor v1 the ID of the tree. */
  readonly tree: string;
  /** Hex. */
  readonly logId: string;
  /** The log's base URL in the trusted root. */
  readonly logUrl: string;
  readonly size: bigint;
  readonly root: Uint8Array;
  /** The signed note itself. */
  readonly checkpoint: string;
}

/** The heads that a proof led to. Every check of the proof must have passed. */
export function treeHeadsOf({ entries }: Proof): readonly TreeHead[] {
  return entries.flatMap(({ entry: { inclusionProof }, logs: [log] }) => {
    const checkpoint = inclusionProof?.checkpoint;
    if (checkpoint === undefined || log === undefined) return [];
    return [headOf(readCheckpoint(checkpoint), checkpoint, log)];
  });
}

/**
 * Reads a head that was kept. It counts only if the log of the same tree signed it.
 *
 * @param of a proven head of the tree that is meant.
 * @returns undefined if it is of another tree, malformed, or signed by someone else.
 */
export function readTreeHead(checkpoint: string, of: TreeHead, trust: TrustMaterial): TreeHead | undefined {
  const read = readOrNone(checkpoint);
  if (read === undefined || read.origin !== of.tree) return undefined;
  const logs = readAuthorities(trust).logs.filter(({ id }) => encodeHex(id) === of.logId);
  const signer = logs.find((log) => isSignedBy(read, checkpoint, log));
  return signer && headOf(read, checkpoint, signer);
}

function readOrNone(checkpoint: string): Checkpoint | undefined {
  try {
    return readCheckpoint(checkpoint);
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

/** A signed note is signed with its text, up to the empty line (C2SP signed-note). */
function isSignedBy({ signatures }: Checkpoint, checkpoint: string, log: Log): boolean {
  const text = Buffer.from(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1));
  const spki = log.forVerifier.publicKey.export({ format: 'der', type: 'spki' });
  const key = readPublicKey(spki, `the key of ${log.baseUrl}`);
  return signatures.some(
    ({ name, keyHint, signature }) =>
      name === log.origin &&
      equalBytes(keyHint, log.id.subarray(0, 4)) &&
      key.verifyMessage(text, 'sha256', signature),
  );
}

function headOf({ origin, treeSize, rootHash }: Checkpoint, checkpoint: string, log: Log): TreeHead {
  return {
    tree: origin,
    logId: encodeHex(log.id),
    logUrl: log.baseUrl,
    size: treeSize,
    root: rootHash,
    checkpoint,
  };
}

/**
 * Whether the newer tree has everything that the older one had, in the same order (RFC 9162, section 2.1.4.2; the proofs
 * of RFC 6962 are the same).
 *
 * @param hashes the consistency proof.
 */
export function isGrownFrom(
  older: Pick<TreeHead, 'size' | 'root'>,
  newer: Pick<TreeHead, 'size' | 'root'>,
  hashes: readonly Uint8Array[],
): boolean {
  if (older.size === newer.size) return hashes.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0n) return false;
  // A complete subtree is its own beginning of the path.
  const isComplete = (older.size & (older.size - 1n)) === 0n;
  const [first, ...rest] = isComplete ? [older.root, ...hashes] : hashes;
  if (first === undefined) return false;
  let [inOlder, inNewer] = [older.size - 1n, newer.size - 1n];
  while (isOdd(inOlder)) [inOlder, inNewer] = [inOlder >> 1n, inNewer >> 1n];
  let [olderRoot, newerRoot] = [first, first];
  for (const hash of rest) {
    if (inNewer === 0n) return false;
    if (isOdd(inOlder) || inOlder === inNewer) {
      [olderRoot, newerRoot] = [hashNode(hash, olderRoot), hashNode(hash, newerRoot)];
      while (!isOdd(inOlder) && inOlder !== 0n) [inOlder, inNewer] = [inOlder >> 1n, inNewer >> 1n];
    } else {
      newerRoot = hashNode(newerRoot, hash);
    }
    [inOlder, inNewer] = [inOlder >> 1n, inNewer >> 1n];
  }
  return inNewer === 0n && equalBytes(olderRoot, older.root) && equalBytes(newerRoot, newer.root);
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}
