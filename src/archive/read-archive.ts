import { createHash, type Hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { InstallError } from '../errors.ts';
import { MAX_ARCHIVE_BYTES, MAX_ARCHIVE_RATIO, MIN_ARCHIVE_RATIO_BYTES } from '../limits.ts';
import { rejectedArchive } from './archive-error.ts';
import { diskError, systemCode, throwIfInterrupted } from '../disk/disk-error.ts';
import { identityOf, isSameFile } from '../disk/file-identity.ts';
import { readMembers, type VisitedMember } from './read-members.ts';
import { confirmReadThrough, type ReadThrough, type VerifiedFile } from '../disk/verified-artifact.ts';

/** Bytes read at a time, into the same buffer. */
const CHUNK_BYTES = 128 * 1024;
/**
 * Bytes unpacked at a time, each into a new buffer. Larger buffers leave more memory to the garbage collector: with
 * 160 MB packed and 520 MB unpacked, 64 KiB took 102 MB of memory; 256 KiB took 134 MB and 7 % less processor time.
 */
const UNPACKED_CHUNK_BYTES = 64 * 1024;

/**
 * Visits the members of a verified archive (tar, or tar.gz by its first bytes) one after the other, in constant
 * memory. They are read from the open file that was hashed for the proof, and the file is hashed again on the way,
 * because another program may write to it meanwhile. So the results of `visit` are valid only if this returns.
 *
 * @param found `open` where its path says nothing: below another root it leads elsewhere, and what runs may have none.
 * @throws InstallError `archive-rejected`; UntrustedError `digest-mismatch`; InterruptedError; any error of `visit`.
 */
export async function readArchive(
  archive: VerifiedFile,
  visit: (member: VisitedMember) => Promise<void>,
  signal: AbortSignal | undefined,
  found: 'by-path' | 'open' = 'by-path',
): Promise<ReadThrough> {
  throwIfInterrupted(signal);
  try {
    if (found === 'by-path') await assertUnchanged(archive);
    const hash = createHash(archive.proven.algorithm);
    const packed = { bytes: 0 };
    if (await isGzip(archive)) {
      const unpack = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES });
      await pipeline(
        () => fileChunks(archive, { hash, packed, nextBuffer: bufferFor(unpack), signal }),
        unpack,
        (chunks: AsyncIterable<Buffer>) => readMembers(bounded(chunks, packed), visit),
        signal === undefined ? {} : { signal },
      );
      if (unpack.bytesWritten !== packed.bytes) throw rejectedArchive('something follows its gzip stream');
    } else {
      const shared = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const chunks = fileChunks(archive, { hash, packed, nextBuffer: () => shared, signal });
      await readMembers(bounded(chunks, packed), visit);
    }
    return confirmReadThrough(archive, hash.digest('hex'));
  } catch (error) {
    throwIfInterrupted(signal);
    if (systemCode(error).startsWith('Z_'))
      throw rejectedArchive('its gzip stream is damaged or cut short', error);
    throw diskError(error, `read ${archive.name}`, archive.path);
  }
}

/** Checks that the name still means the proved file, with the same length. */
async function assertUnchanged({ path, file }: VerifiedFile): Promise<void> {
  if (isSameFile(identityOf(await stat(path, { bigint: true })), file)) return;
  throw new InstallError('place-failed', `${path} was changed or replaced after its digest was confirmed`, {
    why: 'another program writes to it',
    next: 'keep it where only you can write to it',
  });
}

async function isGzip({ readNow }: VerifiedFile): Promise<boolean> {
  const magic = Buffer.alloc(2);
  return (await readNow(magic, 0)) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
}

interface FileReading {
  readonly hash: Hash;
  /** How many bytes have been read. */
  readonly packed: { bytes: number };
  readonly nextBuffer: () => Buffer;
  readonly signal: AbortSignal | undefined;
}

async function* fileChunks(
  { readNow }: VerifiedFile,
  { hash, packed, nextBuffer, signal }: FileReading,
): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    throwIfInterrupted(signal);
    const buffer = nextBuffer();
    const bytes = await readNow(buffer, packed.bytes);
    if (bytes === 0) return;
    packed.bytes += bytes;
    const chunk = buffer.subarray(0, bytes);
    hash.update(chunk);
    yield chunk;
  }
}

/** One buffer for all pieces, if gunzip has used it up when the next piece is read. */
function bufferFor(gunzip: Gunzip): () => Buffer {
  const shared = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  return () => (gunzip.writableLength === 0 ? shared : Buffer.allocUnsafe(CHUNK_BYTES));
}

/** Stops a decompression bomb before it is unpacked. */
async function* bounded(
  chunks: AsyncIterable<Buffer>,
  packed: { readonly bytes: number },
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_ARCHIVE_BYTES)
      throw rejectedArchive(`it unpacks to more than ${MAX_ARCHIVE_BYTES} bytes`);
    if (bytes > MIN_ARCHIVE_RATIO_BYTES && bytes > packed.bytes * MAX_ARCHIVE_RATIO) {
      throw rejectedArchive(`it unpacks to more than ${MAX_ARCHIVE_RATIO} times its size`);
    }
    yield chunk;
  }
}
