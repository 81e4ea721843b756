/**
 * Looks for inputs that break a reader, with a new seed in each round, and keeps what it refuses for a new reason
 * (test/properties/corpus). It prints every seed, so that a night's finding can be had again, and ends with 1 where a reader
 * broke; the input is then in FILE.
 *
 *     npm run search -- [--minutes N] [--seed N] [--keep] [--broken FILE]
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { keepInputs, keptInputs } from '../test/properties/kept-inputs.ts';
import { READERS } from '../test/properties/readers.ts';
import { search } from '../test/properties/search.ts';

const ROUNDS = 5_000;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
    broken: { type: 'string', default: 'broken-inputs.txt' },
  },
});
const until = Date.now() + Number(values.minutes) * 60_000;
const first = Number(values.seed ?? Date.now() % 2 ** 31);
if (!Number.isInteger(first) || !(until > 0)) throw new Error('--minutes and --seed take a number');

let seed = first;
do {
  for (const reader of READERS) {
    const kept = keptInputs(reader.name);
    const { found, broken } = search(reader, { seed, rounds: ROUNDS, kept });
    console.log(`${reader.name}: seed ${seed}, ${ROUNDS} inputs, ${found.length} new reasons`);
    if (values.keep && found.length > 0) keepInputs(reader.name, [...kept, ...found]);
    for (const { bytes, error } of broken) {
      console.error(`${reader.name} broke (seed ${seed}): ${error}`);
      appendFileSync(values.broken, `${reader.name} ${Buffer.from(bytes).toString('base64')}\n`);
      process.exitCode = 1;
    }
  }
  seed = (seed + 1) % 2 ** 31;
} while (Date.now() < until);
