/** Bodies of any size in flat memory: generated from a seed, or read from a file. */
import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { pieces, type LargeBody } from './reply.ts';

const BLOCK_BYTES = 16;
const PIECE_BYTES = 256 * 1024;

/** A large body that knows its digests; each is computed on first request, by one pass over the bytes. */
export interface DigestedBody extends LargeBody {
  sha256(): Promise<string>;
  sha512(): Promise<string>;
}

/** `size` bytes that depend on the seed alone: an AES-CTR key stream, which can start at any offset. */
export function seededBody(seed: string, size: number): DigestedBody {
  const key = createHash('sha256').update(seed).digest().subarray(0, BLOCK_BYTES);
  return digested({
    size,
    *read(start, end) {
      const firstBlock = Math.floor(start / BLOCK_BYTES);
      const counter = Buffer.alloc(BLOCK_BYTES);
      counter.writeBigUInt64BE(BigInt(firstBlock), BLOCK_BYTES - 8);
      const cipher = createCipheriv('aes-128-ctr', key, counter);
      cipher.update(Buffer.alloc(start - firstBlock * BLOCK_BYTES));
      const zeros = Buffer.alloc(PIECE_BYTES);
      for (let left = end - start; left > 0; left -= PIECE_BYTES) {
        yield cipher.update(left < PIECE_BYTES ? zeros.subarray(0, left) : zeros);
      }
    },
  });
}

/** A file that stays as it is. */
export function fileBody(path: string): DigestedBody {
  const { size } = statSync(path);
  return digested({ size, read: (start, end) => readFilePart(path, start, end) });
}

/** A file as it is when it is asked for: it may be replaced, and become longer or shorter. */
export function currentFile(path: string): LargeBody {
  return {
    get size() {
      return statSync(path).size;
    },
    read: (start, end) => readFilePart(path, start, end),
  };
}

async function* readFilePart(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  const stream = createReadStream(path, { start, end: end - 1, highWaterMark: PIECE_BYTES });
  for await (const piece of stream) {
    if (piece instanceof Uint8Array) yield piece;
  }
}

function digested(body: LargeBody): DigestedBody {
  const known = new Map<string, Promise<string>>();
  const once = (algorithm: 'sha256' | 'sha512'): Promise<string> => {
    const digest = known.get(algorithm) ?? digestBody(body, algorithm);
    known.set(algorithm, digest);
    return digest;
  };
  return { ...body, sha256: () => once('sha256'), sha512: () => once('sha512') };
}

async function digestBody(body: LargeBody, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of pieces(body, 0, body.size, PIECE_BYTES)) hash.update(piece);
  return hash.digest('hex');
}
