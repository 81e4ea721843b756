import { open } from 'node:fs/promises';
import { RequestError, UntrustedError } from '../errors.ts';

/**
 * Reads a file of evidence, within its bound.
 *
 * @returns undefined where there is no such file.
 * @throws UntrustedError `material-oversized`; RequestError `file-not-readable` for anything else that stands in the way.
 */
export async function readEvidenceFile(
  path: string,
  maxBytes: number,
  what: string,
): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      // One byte more than allowed tells an oversized file from a full one, even where the size is not known before.
      const buffer = Buffer.alloc(maxBytes + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) return buffer.subarray(0, length);
        length += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new RequestError('file-not-readable', `${what} ${path} cannot be read`, {
      found: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
  throw new UntrustedError('material-oversized', `${what} ${path} is too large`, {
    check: 'material',
    expected: `at most ${maxBytes} bytes`,
    found: 'more',
  });
}
