/** The npm that started this: where that ends without a word (SIGKILL, SIGHUP, its terminal), what it started stays. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { isRunning } from './running.ts';

/** How often it is looked for, in milliseconds. */
const EVERY = 500;

/** Calls `ended` once the npm of `npm run world` has ended; where this was started without npm, or on Windows, never. */
export function whenNpmEnds(
  environment: Readonly<Record<string, string | undefined>>,
  ended: () => void,
): void {
  if (environment['npm_lifecycle_event'] !== 'world' || process.platform === 'win32') return;
  const parent = process.ppid;
  const npm = npmAbove(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && isRunning(npm)) return;
    clearInterval(timer);
    ended();
  }, EVERY);
  timer.unref();
}

/** npm starts a shell, which some systems keep in between. Where nothing says so, the parent is taken for npm. */
function npmAbove(parent: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-o', 'comm=', '-p', String(parent)], {
    encoding: 'utf8',
  });
  const [, above, command = ''] = /^\s*(\d+)\s+(.*\S)/.exec(stdout ?? '') ?? [];
  return /^-?\w*sh$/.test(path.basename(command)) ? Number(above) : parent;
}
