import { open } from 'node:fs/promises';
import { unreadableFile } from '../encoding/unreadable-file.ts';
import { UntrustedError } from '../errors.ts';

/**
 * Reads a file of evidence that the user named, within its bound.
 *
 * @param what "the bundle".
 * @throws UntrustedError `material-oversized`; RequestError `file-not-readable` where it is not there, too.
 */
export async function readEvidenceFile(path: string, maxBytes: number, what: string): Promise<Uint8Array> {
  const bytes = await readEvidenceBeside(path, maxBytes, what);
  if (bytes !== undefined) return bytes;
  throw unreadableFile(`${what} ${path}`, new Error('no such file'), {
    expected: 'a file with evidence',
    advice: 'check the name after its option',
  });
}

/** The same for a file that need not be there: undefined where it is not. */
export async function readEvidenceBeside(
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
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unreadableFile(`${what} ${path}`, cause, { advice: 'check what is there, and who may read it' });
  }
  throw new UntrustedError('material-oversized', `${what} ${path} is too large`, {
    check: 'material',
    expected: `at most ${maxBytes} bytes`,
    found: 'more',
    advice: 'check that it is the file that was meant',
  });
}
