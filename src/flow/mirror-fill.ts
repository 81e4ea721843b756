/**
 * Fills a mirror: proves all digests first, with few requests, and then takes the bytes that have them. What is there and
 * proves is kept. Each file is placed on its own, so that a run that ends early leaves whole files, and the next one goes on.
 */
import type { Client } from '../client.ts';
import { lockForWriting } from '../disk/writer-lock.ts';
import { MAX_PARALLEL_DOWNLOADS } from '../limits.ts';
import type { MirroredFile } from '../mirror/index-file.ts';
import { CHECKPOINTS_NAME } from '../mirror/layout.ts';
import { feedsOf, type Lists, markersOf, sumsOf } from '../mirror/lists.ts';
import { withMirror } from '../mirror/mirror-data.ts';
import { MirrorTree } from '../mirror/tree.ts';
import { note, type Note } from '../notes.ts';
import { type MirrorRequest, sourcesOf } from '../plan/request.ts';
import type { PolicyUse } from '../policy/policy.ts';
import type { ReleasedPlan } from '../plan/plan-released.ts';
import { newestCheckpoints } from './mirror-checkpoints.ts';
import { type LaidFile, layOutFile } from './mirror-file.ts';
import { GrowingIndex } from './mirror-index.ts';
import { removeOthers } from './mirror-prune.ts';
import { writeNewestRoot } from './mirror-root.ts';
import { type ReleasedRun, runReleased } from './released-run.ts';
import { sideBySide } from './side-by-side.ts';

export interface FilledMirror {
  /** In the order of the plan. */
  readonly laid: readonly LaidFile[];
  /** Files that were there before, and are not part of this run. */
  readonly others: readonly MirroredFile[];
  readonly removed: readonly MirroredFile[];
  /** What the policy file took to allow each of those that were laid; undefined where the run is under none. */
  readonly uses: readonly (PolicyUse | undefined)[];
  readonly notes: readonly Note[];
}

/**
 * @throws K8sVerifyError: InstallError `destination-busy` if another run fills it; UnavailableError `mirror-inconsistent` if
 *   its index cannot be read; and as {@link runReleased}.
 */
export async function fillMirror(
  plan: ReleasedPlan,
  request: MirrorRequest,
  client: Client,
): Promise<FilledMirror> {
  await using tree = await MirrorTree.open(request.to);
  const lock = await lockForWriting(tree.root);
  try {
    const notes = lock.tookOver === undefined ? [] : [tookOver(tree, lock.tookOver)];
    for (const one of notes) client.report({ kind: 'note', ...one });
    const index = await GrowingIndex.open(tree);
    const kept = { ...client, data: withMirror(client.data, tree, index.content) };
    const run = await runReleased(plan, request, kept);
    const uses = run.result.artifacts.map(({ policy }) => policy);
    const laidOut = await layOut(run, tree, index, request, client);
    const ofRoot = await writeNewestRoot(run, tree, request, client.clock.now());
    for (const one of ofRoot) client.report({ kind: 'note', ...one });
    return { ...laidOut, uses, notes: [...notes, ...run.result.notes, ...ofRoot] };
  } finally {
    // While no other run may write there.
    await tree.removeOwnEmpty();
    await lock.release();
  }
}

function tookOver({ path }: MirrorTree, holder: string): Note {
  const text = `${path} was locked by ${holder}, which does not run any more; this run goes on from there`;
  return note('mirror-taken-over', text);
}

async function layOut(
  run: ReleasedRun,
  tree: MirrorTree,
  index: GrowingIndex,
  request: MirrorRequest,
  client: Client,
): Promise<Omit<FilledMirror, 'notes' | 'uses'>> {
  const { proven } = run;
  const sources = sourcesOf(request, client.http);
  const evidenceOnly = request.evidenceOnly === true;
  const own = new Set(proven.map(({ artifact }) => artifact.path));
  const laid = await sideBySide(proven, MAX_PARALLEL_DOWNLOADS, request.signal, async (file, signal) => {
    const context = { client, tree, sources, evidenceOnly, signal };
    const one = await layOutFile(file, index.get(file.artifact.path), context);
    await index.add(one.file);
    return one;
  });
  const removed = request.prune === true ? await removeOthers(own, tree, index) : [];
  await writeLists(tree, index, evidenceOnly);
  await tree.write(CHECKPOINTS_NAME, await newestCheckpoints(proven, tree));
  await index.save();
  const others = index.content.files.filter(({ path }) => !own.has(path));
  return { laid, others, removed };
}

/** Lists and markers of everything that is there; what they were made of before and is gone goes too. */
async function writeLists(tree: MirrorTree, index: GrowingIndex, withFeeds: boolean): Promise<void> {
  const { files, made } = index.content;
  const keepsFeeds = withFeeds || made.some((path) => path.startsWith('feed/'));
  const lists: Lists = new Map([
    ...sumsOf(files),
    ...markersOf(files),
    ...(keepsFeeds ? feedsOf(files) : []),
  ]);
  index.setMade([...new Set([...made, ...lists.keys()])]);
  await index.save();
  for (const [path, text] of lists) await tree.write(path, Buffer.from(text));
  for (const path of made) if (!lists.has(path)) await tree.remove(path);
  index.setMade(lists.keys());
}
