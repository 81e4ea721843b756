/** A lockfile that lies in the directory of a run and is not used is mentioned, once. */
import { DEFAULT_LOCKFILE, findLock } from '../lockfile/lockfile.ts';
import { K8sVerifyError } from '../errors.ts';
import { note, type Note } from '../notes.ts';
import type { ArtifactResult } from '../result.ts';

/** @returns no note if there is no lockfile, if it cannot be read, or if it has the versions that were installed. */
export async function unusedLockNotes(artifacts: readonly ArtifactResult[]): Promise<readonly Note[]> {
  try {
    const found = await findLock(DEFAULT_LOCKFILE);
    const entries = found?.lock.artifacts ?? [];
    const others = entries.flatMap(({ component, version }) =>
      artifacts.some((one) => one.component === component && one.version !== version)
        ? [`${component} ${version}`]
        : [],
    );
    if (others.length === 0) return [];
    const said = [...new Set(others)].join(', ');
    return [note('lockfile-not-used', `${DEFAULT_LOCKFILE} says ${said} here; --locked would use it`)];
  } catch (error) {
    if (error instanceof K8sVerifyError) return [];
    throw error;
  }
}
