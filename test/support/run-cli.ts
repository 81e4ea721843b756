/** Runs the real command as a child process in a clean environment. */
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProgramOptions, type ProgramRun, runProgram } from './run-program.ts';
import { createTempDir } from './temp-dir.ts';

export const CLI_PATH: string = fileURLToPath(new URL('../../bin/k8s-verify.js', import.meta.url));

export interface RunOptions extends Omit<ProgramOptions, 'env'> {
  /** Added to the clean environment; undefined takes a variable out. */
  readonly env?: ProgramOptions['env'];
  /** HOME, and where it runs unless `cwd` says otherwise. Default: a fresh directory that is removed afterwards. */
  readonly home?: string;
  /** Another program than the CLI, run by the same node. */
  readonly script?: string;
  /** Arguments of node before the script. */
  readonly nodeArguments?: readonly string[];
}

/** Runs the CLI to its end. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<ProgramRun> {
  if (options.home !== undefined) return run(args, options.home, options);
  await using home = await createTempDir('k8s-verify-home-');
  return await run(args, home.path, options);
}

async function run(args: readonly string[], home: string, options: RunOptions): Promise<ProgramRun> {
  const { nodeArguments = [], script = CLI_PATH, env } = options;
  return runProgram([process.execPath, ...nodeArguments, script, ...args], {
    ...options,
    cwd: options.cwd ?? home,
    env: { ...cleanEnvironment(home), ...env },
  });
}

/** PATH with the running node in front, HOME, and nothing else: no proxies, no tokens, no colours. */
function cleanEnvironment(home: string): ProgramOptions['env'] {
  const path = [dirname(process.execPath), process.env['PATH']].filter((part) => part !== undefined);
  return {
    PATH: path.join(delimiter),
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: home,
    TMPDIR: process.env['TMPDIR'],
    SystemRoot: process.env['SystemRoot'],
  };
}
