/**
 * `compile-chunks.ts DIR`: writes the compiled code of each chunk in the directory beside it. The Node that runs this is
 * the one that goes into the executable. A few runs of the command line come first, so that the code holds the functions
 * that real runs call. None of them reaches further than this machine; the proof of a sample, which a local Sigstore once
 * signed, passes, and what asks a server fails.
 */
import { createRequire } from 'node:module';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { ChunkLoader, ENTRY_CHUNK, loadCommandLine } from '../../src/cli/chunk-loader.ts';
import { compiledCodeOf } from './compiled-asset.ts';

const [, , directory = '.'] = process.argv;
const loader = new ChunkLoader(
  (name) => ({ source: readFileSync(path.join(directory, name), 'utf8'), compiledCode: undefined }),
  createRequire(import.meta.url),
);

const NOWHERE = 'http://127.0.0.1:9';
const MISSING = path.join(directory, 'missing');
const SAMPLE = path.join(import.meta.dirname, 'sample');
const PROOF = [
  'verify',
  path.join(SAMPLE, 'artifact'),
  '--bundle',
  path.join(SAMPLE, 'bundle.sigstore.json'),
];
const RUNS = [
  ['--version'],
  ['--help'],
  ['kubectl', 'v1.30.2', '--mirror', NOWHERE, '--rekor-url', NOWHERE, '--retries', '0', '--output', MISSING],
];

// A function's code grows older with every collection of garbage, and its age is written with it: without this, two
// builds would differ in a few bits. V8 loads code only under the flags it was made with, so the flag is put back.
setFlagsFromString('--no-flush-bytecode');
const commandLine = loadCommandLine(loader);
const run = (words: readonly string[]): Promise<void> =>
  commandLine.main([process.execPath, ENTRY_CHUNK, ...words]);
for (const words of RUNS) await run(words);
await run([...PROOF, '--trusted-root', path.join(SAMPLE, 'trusted_root.json')]);
if (process.exitCode !== 0) throw new Error('the sample is not proved');
setFlagsFromString('--flush-bytecode');
for (const name of readdirSync(directory).filter((file) => file.endsWith('.cjs'))) loader.load(name);
for (const [name, code] of loader.compiledCode()) {
  writeFileSync(path.join(directory, compiledCodeOf(name)), code);
}
process.exitCode = 0;
