/**
 * Builds `dist/`: the library as it stands, module by module with its types, and the command line bundled into a few
 * chunks, so that a run reads little and what it does not need is never loaded.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundle, ROOT } from './bundle.ts';
import { bundledPackages, licenseNotices } from './third-party-licenses.ts';

const DIST = path.join(ROOT, 'dist');

/** What other commands put there: the committed action and the executables. */
const KEPT = /^(?:action|k8s-verify-.*|SHA256SUMS)$/;

function buildLibrary(): void {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('the library does not compile');
}

/**
 * What one run loads together lies together, since each further file costs a fraction of a millisecond. A group takes
 * along what it imports, unless a group of higher priority has it.
 */
const CHUNKS = [
  { name: 'base', priority: 3, test: /src[\\/]cli[\\/](?:main|console|printable)\.ts$/ },
  { name: 'command-line', priority: 2, test: /src[\\/]cli[\\/]command-line\.ts$|[\\/]commander[\\/]/ },
  { name: 'stories', priority: 1, test: /src[\\/]cli[\\/](?:install|verify)\.ts$/ },
  {
    name: 'undici',
    priority: 1,
    test: /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/]agent|core[\\/]connect)\.js$/,
  },
];

/**
 * CommonJS, because Node evaluates its own modules' getters for every `import` of one: a namespace of `node:fs` loads
 * `fs.promises`, one of `node:process` half of Node. It is a seventh of the time of a verification.
 */
async function buildCommandLine(): Promise<void> {
  const chunks = await bundle(
    { start: 'src/cli/start.ts' },
    {
      dir: path.join(DIST, 'cli'),
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: { groups: CHUNKS },
    },
  );
  const packages = bundledPackages(chunks.flatMap((chunk) => chunk.moduleIds));
  writeFileSync(path.join(DIST, 'THIRD-PARTY-LICENSES'), licenseNotices(packages));
}

mkdirSync(DIST, { recursive: true });
for (const name of readdirSync(DIST)) {
  if (!KEPT.test(name)) rmSync(path.join(DIST, name), { recursive: true });
}
buildLibrary();
await buildCommandLine();
