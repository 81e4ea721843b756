/** The command line as chunks: for the npm package, and for the executable. */
import type { Plugin } from 'rolldown';
import { bundle } from './bundle.ts';
import { ENTRY_CHUNK } from './executable/entry-chunk.ts';

const NOTHING = '\0nothing';

/**
 * Commander can start a command that is a program of its own, and loads `node:child_process` for that at once. Here no
 * command is one, and no run waits for it.
 */
const withoutChildProcess: Plugin = {
  name: 'without-child-process',
  resolveId(source, importer = '') {
    const isCommander = /[\\/]commander[\\/]lib[\\/]command\.js$/.test(importer);
    return isCommander && source === 'node:child_process' ? NOTHING : undefined;
  },
  load: (id) => (id === NOTHING ? 'export default undefined;' : undefined),
};

/**
 * What is always loaded together, each with what it imports: Node takes a third of a millisecond for each chunk, and
 * left alone, the bundler makes one of every set of modules that some commands share. The first that fits a module has it.
 */
const GROUPS = [
  { name: 'version', test: /rolldown[\\/]runtime|src[\\/]cli[\\/]version-text\.ts$/, priority: 8 },
  { name: 'words', test: /src[\\/]cli[\\/](?:environment|help-page)\.ts$/, priority: 7 },
  { name: 'run', test: /src[\\/]cli[\\/]run\.ts$/, priority: 6 },
  // With what a scan looks at before it loads what proves: the first file is hashed meanwhile.
  {
    name: 'flow',
    test: /src[\\/](?:binary[\\/]read-binary|cli[\\/](?:proved-answer|result-path|with-client)|disk[\\/]verified-artifact|flow[\\/](?:able-to-judge|describe|name-failure|open-trust|place|proof-context|report|run-log-memory)|names[\\/](?:claimed-name|file-name)|plan[\\/](?:policy-of|who-must-have-signed)|policy[\\/]policy|text[\\/]counted)\.ts$/,
    priority: 5,
  },
  {
    name: 'disk',
    test: /src[\\/](?:disk[\\/](?:leftovers|replace-file|who-can-change)|data[\\/]data-store)\.ts$/,
    priority: 4,
  },
  {
    name: 'download',
    test: /src[\\/](?:cli[\\/]component-words|disk[\\/](?:inspect-destination|staging|installed)|flow[\\/](?:release-manifest|side-by-side)|http[\\/]client|plan[\\/]resolve-version|source[\\/]in-turn)\.ts$/,
    priority: 3,
  },
  // What places files is loaded while they arrive, because what reads the file that is replaced is.
  { name: 'place', test: /src[\\/](?:disk[\\/]place|flow[\\/]previous-version)\.ts$/, priority: 0 },
  { name: 'trust', test: /src[\\/]trust[\\/]load-trust-material\.ts$/, priority: 2 },
  {
    name: 'proof',
    test: /src[\\/](?:flow[\\/](?:archive-name|finish-run|kept-manifest|log-memory|name|name-by-digest|prove-by-listing|prove-listed|prove-with-log)|proof[\\/]check-detached-signature|release[\\/]artifact-at)\.ts$/,
    priority: 1,
  },
] as const;

/**
 * Bundles the command line into CommonJS chunks, one for each part that is imported when it is needed, and returns the
 * paths of the modules in them.
 *
 * CommonJS, because Node evaluates its own modules' getters for every `import` of one: a namespace of `node:fs` loads
 * `fs.promises`, one of `node:process` half of Node. It is a tenth of the time of a verification. Not one file, because
 * a file asks for every part of Node that anything in it needs, at once: `--version` would take twice as long.
 */
export async function bundleCommandLine(directory: string): Promise<readonly string[]> {
  const chunks = await bundle(
    { main: 'src/cli/main.ts' },
    {
      dir: directory,
      format: 'cjs',
      entryFileNames: ENTRY_CHUNK,
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: { groups: [...GROUPS] },
    },
    [withoutChildProcess],
  );
  return chunks.flatMap((chunk) => chunk.moduleIds).filter((id) => id !== NOTHING);
}
