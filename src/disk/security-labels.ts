/**
 * SELinux gives a new file the label of its directory, or one that fits its name. A renamed file keeps the label of
 * its hidden name, so the system's own `restorecon` must set the label for its final place.
 */
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { MAX_RELABEL_MS } from '../limits.ts';
import { note, type Note } from '../notes.ts';

export interface LabellingHost {
  /** A file that exists if SELinux is on. */
  readonly enforcing: string;
  /** In the form of PATH. */
  readonly path: string | undefined;
}

const thisHost = (): LabellingHost => ({ enforcing: '/sys/fs/selinux/enforce', path: process.env['PATH'] });

/**
 * Restores the SELinux labels of files and directory trees, if SELinux is on and `restorecon` is installed. A failure
 * does not fail the run.
 *
 * @param paths absolute, without links.
 * @returns notes about the whole run.
 */
export async function restoreLabels(
  paths: readonly string[],
  { enforcing, path }: LabellingHost = thisHost(),
): Promise<readonly Note[]> {
  if (paths.length === 0 || !(await isThere(enforcing, constants.F_OK))) return [];
  const program = await findProgram('restorecon', path);
  if (program === undefined) return [];
  // Loaded here: few systems have SELinux.
  const { execFile } = process.getBuiltinModule('node:child_process');
  try {
    // -F would also reset labels that an administrator chose. -R works on files too.
    await promisify(execFile)(program, ['-R', '--', ...paths], { timeout: MAX_RELABEL_MS });
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `could not restore the SELinux labels of ${paths.join(', ')}: ${reason.trim()}`;
    return [note('label-not-restored', text)];
  }
}

/** Skips relative entries of PATH: they mean another program in each working directory. */
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
