/** A part of a file, in bytes from its beginning. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that are read where they are wanted, so that a program of any size costs the same memory. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /**
   * Exactly the bytes of the range, or undefined where the source does not hold all of them.
   *
   * @param into at least as long as the range, to be filled in place of a buffer of its own.
   */
  read(range: ByteRange, into?: Buffer): Promise<Uint8Array | undefined>;
  /** The version strings in these ranges, where they were searched before; undefined where they were not. */
  readonly versionsIn?: (ranges: readonly ByteRange[]) => readonly string[] | undefined;
}

/** A file that is open: its size in bytes, and how it is read at a position; 0 at the end. */
export interface OpenBytes {
  readonly bytes: number;
  readonly readAt: (buffer: Uint8Array, position: number) => Promise<number>;
  /** {@link ByteSource.versionsIn} */
  readonly versionsIn?: NonNullable<ByteSource['versionsIn']>;
}

/** Bytes that are there already, read like those of a file. */
export function inMemory(bytes: Uint8Array): OpenBytes {
  const readAt = (buffer: Uint8Array, position: number): Promise<number> => {
    const piece = bytes.subarray(position, position + buffer.length);
    buffer.set(piece);
    return Promise.resolve(piece.length);
  };
  return { bytes: bytes.length, readAt };
}

/** The bytes of an open file, as many as it had when its digest was taken. */
export function bytesOf({ bytes: size, readAt, versionsIn }: OpenBytes): ByteSource {
  return {
    size,
    ...(versionsIn === undefined ? {} : { versionsIn }),
    read: async ({ offset, length }, into) => {
      if (!isWithin({ offset, length }, size)) return undefined;
      const bytes = into?.subarray(0, length) ?? Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const read = await readAt(bytes.subarray(filled), offset + filled);
        if (read === 0) return undefined;
        filled += read;
      }
      return bytes;
    },
  };
}

/** A part of a source as a source of its own: one program of a universal file. */
export function sliceOf(source: ByteSource, { offset, length }: ByteRange): ByteSource | undefined {
  if (!isWithin({ offset, length }, source.size)) return undefined;
  return {
    size: length,
    read: async (range, into) =>
      isWithin(range, length) ? source.read({ ...range, offset: offset + range.offset }, into) : undefined,
  };
}

/** A read-only section has up to 60 MB; buffers that are made for each piece would be a third of a verification. */
export const PIECE_BYTES: number = 256 * 1024;

/**
 * The bytes of a range, piece by piece: each counts until the next is asked for, and the next is read meanwhile. They end
 * early where the source does not hold all of them.
 *
 * @param overlap so many bytes at the end of a piece are the first of the next one.
 */
export async function* piecesOf(
  source: ByteSource,
  { offset, length }: ByteRange,
  overlap: number,
): AsyncGenerator<{ readonly at: number; readonly bytes: Buffer }, void, void> {
  const end = Math.min(offset + length, source.size);
  const read = (at: number, into: Buffer): Promise<Uint8Array | undefined> =>
    source.read({ offset: at, length: Math.min(PIECE_BYTES, end - at) }, into);
  // Most build information is small, and ten thousand programs would leave as many large buffers behind.
  const room = Math.min(PIECE_BYTES, Math.max(0, end - offset));
  let [current, other] = [Buffer.allocUnsafeSlow(room), Buffer.allocUnsafeSlow(room)];
  let at = offset;
  let reading = at < end ? read(at, current) : undefined;
  try {
    while (reading !== undefined) {
      const piece = await reading;
      if (piece === undefined) return;
      const next = at + piece.length - overlap;
      reading = at + piece.length >= end ? undefined : read(next, other);
      yield { at, bytes: Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength) };
      [current, other] = [other, current];
      at = next;
    }
  } finally {
    // A reader that has seen enough closes the file next.
    await reading?.catch(() => undefined);
  }
}

/** Whether a range lies within so many bytes. Safe for any numbers that a header can hold. */
function isWithin({ offset, length }: ByteRange, size: number): boolean {
  return offset >= 0 && length >= 0 && offset <= size && length <= size - offset;
}

/** The numbers of a header, in its byte order. */
export class HeaderNumbers {
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.#littleEndian);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.#littleEndian);
  }

  /** A number beyond what JavaScript counts exactly lies beyond every file, and so does what is returned for it. */
  u64(offset: number): number {
    const value = this.#view.getBigUint64(offset, this.#littleEndian);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }
}

/** A name in a field of fixed length, without the zero bytes that fill it. */
export function fixedName(bytes: Uint8Array, offset: number, length: number): string {
  const field = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end === -1 ? length : end);
}
