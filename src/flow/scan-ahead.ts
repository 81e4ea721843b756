/**
 * A program is looked into before it is hashed, which says what its name will be read from; a thread hashes it and keeps just
 * that. So its name is read from the bytes that were hashed, and none of them is hashed twice. The first look decides nothing
 * but whether the file is worth a judgement.
 */
import type { BigIntStats } from 'node:fs';
import { type ByteRange, type ByteSource, bytesOf } from '../binary/byte-source.ts';
import { readBinary } from '../binary/read-binary.ts';
import { VERSION_SEARCH, versionsAt } from '../binary/version-strings.ts';
import type { HashedAhead } from '../disk/hashed-ahead.ts';
import type { KeepingHashPool } from '../disk/keeping-hash-pool.ts';
import type { OpenLocalFile } from '../files/local-file.ts';
import { MAX_KEPT_OF_PROGRAM_BYTES } from '../limits.ts';
import { claimedName } from '../names/claimed-name.ts';

/** To start a thread takes longer than to hash a smaller file. */
const WORTH_A_THREAD_BYTES = 256 * 1024;
/** What tells an archive, or the beginning of a text. */
const BEGINNING: ByteRange = { offset: 0, length: 512 };

export interface FirstLook {
  readonly found: BigIntStats;
  /** By its build information. */
  readonly isKubernetes: boolean;
  /** What of it says its name. */
  readonly ranges: readonly ByteRange[];
  /** Where version strings are searched; undefined where the search is not by whole ranges of the file. */
  readonly searched: readonly ByteRange[] | undefined;
}

/** @throws Error from the system */
export async function lookInto({ readAt, stat }: OpenLocalFile): Promise<FirstLook> {
  const found = await stat();
  const bytes = Number(found.size);
  const file = bytesOf({ bytes, readAt });
  const look = recorded(file);
  const programs = await readBinary(look.source);
  if (look.isWhole()) {
    const isKubernetes = claimedName(programs) !== undefined;
    return { found, isKubernetes, ranges: [BEGINNING, ...look.ranges], searched: look.searched() };
  }
  const isKubernetes = claimedName(await readBinary(file, 'build-info')) !== undefined;
  return { found, isKubernetes, ranges: [BEGINNING], searched: undefined };
}

/** A source that says what was read of it, as long as that is little. */
function recorded(file: ByteSource): {
  readonly source: ByteSource;
  readonly ranges: readonly ByteRange[];
  readonly searched: () => readonly ByteRange[] | undefined;
  readonly isWhole: () => boolean;
} {
  const ranges: ByteRange[] = [];
  let searched: readonly ByteRange[] | undefined;
  let left = MAX_KEPT_OF_PROGRAM_BYTES;
  const source: ByteSource = {
    size: file.size,
    read: (range, into) => {
      left -= range.length;
      if (left < 0) return Promise.resolve(undefined);
      ranges.push(range);
      return file.read(range, into);
    },
    versionsIn: (asked) => {
      searched = asked;
      return [];
    },
  };
  return { source, ranges, searched: () => searched, isWhole: () => left >= 0 };
}

/**
 * @returns undefined where no thread could do it, or it is not worth one.
 * @throws Error from the system; InterruptedError
 */
export async function hashAhead(
  { found, ranges, searched }: FirstLook,
  descriptor: number,
  pool: KeepingHashPool,
  signal: AbortSignal | undefined,
): Promise<HashedAhead | undefined> {
  if (found.size < WORTH_A_THREAD_BYTES) return undefined;
  const search = { ...VERSION_SEARCH, ranges: searched ?? [] };
  const hashed = await pool.hash(descriptor, Number(found.size), { ranges, search }, signal);
  if (hashed === undefined) return undefined;
  const { digest, kept, hits } = hashed;
  const isSearched = (asked: readonly ByteRange[]): boolean =>
    searched !== undefined && JSON.stringify(asked) === JSON.stringify(searched);
  return {
    found,
    sha256: digest,
    kept,
    versionsIn: (asked) =>
      hits !== undefined && isSearched(asked) ? versionsAt(hits.map(({ bytes }) => bytes)) : undefined,
  };
}
