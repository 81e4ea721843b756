/** Looks for inputs that break a reader, and for those that it refuses for a reason that no kept input has. */
import * as fc from 'fast-check';
import { type KeptInput, readingOf } from './kept-inputs.ts';
import type { Reader } from './readers.ts';

export interface Broken {
  readonly bytes: Uint8Array;
  readonly error: string;
}

export interface Findings {
  /** Inputs for reasons that are new, the first of each. */
  readonly found: readonly KeptInput[];
  /** Inputs that ended in something else than an error of ours. */
  readonly broken: readonly Broken[];
}

interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

/** Words and bytes that formats have a meaning for. */
const TOKENS = ['null', '-1', '1e9', '""', '[]', '{}', ',', '"', '\n', '\n\n', '\0', '\u{fffd}', '0x'].map(
  (text) => Buffer.from(text),
);
const DER = [
  [0x30, 0x00],
  [0x30, 0x80],
  [0x02, 0x01, 0xff],
  [0x02, 0x02, 0x00, 0x01],
  [0x05, 0x00],
  [0xa0, 0x03],
  [0x84, 0xff, 0xff, 0xff, 0xff],
].map((bytes) => Buffer.from(bytes));

const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    at: fc.nat(),
    remove: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 400 })),
    insert: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.constantFrom(...TOKENS, ...DER)),
  }),
  { minLength: 1, maxLength: 3 },
);

function changed(bytes: Uint8Array, list: readonly Change[]): Uint8Array {
  return list.reduce((now, { at, remove, insert }) => {
    const start = at % (now.length + 1);
    return Buffer.concat([now.subarray(0, start), insert, now.subarray(start + remove)]);
  }, bytes);
}

/**
 * @param options.seed - the same seed finds the same.
 * @param options.rounds - how many inputs to try.
 * @param options.kept - inputs that are kept already: they are changed further, and their reasons are not new.
 */
export function search(
  { honest, read }: Reader,
  {
    seed,
    rounds,
    kept,
  }: { readonly seed: number; readonly rounds: number; readonly kept: readonly KeptInput[] },
): Findings {
  const reasons = new Set(kept.map(({ bytes }) => readingOf(read, bytes).reason));
  const begin = honest();
  const pool = [begin, begin, ...kept.map(({ bytes }) => bytes)];
  const found: KeptInput[] = [];
  const broken: Broken[] = [];
  const tries = fc.sample(fc.tuple(fc.nat(), changes), { seed, numRuns: rounds });
  for (const [from, list] of tries) {
    const bytes = changed(pool[from % pool.length] ?? begin, list);
    try {
      const { outcome, reason } = readingOf(read, bytes);
      if (outcome === 'read' || reasons.has(reason)) continue;
      reasons.add(reason);
      found.push({ outcome, bytes });
      pool.push(bytes);
    } catch (error) {
      broken.push({ bytes, error: String(error) });
    }
  }
  return { found, broken };
}
