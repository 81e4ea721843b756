import { RELEASES } from '../mirror/layout.ts';
import type { MirroredFile } from '../mirror/index-file.ts';
import type { MirrorTree } from '../mirror/tree.ts';
import { UnavailableError } from '../errors.ts';
import type { GrowingIndex } from './mirror-index.ts';

/**
 * Removes what the index lists below `release/` and this run was not asked for. Only regular files go, by the directory that
 * holds them; what a person has put there stays.
 *
 * @param wanted the paths that stay.
 * @throws UnavailableError `mirror-inconsistent` for a directory without an index of ours.
 */
export async function removeOthers(
  wanted: ReadonlySet<string>,
  tree: MirrorTree,
  index: GrowingIndex,
): Promise<readonly MirroredFile[]> {
  if (!index.isOurs) throw notOurs(tree);
  const removed: MirroredFile[] = [];
  for (const file of index.content.files) {
    const { path, sideFiles } = file;
    if (wanted.has(path) || !path.startsWith(`${RELEASES}/`)) continue;
    for (const suffix of sideFiles) await tree.remove(`${path}${suffix}`);
    await tree.remove(path);
    // After the bytes: a run that is killed here finds the rest by the index again.
    index.drop(path);
    await index.save();
    removed.push(file);
  }
  return removed;
}

function notOurs({ path }: MirrorTree): UnavailableError {
  return new UnavailableError('mirror-inconsistent', `nothing is removed from ${path}: it has no index`, {
    wanted: 'a mirror that k8s-verify has filled',
    found: 'a directory without k8s-verify-mirror.json',
    why: 'without the index it is not known which files are ours',
    next: 'leave out --prune this time; this run has made the index',
  });
}
