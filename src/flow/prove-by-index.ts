import { MAX_MIRROR_INDEX_BYTES } from '../limits.ts';
import { readIndex } from '../mirror/index-file.ts';
import { INDEX_NAME } from '../mirror/layout.ts';
import { artifactAt } from '../release/artifact-at.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { LocalRun, ProvedLocal } from './prove-by.ts';
import { orNone } from './prove-by-listing.ts';
import { proveAsPublished, type PublishedAnswer, type PublishedContext } from './prove-as-published.ts';
import type { UnaidedSubject } from './unaided-subject.ts';

/**
 * A subject that does not say which file of a release it is: by what a mirror on this machine has for its digest. The index of
 * the mirror says where to look, and nothing rests on it.
 *
 * @returns undefined where no mirror has something for it, or what it has is of another file.
 */
export async function proveByIndex(
  run: LocalRun,
  subject: UnaidedSubject,
  context: PublishedContext,
): Promise<PublishedAnswer | undefined> {
  for (const source of context.sources) {
    const artifact = source.isLocal ? await artifactIn(source, subject.sha256) : undefined;
    if (artifact === undefined) continue;
    const here = { ...context, sources: [source] };
    const answer = await proveAsPublished(run, subject, artifact, here);
    if (answer.kind === 'other') continue;
    return answer.kind === 'proved' ? withManifest(answer.proved, artifact, run, context) : answer;
  }
  return undefined;
}

/** With the manifest of the release, which may bind its name. */
async function withManifest(
  proved: ProvedLocal,
  { version }: ReleaseArtifact,
  { policy }: LocalRun,
  { manifestOf }: PublishedContext,
): Promise<PublishedAnswer> {
  const manifest = await orNone(manifestOf(version, policy));
  return { kind: 'proved', proved: { ...proved, ...(manifest === undefined ? {} : { manifest }) } };
}

type PathOf = ReadonlyMap<string, string>;

/** Of each mirror: the file that its index lists for a digest. An index can have many megabytes, and is read once. */
const INDEXES = new WeakMap<ReleaseSource, Promise<PathOf | undefined>>();

async function artifactIn(source: ReleaseSource, sha256: string): Promise<ReleaseArtifact | undefined> {
  const index = INDEXES.get(source) ?? orNone(readPaths(source));
  INDEXES.set(source, index);
  const path = (await index)?.get(sha256);
  return path === undefined ? undefined : artifactAt(path);
}

async function readPaths(source: ReleaseSource): Promise<PathOf | undefined> {
  const what = 'the index of the mirror';
  const file = await source.small({ path: INDEX_NAME, maxBytes: MAX_MIRROR_INDEX_BYTES, what });
  if (file === undefined) return undefined;
  const { files } = readIndex(file.bytes, `${source.shown}/${INDEX_NAME}`);
  return new Map(files.map((one) => [one.sha256, one.path]));
}
