/** Runs a program to its end, without holding up this process: the servers that it asks may live here. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ProgramOptions {
  readonly cwd?: string;
  /**
   * The whole environment, but that K8S_VERIFY_DATA_DIR is below HOME unless it is here; what is undefined is left out.
   * Without it, a test that runs as root would write to the directory of the whole machine.
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

let homeless: string | undefined;

/** Without HOME: a directory of this process, which goes away with it. */
function dataDirectory(home: string | undefined): string {
  if (home !== undefined) return join(home, '.local', 'share', 'k8s-verify');
  if (homeless === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'k8s-verify-data-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    homeless = made;
  }
  return homeless;
}

function withoutUndefined(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
