/**
 * An install without a network, for the kill test: stages, confirms and places artifacts of known content.
 *
 *     node install-program.ts DIRECTORY BYTES NAME...
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { EXECUTABLE_MODE, placeAll } from '../../src/disk/place.ts';
import { openStaging } from '../../src/disk/staging.ts';
import { confirmDigest } from '../../src/disk/verified-artifact.ts';
import type { ProvenDigest } from '../../src/proof/prove-digest.ts';
import { newContent } from './content.ts';

const PIECE = 64 * 1024;

const [directory = '.', bytes = '0', ...names] = process.argv.slice(2);
process.stdout.write('staging\n');
const artifacts = await Promise.all(
  names.map(async (name) => {
    const content = newContent(name, Number(bytes));
    const staged = openStaging({ directory, fileName: name });
    for (let at = 0; at < content.length; at += PIECE) await staged.write(content.subarray(at, at + PIECE));
    const proven: unknown = { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- placing looks at the digest alone
    return confirmDigest(staged, proven as ProvenDigest);
  }),
);
process.stdout.write('placing\n');
await placeAll(
  artifacts.map((artifact) => ({
    artifact,
    destination: join(directory, artifact.staged.fileName),
    mode: EXECUTABLE_MODE,
  })),
);
