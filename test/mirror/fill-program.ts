/** Fills a mirror as the first argument says, and writes a line at each step. */
import { createClient, mirror } from '../../src/index.ts';
import type { MirrorInput } from '../../src/plan/input.ts';

const [, , request = '{}'] = process.argv;
await using client = createClient({ report: ({ kind }) => process.stdout.write(`${kind}\n`) });
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is wrong with it, mirror() refuses
await mirror(JSON.parse(request) as MirrorInput, client);
