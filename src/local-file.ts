/**
 * Files that a user named, for reading. Through the callbacks of `node:fs`: nothing else on the way of a verification
 * needs `node:fs/promises`, which takes a millisecond to load.
 */
import { type BigIntStats, close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const readFile = promisify(read);
const statFile = promisify(fstat);
const closeFile = promisify(close);

export interface LocalFile {
  /** The next bytes, from pipes too; 0 at the end. */
  readonly read: (buffer: Uint8Array) => Promise<number>;
  readonly stat: () => Promise<BigIntStats>;
}

/** Opens a file, and closes it in the end. What the system refuses is thrown as it comes. */
export async function withLocalFile<Result>(
  path: string,
  use: (file: LocalFile) => Promise<Result>,
): Promise<Result> {
  const descriptor = await openFile(path, 'r');
  try {
    return await use({
      read: async (buffer) => (await readFile(descriptor, buffer, 0, buffer.length, null)).bytesRead,
      stat: () => statFile(descriptor, { bigint: true }),
    });
  } finally {
    await closeFile(descriptor);
  }
}

/**
 * The whole file, or undefined where it is larger: counted as it is read, since what `stat` says of a pipe or a device
 * is not how much comes out of it.
 */
export async function readUpTo(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  return withLocalFile(path, async (file) => {
    const chunks: Uint8Array[] = [];
    for (let left = maxBytes; ;) {
      const buffer = Buffer.allocUnsafe(Math.min(left + 1, CHUNK_BYTES));
      const bytes = await file.read(buffer);
      if (bytes === 0) return Buffer.concat(chunks);
      if (bytes > left) return undefined;
      chunks.push(buffer.subarray(0, bytes));
      left -= bytes;
    }
  });
}

const CHUNK_BYTES = 64 * 1024;
