import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import type { HashAlgorithm } from '../evidence/evidence.ts';
import { throwIfInterrupted } from './disk-error.ts';

/** Two buffers of this size: one is hashed while the next one is read. */
const BUFFER_BYTES = 1024 * 1024;

/** The digest (hex) of an open file, from its beginning, in flat memory. */
export async function hashFile(
  handle: FileHandle,
  algorithm: HashAlgorithm,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash(algorithm);
  let [current, other] = [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)];
  let position = 0;
  let reading = handle.read(current, 0, BUFFER_BYTES, position);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return hash.digest('hex');
    throwIfInterrupted(signal);
    position += bytesRead;
    reading = handle.read(other, 0, BUFFER_BYTES, position);
    hash.update(current.subarray(0, bytesRead));
    [current, other] = [other, current];
  }
}

/**
 * The digest (hex) of a file that a user named.
 *
 * @throws RequestError `file-not-readable`
 */
export async function hashLocalFile(
  path: string,
  algorithm: HashAlgorithm,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const handle = await open(path, 'r');
    try {
      return await hashFile(handle, algorithm, signal);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throwIfInterrupted(signal);
    throw new RequestError('file-not-readable', `${path} cannot be read`, {
      found: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}
