/** The command line as chunks: for the npm package, and for the executable. */
import { ENTRY_CHUNK } from '../src/cli/chunk-loader.ts';
import { bundle } from './bundle.ts';

/**
 * What one run loads together lies together, since each further file costs a fraction of a millisecond. A group takes
 * along what it imports, unless a group of higher priority has it.
 */
const CHUNKS = [
  { name: 'base', priority: 3, test: /src[\\/]cli[\\/](?:main|console|printable)\.ts$/ },
  { name: 'verify', priority: 2, test: /src[\\/]cli[\\/]verify\.ts$/ },
  { name: 'install', priority: 1, test: /src[\\/]cli[\\/]install\.ts$/ },
  {
    name: 'undici',
    priority: 1,
    test: /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/]agent|core[\\/]connect)\.js$/,
  },
];

/**
 * Bundles the command line into CommonJS chunks, and returns the paths of the modules in them.
 *
 * CommonJS, because Node evaluates its own modules' getters for every `import` of one: a namespace of `node:fs` loads
 * `fs.promises`, one of `node:process` half of Node. It is a seventh of the time of a verification.
 */
export async function bundleCommandLine(directory: string): Promise<readonly string[]> {
  const chunks = await bundle(
    { main: 'src/cli/main.ts' },
    {
      dir: directory,
      format: 'cjs',
      entryFileNames: ENTRY_CHUNK,
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: { groups: CHUNKS },
    },
  );
  return chunks.flatMap((chunk) => chunk.moduleIds);
}
