import { dirname } from 'node:path';
import { statedDigestBeside } from '../evidence/local-evidence.ts';
import { note } from '../notes.ts';
import type { Report } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';
import { bundlePathOf } from './saved-bundle.ts';

/** Adds notes to each result about what is next to it now, and reports them. */
export async function notePlaced(
  results: readonly ArtifactResult[],
  report: Report,
): Promise<readonly ArtifactResult[]> {
  const noted = await noteOthers(results, report);
  return Promise.all(noted.map((one) => noteOlderBundle(one, report)));
}

/**
 * Notes who else can change what was placed. That is not a failure: a job's container runs as root in the workspace of
 * another user, and `sudo` installs into a home. If the system does not tell, there is no note.
 */
async function noteOthers(
  results: readonly ArtifactResult[],
  report: Report,
): Promise<readonly ArtifactResult[]> {
  const told = new Set<string>();
  const noted: ArtifactResult[] = [];
  for (const result of results) {
    const { path, notes } = result;
    const others = await whoElse(result);
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

/** Undefined where nothing is placed. Of what a dry run would place, who can change the directory. */
async function whoElse({ path, outcome }: ArtifactResult): Promise<ArtifactResult['othersCanChange']> {
  if (path === undefined || outcome === 'verified') return undefined;
  // Loaded where something was placed: a verification is quicker without it.
  const { othersCanChange } = await import('../disk/who-can-change.ts');
  const isToCome = outcome === 'would-install' || outcome === 'would-replace';
  return othersCanChange(isToCome ? dirname(path) : path);
}

/**
 * Notes that a bundle next to an installed file is not its own. It was not the bundle of the replaced file either, so
 * we do not know what it is for, and it stays. But verifying the new file next to it would be refused.
 */
async function noteOlderBundle(result: ArtifactResult, report: Report): Promise<ArtifactResult> {
  const { outcome, path, bundlePath, sha256, evidence, fromTarball, notes } = result;
  const isFile = outcome === 'installed' || outcome === 'replaced' || outcome === 'kept';
  if (!isFile || path === undefined || bundlePath !== undefined) return result;
  const stated = await statedDigestBeside(path);
  if (stated === undefined || stated === sha256) return result;
  const isListed = evidence.kind === 'release-manifest';
  const why = isListed
    ? 'the release manifest proves the file'
    : 'a file out of a tarball has no signature of its own';
  const remedy =
    fromTarball === undefined && !isListed ? 'to renew it, install with --save-bundle' : `remove it: ${why}`;
  const left = note(
    'older-bundle-left',
    `${bundlePathOf(path)} was left alone and is of another file; ${remedy}`,
  );
  report({ kind: 'note', ...left, artifact: path });
  return { ...result, notes: [...notes, left] };
}
