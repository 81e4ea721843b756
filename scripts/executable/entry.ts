/** Where the executable begins: Node runs this, bundled, with `process.argv` as for a script. */
import { createRequire } from 'node:module';
import { getAsset, getAssetKeys, getRawAsset } from 'node:sea';
import { ChunkLoader, compiledCodeOf, ENTRY_CHUNK, isCommandLine } from './chunk-loader.ts';

const assets = new Set(getAssetKeys());
const loader = new ChunkLoader(
  {
    source: (name) => getAsset(name, 'utf8'),
    compiledCode(name) {
      const code = compiledCodeOf(name);
      return assets.has(code) ? Buffer.from(getRawAsset(code)) : undefined;
    },
  },
  createRequire(process.execPath),
);
const commandLine = loader.load(ENTRY_CHUNK);
if (isCommandLine(commandLine)) void commandLine.main();
