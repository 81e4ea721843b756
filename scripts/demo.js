/**
 * `npm run demo` on a fresh clone, with whatever Node the machine has: installs the packages where they are missing,
 * builds, and starts scripts/demo/run.ts with the pinned Node. It is JavaScript because an old Node runs it.
 */
import { spawn } from 'node:child_process';
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

/** Waits for the program whatever happens, so that it can clean up; who interrupts this one means that one. */
async function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for (const signal of signals) process.removeListener(signal, forward);
  if (status !== 0) process.exit(status ?? 1);
}

if (!packagesAreCurrent()) {
  console.log('Installing what the demo needs (npm ci) ...');
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.[cm]?js$/.test(npm)) {
    await run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
  } else {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      shell: process.platform === 'win32',
    });
  }
}
await run(pinnedNode, [join(root, 'scripts/build.ts')]);
await run(pinnedNode, [join(root, 'scripts/demo/run.ts')]);
