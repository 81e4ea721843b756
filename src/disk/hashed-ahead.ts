/** A file that a thread hashed before its proof began, and what was kept of its bytes. */
import type { BigIntStats } from 'node:fs';
import type { ByteRange } from '../binary/byte-source.ts';
import { byPosition, hashBeginning } from './hash-file.ts';
import { HashTrail, type ReadAt } from './hash-trail.ts';
import type { KeptPiece } from './keeping-hash-pool.ts';

export interface HashedAhead {
  /** The file when it was opened to be hashed. */
  readonly found: BigIntStats;
  /** Hex. */
  readonly sha256: string;
  readonly kept: readonly KeptPiece[];
  /** What stood in these ranges; undefined where they were not searched. */
  readonly versionsIn: (ranges: readonly ByteRange[]) => readonly string[] | undefined;
}

/**
 * Reads the bytes that were hashed. Where they were not kept, the open file is hashed once more, so that its parts can be
 * read again and are known to be of those bytes.
 *
 * @param readAt of the same open file.
 * @param changed the error where the file has other bytes by now.
 */
export function readerOf(
  { found, sha256, kept }: HashedAhead,
  readAt: ReadAt,
  changed: () => Error,
  signal: AbortSignal | undefined,
): ReadAt {
  const size = Number(found.size);
  const hashAgain = async (): Promise<ReadAt> => {
    const trail = new HashTrail('sha256');
    const [again] = await hashBeginning(byPosition(readAt), size, ['sha256'], signal, { trail });
    if (again !== sha256) throw changed();
    return trail.reader(readAt, changed);
  };
  let whole: Promise<ReadAt> | undefined;
  return async (buffer, position) => {
    const end = Math.min(position + buffer.length, size);
    if (position >= end) return 0;
    const piece = kept.find(({ offset, bytes }) => offset <= position && end <= offset + bytes.length);
    if (piece === undefined) return (await (whole ??= hashAgain()))(buffer, position);
    buffer.set(piece.bytes.subarray(position - piece.offset, end - piece.offset));
    return end - position;
  };
}
