/** A second user of the machine, for tests of what one user can do to another. It takes root on Linux, and setpriv. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** The user who owns nothing, on most systems. */
export const OTHER_UID = 65_534;

/** How often a race is run; `K8S_VERIFY_TEST_ROUNDS` asks for more. */
export const ROUNDS: number = Number(process.env['K8S_VERIFY_TEST_ROUNDS'] ?? '20');

const AS_OTHER = [`--reuid=${OTHER_UID}`, `--regid=${OTHER_UID}`, '--clear-groups'];

/** Why tests with a second user are skipped; undefined where they run. */
export const NO_OTHER_USER: string | undefined = whyNot();

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, to become another user';
  const tried = spawnSync('setpriv', [...AS_OTHER, process.execPath, '-e', '0'], { cwd: '/' });
  return tried.status === 0 ? undefined : 'needs setpriv, and a Node that every user may run';
}

/** Runs a script (ES module) as the other user, to its end. */
export function asOther(script: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('setpriv', commandOf(script, args), { cwd: '/', encoding: 'utf8' });
  if (status !== 0) throw new Error(`the other user failed: ${stderr}`);
}

/**
 * Runs a script as the other user until it is stopped, or the test ends. Resolves once it has written something.
 *
 * @returns stops it.
 */
export async function attack(script: string, ...args: readonly string[]): Promise<() => Promise<void>> {
  const child = spawn('setpriv', commandOf(script, args), { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = (): Promise<void> => end(child);
  onTestFinished(stop);
  await once(child.stdout, 'data');
  child.stdout.resume();
  return stop;
}

function commandOf(script: string, args: readonly string[]): string[] {
  return [...AS_OTHER, process.execPath, '--input-type=module', '-e', script, '--', ...args];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
