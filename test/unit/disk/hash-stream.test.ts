import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type HashedStream, type StreamDigests, StreamHashes } from '../../../src/disk/hash-stream.ts';

const hex = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');

function digestsOf(bytes: Uint8Array): StreamDigests {
  return { bytes: bytes.length, sha256: hex('sha256', bytes), sha512: hex('sha512', bytes) };
}

/** As a download writes: the memory of a piece is used again for the next one. */
async function write(stream: HashedStream, bytes: Uint8Array, pieceBytes: number): Promise<void> {
  const piece = new Uint8Array(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const part = bytes.subarray(at, at + pieceBytes);
    piece.set(part);
    await stream.write(piece.subarray(0, part.length));
  }
}

describe('hashes of what is not kept', () => {
  it.each([0, 1, 65_536, 262_143, 262_144, 262_145, 1_000_003])('of %i bytes', async (size) => {
    await using hashes = new StreamHashes();
    using stream = hashes.open(undefined);
    const bytes = randomBytes(size);
    await write(stream, bytes, 16_411);
    expect(stream.length).toBe(size);
    expect(await stream.finish()).toEqual(digestsOf(bytes));
  });

  it('of several at once', async () => {
    await using hashes = new StreamHashes();
    const all = Array.from({ length: 9 }, (_, index) => randomBytes(100_000 * index + 7));
    const found = await Promise.all(
      all.map(async (bytes) => {
        using stream = hashes.open(undefined);
        await write(stream, bytes, 65_536);
        return await stream.finish();
      }),
    );
    expect(found).toEqual(all.map(digestsOf));
  });

  it('of the second copy alone, where the first was dropped', async () => {
    await using hashes = new StreamHashes();
    using stream = hashes.open(undefined);
    await write(stream, randomBytes(700_000), 65_536);
    await stream.reset();
    expect(stream.length).toBe(0);
    const bytes = randomBytes(300_000);
    await write(stream, bytes, 65_536);
    expect(await stream.finish()).toEqual(digestsOf(bytes));
  });

  it('fails at once where it is closed', async () => {
    await using hashes = new StreamHashes();
    const stream = hashes.open(undefined);
    await stream.write(Buffer.from('x'));
    stream[Symbol.dispose]();
    await expect(stream.finish()).rejects.toThrow('the stream is closed');
  });

  it('ends where the run is interrupted', async () => {
    await using hashes = new StreamHashes();
    const abort = new AbortController();
    using stream = hashes.open(abort.signal);
    abort.abort();
    await expect(stream.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'interrupted' });
  });
});
