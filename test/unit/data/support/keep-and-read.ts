/**
 * A program that keeps entries of its own and the same as others, many times, and reads what is there: `DIRECTORY MARK
 * ROUNDS`. Prints the marks of what it read that was not whole, and what was noted.
 */
import { openDataStore } from '../../../../src/data/data-store.ts';

const [directory = '.', mark = '?', rounds = '1'] = process.argv.slice(2);
const found: string[] = [];
const store = openDataStore({ own: directory, system: undefined, isShared: false }, ({ text }) =>
  found.push(text),
);
const bytes = Buffer.alloc(50_000, mark);
for (let round = 0; round < Number(rounds); round += 1) {
  await store.write('evidence', 'shared', bytes);
  for (const { bytes: read } of await store.read('evidence', 'shared')) {
    const isWhole = read.length === bytes.length && read.every((byte) => byte === read[0]);
    if (!isWhole) found.push(`read ${read.length} bytes`);
  }
}
const first = await store.write('names', 'first', Buffer.from(mark), { onlyNew: true });
process.stdout.write(JSON.stringify({ found, first }));
