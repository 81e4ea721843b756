/** Where the executable begins: Node runs this, bundled, with `process.argv` as for a script. */
import { createRequire } from 'node:module';
import { getAsset, getAssetKeys, getRawAsset } from 'node:sea';
import { ChunkLoader, loadCommandLine } from '../../src/cli/chunk-loader.ts';
import { compiledCodeOf } from './compiled-asset.ts';

const assets = new Set(getAssetKeys());
const loader = new ChunkLoader((name) => {
  const code = compiledCodeOf(name);
  return {
    source: getAsset(name, 'utf8'),
    compiledCode: assets.has(code) ? Buffer.from(getRawAsset(code)) : undefined,
  };
}, createRequire(process.execPath));
void loadCommandLine(loader).main();
