/** Runs a program to its end, without holding up this process: the servers that it asks may live here. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface ProgramOptions {
  readonly cwd?: string;
  /**
   * The whole environment, but that K8S_VERIFY_DATA_DIR is added if it is not here: a directory below HOME, without HOME
   * that of the test file (own-data-directory.ts). What is undefined is left out.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Sends a signal once stderr (or stdout) matches or the promise resolves. */
  readonly interrupt?: {
    readonly when: RegExp | Promise<unknown>;
    /** Default `SIGINT`, as Ctrl-C. */
    readonly signal?: NodeJS.Signals;
  };
  /** Ends a run that hangs. Default 60 seconds. */
  readonly timeoutMs?: number;
}

export interface ProgramRun {
  /** Null where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly output: string;
}

/** A run that exceeds its time is killed and comes back with `signal: 'SIGKILL'`. */
export async function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  options: ProgramOptions,
): Promise<ProgramRun> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: withoutUndefined({ K8S_VERIFY_DATA_DIR: dataDirectory(options.env['HOME']), ...options.env }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '', output: '' };
  const { when, signal = 'SIGINT' } = options.interrupt ?? {};
  let interrupted = false;
  const interrupt = (): void => {
    if (!interrupted) child.kill(signal);
    interrupted = true;
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      printed.output += text;
      if (when instanceof RegExp && when.test(printed[name])) interrupt();
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
      resolve({ exitCode, signal: endedBy, ...printed });
    });
  });
}

function dataDirectory(home: string | undefined): string | undefined {
  return home === undefined
    ? process.env['K8S_VERIFY_DATA_DIR']
    : join(home, '.local', 'share', 'k8s-verify');
}

function withoutUndefined(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
