import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, openSync, closeSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HashTrail, type ReadAt } from '../../../src/disk/hash-trail.ts';
import { confirmMeasured, measureFile, type VerifiedFile } from '../../../src/disk/verified-artifact.ts';
import { openLocalFile } from '../../../src/files/local-file.ts';
import { rejection } from '#support/thrown-by';
import { provenFor, scratch } from './support/disk.ts';

const MIB = 1024 * 1024;

/** Hashes in parts of such lengths, and reads from what is there by then. */
function trailOf(bytes: Buffer, lengths: readonly number[]): { read: ReadAt; now: Buffer; digest: string } {
  const hash = createHash('sha256');
  const trail = new HashTrail('sha256');
  let at = 0;
  for (const length of lengths) {
    hash.update(bytes.subarray(at, at + length));
    trail.add(Math.max(0, Math.min(length, bytes.length - at)), hash);
    at += length;
  }
  trail.finish(hash);
  const now = Buffer.from(bytes);
  // A short answer is no end.
  const readAt: ReadAt = (buffer, position) =>
    Promise.resolve(now.copy(buffer, 0, position, Math.min(now.length, position + 100_000)));
  return { read: trail.reader(readAt, () => new Error('changed')), now, digest: hash.digest('hex') };
}

async function readFrom(read: ReadAt, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, await read(buffer, position));
}

describe('what is read again of hashed bytes', () => {
  const bytes = randomBytes(3 * MIB + 17);
  const WAYS = [
    ['whole pieces', [MIB, MIB, MIB, 17]],
    ['one', [bytes.length]],
    ['small ones', Array.from({ length: 64 }, () => 50_000)],
  ] as const;

  it.each(WAYS)('is what was hashed, in %s', async (_, lengths) => {
    const { read, digest } = trailOf(bytes, lengths);
    expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    for (const [position, length] of [
      [0, 1],
      [MIB - 3, 7],
      [MIB + 5, 2 * MIB],
      [0, bytes.length],
      [bytes.length - 1, 1],
      [bytes.length - 1, 50],
      [bytes.length, 50],
      [bytes.length + 9, 1],
    ] as const) {
      const got = await readFrom(read, position, length);
      expect(got.equals(bytes.subarray(position, position + length))).toBe(true);
    }
  });

  it.each(WAYS)('is refused where one byte of it is another, in %s', async (_, lengths) => {
    for (const place of [0, MIB, bytes.length - 1]) {
      const { read, now } = trailOf(bytes, lengths);
      now.writeUInt8(now.readUInt8(place) ^ 1, place);
      await expect(readFrom(read, place, 1)).rejects.toThrow('changed');
      // And again, whatever was read before.
      await expect(readFrom(read, place, 1)).rejects.toThrow('changed');
      now.writeUInt8(now.readUInt8(place) ^ 1, place);
      expect((await readFrom(read, place, 1)).equals(bytes.subarray(place, place + 1))).toBe(true);
    }
  });

  it('is refused where two parts changed places', async () => {
    const { read, now } = trailOf(bytes, [MIB, MIB, MIB, 17]);
    bytes.copy(now, 0, MIB, 2 * MIB);
    bytes.copy(now, MIB, 0, MIB);
    await expect(readFrom(read, 0, 1)).rejects.toThrow('changed');
    await expect(readFrom(read, MIB, 1)).rejects.toThrow('changed');
  });

  it('is told apart in reads that are asked for at once', async () => {
    const { read } = trailOf(bytes, [MIB, MIB, MIB, 17]);
    const places = [2 * MIB, 5, MIB + 1, 3 * MIB, 6];
    const all = await Promise.all(places.map((place) => readFrom(read, place, 10)));
    expect(
      all.map((one, index) => one.equals(bytes.subarray(places[index], (places[index] ?? 0) + 10))),
    ).toEqual(places.map(() => true));
  });

  it('is nothing where nothing was hashed', async () => {
    const { read } = trailOf(Buffer.alloc(0), []);
    expect(await readFrom(read, 0, 10)).toHaveLength(0);
  });
});

async function measured(
  content: Uint8Array,
): Promise<{ readonly path: string; readonly file: VerifiedFile; readonly sha256: string }> {
  const path = join(scratch(), 'kubectl');
  writeFileSync(path, content);
  const found = await measureFile(path, ['sha256'], undefined);
  onTestFinished(() => found.opened.close());
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, file: confirmMeasured(found, provenFor(content)), sha256 };
}

describe('a measured file', () => {
  it('gives no byte that was written after it was hashed', async () => {
    const { path, file, sha256 } = await measured(Buffer.from('kubectl v1.29.0'));
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, 'v1.30.2', 8);
    closeSync(descriptor);
    expect(await rejection(readFrom(file.readAt, 8, 7))).toMatchObject({
      code: 'digest-mismatch',
      wanted: `sha256:${sha256}`,
    });
    // For a reader that hashes what it reads.
    expect((await readFrom(file.readNow, 8, 7)).toString()).toBe('v1.30.2');
  });

  it('is refused where it was cut', async () => {
    const { path, file } = await measured(Buffer.from('kubectl v1.29.0'));
    truncateSync(path, 3);
    expect(await rejection(readFrom(file.readAt, 0, 1))).toMatchObject({ code: 'digest-mismatch' });
  });

  it('is read no further than it was when it was opened', async () => {
    const path = join(scratch(), 'kubectl');
    writeFileSync(path, 'genuine');
    const found = await measureFile(path, ['sha256'], undefined, {
      open: async () => {
        const file = await openLocalFile(path);
        return {
          ...file,
          stat: async () => {
            const status = await file.stat();
            appendFileSync(path, ', and more');
            return status;
          },
        };
      },
    });
    await found.opened.close();
    expect(found.digests.get('sha256')).toBe(createHash('sha256').update('genuine').digest('hex'));
  });
});
