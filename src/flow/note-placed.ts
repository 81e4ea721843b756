import { dirname } from 'node:path';
import { statedDigestBeside } from '../evidence/local-evidence.ts';
import { note } from '../notes.ts';
import type { Report } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';
import { bundlePathOf } from './saved-bundle.ts';

/** Adds to each result what a person should know of what lies next to it now, and tells it. */
export async function notePlaced(
  results: readonly ArtifactResult[],
  report: Report,
): Promise<readonly ArtifactResult[]> {
  const noted = await noteOthers(results, report);
  return Promise.all(noted.map((one) => noteOlderBundle(one, report)));
}

/**
 * Says of what was placed who else can change it. That is no failure: a job's container runs as root in the workspace of
 * another user, and `sudo` installs into a home. Where the system does not tell, nothing is said.
 */
async function noteOthers(
  results: readonly ArtifactResult[],
  report: Report,
): Promise<readonly ArtifactResult[]> {
  const told = new Set<string>();
  const noted: ArtifactResult[] = [];
  for (const result of results) {
    const { path, outcome, notes } = result;
    const others = path === undefined || outcome === 'verified' ? undefined : await whoElse(path);
    if (path === undefined || others === undefined) {
      noted.push(result);
      continue;
    }
    const added = others.map((other) =>
      note('others-can-change', `${other.who} can change what is in ${dirname(path)}, through ${other.path}`),
    );
    for (const one of added.filter(({ text }) => !told.has(text))) {
      told.add(one.text);
      report({ kind: 'note', ...one, artifact: path });
    }
    noted.push({ ...result, othersCanChange: others, notes: [...notes, ...added] });
  }
  return noted;
}

/** Loaded where something was placed: a verification is quicker without it. */
async function whoElse(path: string): Promise<ArtifactResult['othersCanChange']> {
  const { othersCanChange } = await import('../disk/who-can-change.ts');
  return othersCanChange(path);
}

/**
 * Tells of a bundle next to an installed file that is of another file. It was not the bundle of the file that was
 * replaced, so that nobody knows whose it is, and it stays; but verifying the new file next to it would be refused.
 */
async function noteOlderBundle(result: ArtifactResult, report: Report): Promise<ArtifactResult> {
  const { outcome, path, bundlePath, sha256, fromTarball, notes } = result;
  const isFile = outcome === 'installed' || outcome === 'replaced' || outcome === 'kept';
  if (!isFile || path === undefined || bundlePath !== undefined) return result;
  const stated = await statedDigestBeside(path);
  if (stated === undefined || stated === sha256) return result;
  const remedy =
    fromTarball === undefined
      ? 'to renew it, install with --save-bundle'
      : 'remove it: a file out of a tarball has no signature of its own';
  const left = note(
    'older-bundle-left',
    `${bundlePathOf(path)} was left alone and is of another file; ${remedy}`,
  );
  report({ kind: 'note', ...left, artifact: path });
  return { ...result, notes: [...notes, left] };
}
