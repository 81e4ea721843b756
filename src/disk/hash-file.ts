import { createHash } from 'node:crypto';
import { stat } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { unreadableReason } from '../files/unreadable-file.ts';
import { K8sVerifyError, RequestError } from '../errors.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import { MAX_WHOLE_MESSAGE_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { throwIfInterrupted } from './disk-error.ts';
import type { HashTrail } from './hash-trail.ts';

/** Of each of the two that a pass over a file takes. */
export const BUFFER_BYTES: number = 1024 * 1024;

/** One is hashed while the other is filled. */
export type Buffers = readonly [Uint8Array, Uint8Array];

export function newBuffers(bytes: number): Buffers {
  return [Buffer.allocUnsafeSlow(bytes), Buffer.allocUnsafeSlow(bytes)];
}

/** What a pass over a file may use, and may leave. */
export interface HashPass {
  readonly buffers?: Buffers;
  /** Of the first algorithm: parts of the file are read again after the pass. */
  readonly trail?: HashTrail | undefined;
}

/** An open file: a handle of Node's, or a descriptor that another part of the program holds. */
export interface ReadableAt {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

/** A file of which only a reader is there. */
export function byPosition(readAt: (buffer: Uint8Array, position: number) => Promise<number>): ReadableAt {
  return {
    read: async (buffer, offset, length, position) => ({
      bytesRead: await readAt(buffer.subarray(offset, offset + length), position),
    }),
  };
}

/** The digest (hex) of an open file from its beginning, in constant memory. */
export async function hashFile(
  handle: FileHandle,
  algorithm: HashAlgorithm,
  signal: AbortSignal | undefined,
): Promise<string> {
  const [digest = ''] = await hashBeginning(handle, Number.POSITIVE_INFINITY, [algorithm], signal);
  return digest;
}

/** The digests (hex) of what an open file begins with: another user could let theirs grow for as long as it is read. */
export async function hashBeginning(
  file: ReadableAt,
  bytes: number,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
  pass?: HashPass,
): Promise<readonly string[]> {
  let position = 0;
  const read = async (buffer: Uint8Array): Promise<number> => {
    const length = Math.min(buffer.length, bytes - position);
    const { bytesRead } = await file.read(buffer, 0, length, position);
    position += bytesRead;
    return bytesRead;
  };
  return hashAll(read, algorithms, signal, pass);
}

/**
 * The same for several algorithms in one pass, so that all digests are of the same bytes even if another program
 * writes to the file.
 */
export async function hashAll(
  read: (buffer: Uint8Array) => Promise<number>,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
  { buffers = newBuffers(BUFFER_BYTES), trail }: HashPass = {},
): Promise<readonly string[]> {
  const hashes = algorithms.map((algorithm) => createHash(algorithm));
  const [first] = hashes;
  let [current, other] = buffers;
  let reading = read(current);
  for (;;) {
    const bytes = await reading;
    if (bytes === 0) {
      if (first !== undefined) trail?.finish(first);
      return hashes.map((hash) => hash.digest('hex'));
    }
    throwIfInterrupted(signal);
    reading = read(other);
    for (const hash of hashes) hash.update(current.subarray(0, bytes));
    if (first !== undefined) trail?.add(bytes, first);
    [current, other] = [other, current];
  }
}

/**
 * All bytes of a file that the user named, for a key type that signs the message itself.
 *
 * @throws RequestError `file-not-readable`, also if the file is larger than {@link MAX_WHOLE_MESSAGE_BYTES}.
 */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  const bytes = await readable(path, readUpTo(path, MAX_WHOLE_MESSAGE_BYTES));
  if (bytes !== undefined) return bytes;
  throw new RequestError('file-not-readable', `${path} is too large to verify with an Ed25519 key`, {
    wanted: `at most ${MAX_WHOLE_MESSAGE_BYTES} bytes, because this kind of key signs the file itself`,
    found: 'more',
  });
}

/**
 * Checks that the path is a file before we look for signatures next to it.
 *
 * @param reads `again` if the file is opened once more after its proof, which a pipe does not allow.
 * @throws RequestError `subject-not-readable`, or `file-not-readable` of a pipe that is to be read again.
 */
export async function assertLocalFile(path: string, reads: 'once' | 'again'): Promise<void> {
  const found = await readable(path, promisify(stat)(path));
  if (found.isDirectory()) throw unreadable(path, new Error('a directory'));
  if (reads === 'once' || found.isFile()) return;
  throw new RequestError('file-not-readable', `${path} cannot be read twice`, {
    wanted: 'a regular file, because it is read twice: once to prove it, once to open it',
    found: 'a pipe or a device',
    next: 'save it as a file first, and name that',
  });
}

/**
 * Reports any failure to read a file that the user named in the same way.
 *
 * @throws RequestError `subject-not-readable`; our own errors pass through unchanged.
 */
export async function readable<Result>(path: string, reading: Promise<Result>): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof K8sVerifyError) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): RequestError {
  return new RequestError('subject-not-readable', `${path} cannot be read`, {
    found: unreadableReason(cause),
    next: 'check the name of the file and its permissions',
    cause,
  });
}
