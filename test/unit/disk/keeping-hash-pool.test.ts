/** What a thread keeps of a file is of the bytes that it hashed: the ranges, and what stands where a text was found. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HashedAndKept, KeepingHashPool } from '../../../src/disk/keeping-hash-pool.ts';
import { rejection } from '#support/thrown-by';
import { scratch } from './support/disk.ts';

const KIB = 1024;
const TEXT = Buffer.from('\0v1.', 'latin1');
const LENGTH = 20;

interface Asked {
  readonly ranges?: readonly { readonly offset: number; readonly length: number }[];
  readonly searched?: readonly { readonly offset: number; readonly length: number }[];
  readonly bytes?: number;
  readonly signal?: AbortSignal;
}

function newPool(): KeepingHashPool {
  const pool = new KeepingHashPool();
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

async function hashed(
  content: Uint8Array,
  { ranges = [], searched = [], bytes = content.length, signal }: Asked,
  pool: KeepingHashPool = newPool(),
): Promise<HashedAndKept> {
  const path = join(scratch(), 'file');
  writeFileSync(path, content);
  const handle = await open(path);
  try {
    const search = { text: TEXT, length: LENGTH, ranges: searched };
    const answer = await pool.hash(handle.fd, bytes, { ranges, search }, signal);
    if (answer === undefined) throw new TypeError('no thread');
    return answer;
  } finally {
    await handle.close();
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('what is kept', () => {
  const content = randomBytes(700 * KIB + 5);

  it('is what was hashed, wherever a range begins and ends', async () => {
    const ranges = [
      { offset: 0, length: 16 },
      { offset: 256 * KIB - 3, length: 7 },
      { offset: 100, length: 600 * KIB },
      { offset: content.length - 4, length: 4 },
    ];
    const { digest, kept } = await hashed(content, { ranges });
    expect(digest).toBe(sha256(content));
    for (const [index, { offset, length }] of ranges.entries()) {
      const piece = kept[index];
      expect(piece?.offset).toBe(offset);
      expect(content.subarray(offset, offset + length).equals(piece?.bytes ?? Buffer.of())).toBe(true);
    }
  });

  it('is shorter where the file ends, and nothing where it is shorter', async () => {
    const ranges = [
      { offset: content.length - 4, length: 400 },
      { offset: content.length + 4, length: 4 },
    ];
    const { kept } = await hashed(content, { ranges });
    expect(kept.map(({ bytes }) => bytes.length)).toEqual([4, 0]);
  });

  it('is no more than was asked for, as the file was when it was opened', async () => {
    const { digest } = await hashed(content, { bytes: 10 });
    expect(digest).toBe(sha256(content.subarray(0, 10)));
  });
});

describe('a text', () => {
  /** Every way in which it can lie about the end of what is read at once. */
  const places = [0, 9, ...Array.from({ length: 9 }, (_, index) => 256 * KIB - 7 + index), 600 * KIB - 4];
  const at = (place: number): Buffer => {
    const content = Buffer.alloc(600 * KIB, 'v1.');
    TEXT.copy(content, place);
    return content;
  };

  it.each(places)('is found once, with what follows it (at %i)', async (place) => {
    const content = at(place);
    const { hits } = await hashed(content, { searched: [{ offset: 0, length: content.length }] });
    expect(hits?.map(({ offset }) => offset)).toEqual([place]);
    const expected = content.subarray(place, place + LENGTH);
    expect(Buffer.from(hits?.[0]?.bytes ?? []).equals(expected)).toBe(true);
  });

  it('counts where all of it is in a range, and nothing behind the range is kept', async () => {
    const content = at(1000);
    const found = async (offset: number, length: number): Promise<readonly number[]> => {
      const { hits = [] } = await hashed(content, { searched: [{ offset, length }] });
      return hits.map(({ bytes }) => bytes.length);
    };
    expect(await found(1000, 4)).toEqual([4]);
    expect(await found(1001, 50)).toEqual([]);
    expect(await found(900, 103)).toEqual([]);
    expect(await found(900, 110)).toEqual([10]);
  });

  it('that stands everywhere is told as too many', async () => {
    const content = Buffer.alloc(100 * KIB, TEXT);
    const { digest, hits } = await hashed(content, { searched: [{ offset: 0, length: content.length }] });
    expect({ digest, hits }).toEqual({ digest: sha256(content), hits: undefined });
  });
});

describe('several files', () => {
  it('have each their own digest, more of them than threads', async () => {
    const pool = newPool();
    const contents = Array.from({ length: 4 * pool.size }, () => randomBytes(300 * KIB));
    const answers = await Promise.all(contents.map((content) => hashed(content, {}, pool)));
    expect(answers.map(({ digest }) => digest)).toEqual(contents.map(sha256));
  });

  it('are not waited for after an interruption', async () => {
    const pool = newPool();
    const stop = new AbortController();
    const asked = Array.from({ length: 4 * pool.size }, () =>
      rejection(hashed(Buffer.alloc(20_000 * KIB), { signal: stop.signal }, pool)),
    );
    stop.abort();
    expect(await Promise.all(asked)).toEqual(
      asked.map(() => expect.objectContaining({ code: 'interrupted' })),
    );
  });

  it('have the error of the system where they cannot be read', async () => {
    const directory = await open(scratch());
    onTestFinished(() => directory.close());
    const search = { text: TEXT, length: LENGTH, ranges: [] };
    const failed = newPool().hash(directory.fd, 10, { ranges: [], search }, undefined);
    await expect(failed).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('ranges in any order', () => {
  it('have all of what begins at the end of a piece', async () => {
    const content = Buffer.alloc(400 * KIB, 'x');
    const [late, early] = [256 * KIB - 10, 100];
    for (const at of [late, early]) content.write('\0v1.30.2\0', at, 'latin1');
    const searched = [
      { offset: 200 * KIB, length: 200 * KIB },
      { offset: 0, length: 200 * KIB },
    ];
    const { hits = [] } = await hashed(content, { searched });
    expect(hits.map(({ offset, bytes }) => [offset, bytes.length])).toEqual([
      [early, LENGTH],
      [late, LENGTH],
    ]);
  });
});
