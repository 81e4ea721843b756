/** Runs the real command as a child process in a clean environment. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir } from './temp-dir.ts';

export const CLI_PATH: string = fileURLToPath(new URL('../../bin/k8s-verify.js', import.meta.url));

export interface RunOptions {
  /** Added to the clean environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** HOME. Default: a fresh directory that is removed afterwards. */
  readonly home?: string;
  readonly stdin?: string;
  /** Sends a signal once stderr (or stdout) matches or the promise resolves. */
  readonly interrupt?: {
    readonly when: RegExp | Promise<unknown>;
    /** Default `SIGINT`, as Ctrl-C. */
    readonly signal?: NodeJS.Signals;
  };
  /** Ends a run that hangs. Default 60 seconds. */
  readonly timeoutMs?: number;
  /** Another program than the CLI, run by the same node. */
  readonly script?: string;
  /** Arguments of node before the script. */
  readonly nodeArguments?: readonly string[];
}

export interface RunResult {
  /** Null where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI to its end. A run that exceeds its time is killed and comes back with `signal: 'SIGKILL'`. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  if (options.home !== undefined) return run(args, options.home, options);
  await using home = await createTempDir('k8s-verify-home-');
  return await run(args, home.path, options);
}

async function run(args: readonly string[], home: string, options: RunOptions): Promise<RunResult> {
  const command = [...(options.nodeArguments ?? []), options.script ?? CLI_PATH, ...args];
  const child = spawn(process.execPath, command, {
    cwd: options.cwd ?? home,
    env: cleanEnvironment(home, options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const { when, signal = 'SIGINT' } = options.interrupt ?? {};
  let interrupted = false;
  const interrupt = (): void => {
    if (!interrupted) child.kill(signal);
    interrupted = true;
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (when instanceof RegExp && when.test(output[name])) interrupt();
    });
  }
  if (when instanceof Promise) void when.then(interrupt, () => child.kill('SIGKILL'));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const limit = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, endedBy) => {
      clearTimeout(limit);
      resolve({ exitCode, signal: endedBy, ...output });
    });
  });
}

/** PATH with the running node in front, HOME, and nothing else: no proxies, no tokens, no colours. */
function cleanEnvironment(home: string, extra: RunOptions['env'] = {}): Record<string, string> {
  const path = [dirname(process.execPath), process.env['PATH']].filter((part) => part !== undefined);
  const clean: Record<string, string | undefined> = {
    PATH: path.join(process.platform === 'win32' ? ';' : ':'),
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: home,
    TMPDIR: process.env['TMPDIR'],
    SystemRoot: process.env['SystemRoot'],
    // The home is fresh, so nothing is gained by it, and what is on disk is part of what tests compare.
    NODE_DISABLE_COMPILE_CACHE: '1',
    ...extra,
  };
  return Object.fromEntries(
    Object.entries(clean).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
