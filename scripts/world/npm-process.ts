/** The npm that started this: where that ends without a word (SIGKILL, SIGHUP, its terminal), what it started stays. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
  const { command, above } = readProcess(parent);
  return /^-?\w*sh$/.test(path.basename(command)) ? above : parent;
}

function readProcess(number: number): { readonly command: string; readonly above: number } {
  // Small images have no ps, and other systems no /proc.
  const stat = `/proc/${number}/stat`;
  const found = existsSync(stat)
    ? /\((?<command>.*)\) \S (?<above>\d+)/s.exec(readFileSync(stat, 'utf8'))
    : /^\s*(?<above>\d+)\s+(?<command>.*\S)/.exec(ps(number));
  return { command: found?.groups?.['command'] ?? '', above: Number(found?.groups?.['above']) };
}

function ps(number: number): string {
  const { stdout, error } = spawnSync('ps', ['-o', 'ppid=', '-o', 'comm=', '-p', String(number)], {
    encoding: 'utf8',
  });
  return error === undefined ? stdout : '';
}
