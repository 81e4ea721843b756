/** What a check of a whole mirror looks at: what the index lists, what is there besides, and the lists made of both. */
import { join } from 'node:path';
import { type K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_MIRROR_INDEX_BYTES, MAX_SUMS_BYTES } from '../limits.ts';
import { foundFiles } from '../mirror/found-files.ts';
import { EMPTY_INDEX, type MirrorIndex, readIndex } from '../mirror/index-file.ts';
import { INDEX_NAME } from '../mirror/layout.ts';
import { feedsOf, markersOf, sumsOf } from '../mirror/lists.ts';
import { note, type Note } from '../notes.ts';
import { type ReleaseArtifact, SIDE_FILE } from '../release/artifact.ts';
import { artifactAt } from '../release/artifact-at.ts';
import type { DirectorySource } from '../source/directory-source.ts';
import type { CheckedFile, FileToCheck } from './mirror-check.ts';

export interface MirrorContent {
  /** Listed ones first, then what is there besides; each by path. */
  readonly files: readonly FileToCheck[];
  readonly index: MirrorIndex;
  /** Of what is there and is no file of a release. */
  readonly notes: readonly Note[];
}

/** @throws UnavailableError `mirror-inconsistent` if the index cannot be read, or nothing is there. */
export async function lookInto(source: DirectorySource): Promise<MirrorContent> {
  const index = await indexOf(source);
  const listed = index.files.flatMap((one) => {
    const artifact = artifactAt(one.path);
    return artifact === undefined ? [] : [{ artifact, listed: one }];
  });
  const extra = othersIn(await foundFiles(source.root), index);
  const files = [...listed, ...extra.artifacts.map((artifact) => ({ artifact, listed: undefined }))];
  if (files.length === 0) throw nothingThere(source);
  const notes = extra.strange.map((path) =>
    note('mirror-extra', `${at(source, path)} is no file of a release`),
  );
  return { files, index, notes };
}

async function indexOf(source: DirectorySource): Promise<MirrorIndex> {
  const request = { path: INDEX_NAME, maxBytes: MAX_MIRROR_INDEX_BYTES, what: 'the index of the mirror' };
  const found = await source.small(request);
  return found === undefined ? EMPTY_INDEX : readIndex(found.bytes, at(source, INDEX_NAME));
}

function othersIn(
  paths: readonly string[],
  { files, made }: MirrorIndex,
): { readonly artifacts: readonly ReleaseArtifact[]; readonly strange: readonly string[] } {
  const known = new Set([...files.map(({ path }) => path), ...made]);
  const artifacts: ReleaseArtifact[] = [];
  const strange: string[] = [];
  for (const path of paths) {
    if (known.has(path)) continue;
    const artifact = artifactAt(path);
    if (artifact !== undefined) artifacts.push(artifact);
    else if (artifactAt(path.replace(SIDE_FILE, '')) === undefined && !LISTS.test(path)) strange.push(path);
  }
  return { artifacts, strange };
}

/** Lists and markers that another mirror or dl.k8s.io made. */
const LISTS = /^release\/(?:(?:stable|latest)[0-9.-]*\.txt|v[^/]+\/(?:SHA(?:256|512)SUMS|provenance\.json))$/;

function nothingThere({ shown }: DirectorySource): UnavailableError {
  return new UnavailableError('mirror-inconsistent', `there is nothing to check in ${shown}`, {
    wanted: 'a mirror: a directory with release/',
    found: 'no file of a release',
    next: 'check the name of the directory; k8s-verify mirror --to DIR fills one',
  });
}

/** Compares the lists that runs have made with what the index lists. Other tools take digests and versions from them. */
export async function checkLists(
  source: DirectorySource,
  { files, made }: MirrorIndex,
): Promise<readonly Extract<CheckedFile, { readonly kind: 'failed' }>[]> {
  const [sums, markers, feeds] = [sumsOf(files), markersOf(files), feedsOf(files)];
  const failed: Extract<CheckedFile, { readonly kind: 'failed' }>[] = [];
  for (const path of made) {
    const wanted = sums.get(path) ?? feeds.get(path) ?? markers.get(path);
    if (wanted === undefined) continue;
    const found = await source.small({ path, maxBytes: MAX_SUMS_BYTES, what: path });
    if (found !== undefined && Buffer.from(found.bytes).toString('utf8') === wanted) continue;
    const isMarker = markers.has(path);
    const error = found === undefined || isMarker ? outOfDate(source, path) : notTheList(source, path);
    failed.push({
      kind: 'failed',
      path: at(source, path),
      verdict: error instanceof UntrustedError ? 'refused' : 'missing',
      error,
    });
  }
  return failed;
}

function outOfDate(source: DirectorySource, path: string): K8sVerifyError {
  return new UnavailableError('mirror-inconsistent', `${path} is missing or out of date`, {
    wanted: 'what the files of the mirror make it',
    found: 'something else, or no such file',
    from: at(source, path),
    next: 'fill the mirror again, which writes it anew',
  });
}

function notTheList(source: DirectorySource, path: string): K8sVerifyError {
  return new UntrustedError('digest-mismatch', `${path} does not have the digests of the files`, {
    wanted: 'the digests that the index lists',
    found: 'others',
    from: at(source, path),
    why: 'a tool that trusts this list would take another file, or refuse the right one',
    next: 'fill the mirror again, which writes it anew',
  });
}

function at({ shown }: DirectorySource, path: string): string {
  return join(shown, ...path.split('/'));
}
