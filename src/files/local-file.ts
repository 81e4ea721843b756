/**
 * Reads files that the user named. Uses the callbacks of `node:fs`, because `node:fs/promises` takes a millisecond to
 * load and verification does not need it otherwise.
 */
import { type BigIntStats, close, constants, fstat, open, read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
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

/**
 * A file that the user named may be a pipe, and we wait for it. A file that we found by ourselves must be a regular
 * file, because a pipe could keep a run waiting for ever.
 */
export type FileOrigin = 'named' | 'found';

/** Node's types declare the flag, but Windows has neither the flag nor such pipes. */
const { O_NONBLOCK }: Partial<typeof constants> = constants;
/** Opens a pipe without a writer at once. */
export const WITHOUT_WAITING: number =
  O_NONBLOCK === undefined ? constants.O_RDONLY : constants.O_RDONLY | O_NONBLOCK;

/**
 * A file that stays open until it is closed. All reads are from the file that was opened, even if its name means
 * another file by then.
 */
export interface OpenLocalFile extends LocalFile {
  /** The bytes at a position; 0 at the end. */
  readonly readAt: (buffer: Uint8Array, position: number) => Promise<number>;
  /** May be called again. */
  readonly close: () => Promise<void>;
}

/** Opens a file. System errors are thrown unchanged. */
export async function openLocalFile(path: string, origin: FileOrigin = 'named'): Promise<OpenLocalFile> {
  return (await openDescriptor(path, origin === 'named' ? constants.O_RDONLY : WITHOUT_WAITING)).file;
}

/** Opens a file with flags of the system; the descriptor is closed with it. */
export async function openDescriptor(
  path: string,
  flags: number,
): Promise<{ readonly file: OpenLocalFile; readonly descriptor: number }> {
  const descriptor = await openFile(path, flags);
  const readAt = async (buffer: Uint8Array, position: number | null): Promise<number> =>
    (await readFile(descriptor, buffer, 0, buffer.length, position)).bytesRead;
  let closing: Promise<void> | undefined;
  const file: OpenLocalFile = {
    read: (buffer) => readAt(buffer, null),
    readAt,
    stat: () => statFile(descriptor, { bigint: true }),
    close: () => (closing ??= closeFile(descriptor)),
  };
  return { file, descriptor };
}

/** What a file had when it was opened: another user could let theirs grow for as long as it is read. */
export function asOpened(file: LocalFile, found: BigIntStats): LocalFile['read'] {
  // A pipe has no size, and some files of the kernel say that they have none.
  if (!found.isFile() || found.size === 0n) return file.read;
  let left = Number(found.size);
  return async (buffer) => {
    const bytes = await file.read(buffer.subarray(0, Math.min(buffer.length, left)));
    left -= bytes;
    return bytes;
  };
}

/** A file that was opened in another way. */
export function localFileOf(handle: FileHandle): OpenLocalFile {
  const readAt = async (buffer: Uint8Array, position: number | null): Promise<number> =>
    (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
  let closing: Promise<void> | undefined;
  return {
    read: (buffer) => readAt(buffer, null),
    readAt,
    stat: () => handle.stat({ bigint: true }),
    close: () => (closing ??= handle.close()),
  };
}

/** An open file for one more reader, who begins at its beginning, and whose end leaves it open. */
export function sharedFile({ readAt, stat }: OpenLocalFile): OpenLocalFile {
  let position = 0;
  return {
    read: async (buffer) => {
      const bytes = await readAt(buffer, position);
      position += bytes;
      return bytes;
    },
    readAt,
    stat,
    close: () => Promise.resolve(),
  };
}

/** Opens a file for one use, then closes it. */
export async function withLocalFile<Result>(
  path: string | OpenLocalFile,
  use: (file: LocalFile) => Promise<Result>,
  origin: FileOrigin = 'named',
): Promise<Result> {
  const file = typeof path === 'string' ? await openLocalFile(path, origin) : path;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/**
 * The whole file, or undefined if it is larger. One that is open already is closed. The bytes are counted while reading, because `stat` does not know the
 * size of a pipe or a device.
 */
export async function readUpTo(
  path: string | OpenLocalFile,
  maxBytes: number,
  origin: FileOrigin = 'named',
): Promise<Uint8Array | undefined> {
  const reading = async (file: LocalFile): Promise<Uint8Array | undefined> => {
    const status = await file.stat();
    if (origin === 'found' && !isFileOrDirectory(status)) throw new Error('a pipe or a device');
    const chunks: Uint8Array[] = [];
    // One byte more than it says shows its end. A file of the kernel, and a pipe, say nothing.
    let room = Buffer.allocUnsafe(Math.min(maxBytes + 1, CHUNK_BYTES, Number(status.size) + 1));
    for (let left = maxBytes; ;) {
      const bytes = await file.read(room);
      if (bytes === 0) return Buffer.concat(chunks);
      if (bytes > left) return undefined;
      chunks.push(room.subarray(0, bytes));
      left -= bytes;
      room = room.subarray(bytes);
      if (room.length === 0) room = Buffer.allocUnsafe(Math.min(left + 1, CHUNK_BYTES));
    }
  };
  return withLocalFile(path, reading, origin);
}

/** Directories pass: reading one fails with an error that says so. */
function isFileOrDirectory(status: BigIntStats): boolean {
  return status.isFile() || status.isDirectory();
}

const CHUNK_BYTES = 64 * 1024;
