import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { unreadableFile } from '../encoding/unreadable-file.ts';
import { K8sVerifyError, RequestError } from '../errors.ts';
import type { HashAlgorithm } from '../evidence/evidence.ts';
import { MAX_WHOLE_MESSAGE_BYTES } from '../limits.ts';
import { throwIfInterrupted } from './disk-error.ts';

/** Two buffers of this size: one is hashed while the next one is read. */
const BUFFER_BYTES = 1024 * 1024;

/** The digest (hex) of an open file, from its beginning, in flat memory. */
export async function hashFile(
  handle: FileHandle,
  algorithm: HashAlgorithm,
  signal: AbortSignal | undefined,
): Promise<string> {
  const [digest = ''] = await hashFileWith(handle, [algorithm], signal);
  return digest;
}

/** The same for several algorithms, in one pass: they are then of the same bytes, whoever writes to the file. */
export async function hashFileWith(
  handle: FileHandle,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const hashes = algorithms.map((algorithm) => createHash(algorithm));
  let [current, other] = [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)];
  let position = 0;
  let reading = handle.read(current, 0, BUFFER_BYTES, position);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return hashes.map((hash) => hash.digest('hex'));
    throwIfInterrupted(signal);
    position += bytesRead;
    reading = handle.read(other, 0, BUFFER_BYTES, position);
    for (const hash of hashes) hash.update(current.subarray(0, bytesRead));
    [current, other] = [other, current];
  }
}

/**
 * The digests (hex) of a file that a user named, in the order of the algorithms.
 *
 * @throws RequestError `file-not-readable`
 */
export async function hashLocalFile(
  path: string,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  return withLocalFile(path, async (handle) => hashFileWith(handle, algorithms, signal));
}

/**
 * All bytes of a file that a user named, for a key type that signs the message itself.
 *
 * @throws RequestError `file-not-readable`, also where it is larger than {@link MAX_WHOLE_MESSAGE_BYTES}.
 */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  return withLocalFile(path, async (handle) => {
    const { size } = await handle.stat();
    if (size <= MAX_WHOLE_MESSAGE_BYTES) return handle.readFile();
    throw new RequestError('file-not-readable', `${path} is too large to be verified with an Ed25519 key`, {
      expected: `at most ${MAX_WHOLE_MESSAGE_BYTES} bytes, since this kind of key signs the file itself`,
      found: `${size} bytes`,
    });
  });
}

/**
 * Refuses what is no file before anything is looked for beside it.
 *
 * @throws RequestError `file-not-readable`
 */
export async function assertLocalFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) throw unreadable(path, new Error('a directory'));
}

function unreadable(path: string, cause: unknown): RequestError {
  return unreadableFile(path, cause, { advice: 'check the name of the file, and who may read it' });
}

/**
 * Opens a file that a user named, for reading.
 *
 * @throws RequestError `file-not-readable`; our own errors of `use` pass as they are.
 */
export async function withLocalFile<Result>(
  path: string,
  use: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  try {
    const handle = await open(path, 'r');
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof K8sVerifyError) throw error;
    throw unreadable(path, error);
  }
}
