/** Hashes an open file, and says what can be read of it afterwards: the bytes that were hashed. */
import type { ByteRange } from '../binary/byte-source.ts';
import { asOpened, type OpenLocalFile } from '../files/local-file.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import { type FileIdentity, identityOf } from './file-identity.ts';
import { BUFFER_BYTES, hashAll, newBuffers } from './hash-file.ts';
import { type HashedAhead, readerOf } from './hashed-ahead.ts';
import { HashTrail, type ReadAt } from './hash-trail.ts';
import { writtenTo } from './not-verified.ts';

export type VersionsIn = (ranges: readonly ByteRange[]) => readonly string[] | undefined;

export const NOT_KNOWN: VersionsIn = () => undefined;

export interface Measured {
  /** Hex. */
  readonly digests: ReadonlyMap<HashAlgorithm, string>;
  /** The file as it was when it was opened to be hashed. */
  readonly file: FileIdentity;
  /** Its ctime at that moment, in nanoseconds. The kernel keeps it, and no program can set it. */
  readonly changedNs: bigint;
  /**
   * Reads the bytes that were hashed; nothing of a pipe.
   *
   * @throws UntrustedError `digest-mismatch` where the file has others by now.
   */
  readonly readAt: ReadAt;
  /** The version strings in these ranges of the bytes that were hashed; undefined where that is not known. */
  readonly versionsIn: VersionsIn;
}

/** @throws Error from the system */
export async function measureOpened(
  path: string,
  algorithms: readonly HashAlgorithm[],
  opened: OpenLocalFile,
  signal: AbortSignal | undefined,
): Promise<Measured> {
  const found = await opened.stat();
  const [first = 'sha256'] = algorithms;
  const trail = new HashTrail(first);
  // A small file needs no large buffers; what has no size may be a pipe.
  const room = found.size === 0n ? {} : { buffers: newBuffers(Math.min(BUFFER_BYTES, Number(found.size))) };
  const hashes = await hashAll(asOpened(opened, found), algorithms, signal, { trail, ...room });
  const digests = new Map(algorithms.map((algorithm, index) => [algorithm, hashes[index] ?? '']));
  const hashed = { algorithm: first, hex: digests.get(first) ?? '' };
  const readAt = trail.reader(opened.readAt, () => writtenTo(path, hashed));
  return { digests, file: identityOf(found), changedNs: found.ctimeNs, readAt, versionsIn: NOT_KNOWN };
}

/** The same of a file that was hashed in a thread. */
export function measuredAhead(
  path: string,
  ahead: HashedAhead,
  opened: OpenLocalFile,
  signal: AbortSignal | undefined,
): Measured {
  const { found, sha256, versionsIn } = ahead;
  const hashed = { algorithm: 'sha256', hex: sha256 } as const;
  const readAt = readerOf(ahead, opened.readAt, () => writtenTo(path, hashed), signal);
  const digests = new Map([[hashed.algorithm, hashed.hex]]);
  return { digests, file: identityOf(found), changedNs: found.ctimeNs, readAt, versionsIn };
}
