/** The first code of a run: loads the command line's chunks, and keeps their compiled code for the next run. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ChunkLoader, loadCommandLine } from './chunk-loader.ts';
import { openCompiledCodeCache } from './compiled-code.ts';

/** @param directory where the chunks are. */
export async function start(directory: string): Promise<void> {
  const cache = openCompiledCodeCache(process.platform, process.env);
  const loader = new ChunkLoader(
    (name) => {
      const source = readFileSync(path.join(directory, name));
      return { source: source.toString(), compiledCode: cache?.read(name, source) };
    },
    createRequire(path.join(directory, 'start.cjs')),
  );
  await loadCommandLine(loader).main();
  if (cache === undefined || loader.complete) return;
  for (const [name, code] of loader.compiledCode()) cache.write(name, code);
}
