/**
 * SELinux gives a new file the label of its directory, or one that goes with its name. What is renamed keeps the label
 * that its hidden name got, so that the system's own `restorecon` sets the one that its place asks for.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { MAX_RELABEL_MS } from '../limits.ts';

export interface LabellingHost {
  /** A file that is there where SELinux is on. */
  readonly enforcing: string;
  /** As in PATH. */
  readonly path: string | undefined;
}

const thisHost = (): LabellingHost => ({ enforcing: '/sys/fs/selinux/enforce', path: process.env['PATH'] });

/**
 * Restores the labels of files, and of directories with everything in them, where SELinux is on and `restorecon` is there.
 * What it cannot do ends no run.
 *
 * @param paths absolute, without links.
 * @returns notes for the user.
 */
export async function restoreLabels(
  paths: readonly string[],
  { enforcing, path }: LabellingHost = thisHost(),
): Promise<readonly string[]> {
  if (paths.length === 0 || !(await isThere(enforcing, constants.F_OK))) return [];
  const program = await findProgram('restorecon', path);
  if (program === undefined) return [];
  try {
    // -F would also reset what an administrator chose; -R serves files too.
    await promisify(execFile)(program, ['-R', '--', ...paths], { timeout: MAX_RELABEL_MS });
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`the SELinux labels of ${paths.join(', ')} could not be restored: ${reason.trim()}`];
  }
}

/** A relative entry of PATH means another program in another directory. */
async function findProgram(name: string, path: string | undefined): Promise<string | undefined> {
  for (const directory of (path ?? '').split(delimiter).filter((one) => isAbsolute(one))) {
    const program = join(directory, name);
    if (await isThere(program, constants.X_OK)) return program;
  }
  return undefined;
}

async function isThere(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
