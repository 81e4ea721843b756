/**
 * Builds `dist/`: the library as it stands, module by module with its types, and the command line bundled into a few
 * chunks, so that a run reads little and what it does not need is never loaded.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bundle.ts';
import { bundleCommandLine } from './bundle-command-line.ts';
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

async function buildCommandLine(): Promise<void> {
  const directory = path.join(DIST, 'cli');
  const modules = await bundleCommandLine(directory);
  writeFileSync(path.join(DIST, 'THIRD-PARTY-LICENSES'), licenseNotices(bundledPackages(modules)));
}

mkdirSync(DIST, { recursive: true });
for (const name of readdirSync(DIST)) {
  if (!KEPT.test(name)) rmSync(path.join(DIST, name), { recursive: true });
}
buildLibrary();
await buildCommandLine();
