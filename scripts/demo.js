/**
 * `npm run demo` on a fresh clone, with whatever Node the machine has: installs the packages where they are missing,
 * builds, and starts scripts/demo/run.ts with the pinned Node. It is JavaScript because an old Node runs it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinnedNode = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
const installed = join(root, 'node_modules/.package-lock.json');

function packagesAreCurrent() {
  if (!existsSync(pinnedNode) || !existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!packagesAreCurrent()) {
  console.log('Installing what the demo needs (npm ci) ...');
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.[cm]?js$/.test(npm)) {
    run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
  } else {
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      shell: process.platform === 'win32',
    });
  }
}
run(pinnedNode, [join(root, 'scripts/build.ts')]);
run(pinnedNode, [join(root, 'scripts/demo/run.ts')]);
