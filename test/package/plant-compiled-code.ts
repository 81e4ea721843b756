/**
 * `plant-compiled-code.ts HOME CHUNKS`: puts V8 code that prints `planted` and ends with 0 wherever k8s-verify once kept
 * the compiled code of the chunks in that directory. V8 compares the length of the source only, and the seal was a
 * CRC-32, so that anyone who could write there could decide what was run. This is a program of its own because V8 takes
 * code only under the flags that it was made with, and a test worker has others.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

const [, , home = '.', chunks = '.'] = process.argv;

/** Below HOME: Linux, macOS, Windows, and the directories that `XDG_CACHE_HOME` and `NODE_COMPILE_CACHE` name. */
const PLACES = [
  '.cache/k8s-verify/compiled-code',
  'Library/Caches/k8s-verify/compiled-code',
  'k8s-verify/compiled-code',
];

/** The names that chunks have had, with and without what the bundler makes of their content. */
const OLD_NAMES = ['main.cjs', 'start.cjs', 'base.cjs', 'verify.cjs', 'install.cjs', 'undici.cjs'];

function plantedCode(source: Buffer): Buffer {
  const code = "(function () { process.stdout.write('planted\\n'); process.exit(0); })";
  const length = `(function (exports, require, module) {${source.toString()}\n})`.length;
  const planted = new Script(code.padEnd(length), { filename: 'planted.cjs' });
  const compiled = planted.createCachedData();
  const seal = Buffer.alloc(8);
  seal.writeUInt32LE(crc32(compiled));
  return Buffer.concat([seal, compiled]);
}

const current = readdirSync(chunks).filter((name) => name.endsWith('.cjs'));
for (const file of current) {
  const source = readFileSync(path.join(chunks, file));
  const code = plantedCode(source);
  for (const place of PLACES) {
    const directory = path.join(home, place);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of [file, ...OLD_NAMES]) {
      const origin = `${process.version}-${process.arch}-${crc32(source).toString(16)}`;
      writeFileSync(path.join(directory, `${name}-${origin}.code`), code, { mode: 0o600 });
    }
  }
}
