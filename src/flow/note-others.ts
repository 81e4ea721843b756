import { dirname } from 'node:path';
import { othersCanChange } from '../disk/who-can-change.ts';
import type { Report } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';

/**
 * Says of what was placed who else can change it. That is no failure: a job's container runs as root in the workspace of
 * another user, and `sudo` installs into a home. Where the system does not tell, nothing is said.
 */
export async function noteOthers(
  results: readonly ArtifactResult[],
  report: Report,
): Promise<readonly ArtifactResult[]> {
  const told = new Set<string>();
  const noted: ArtifactResult[] = [];
  for (const result of results) {
    const { path, outcome, notes } = result;
    const others = path === undefined || outcome === 'verified' ? undefined : await othersCanChange(path);
    if (path === undefined || others === undefined) {
      noted.push(result);
      continue;
    }
    const messages = others.map(
      (other) => `${other.who} can change what is in ${dirname(path)}, through ${other.path}`,
    );
    for (const message of messages.filter((one) => !told.has(one))) {
      told.add(message);
      report({ kind: 'note', message });
    }
    noted.push({ ...result, othersCanChange: others, notes: [...notes, ...messages] });
  }
  return noted;
}
