/** What a check of a whole mirror looks at: what the index lists, what is there besides, and the lists made of both. */
import { join } from 'node:path';
import { K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_MIRROR_INDEX_BYTES, MAX_SUMS_BYTES } from '../limits.ts';
import { foundFiles } from '../mirror/found-files.ts';
import { EMPTY_INDEX, type MirroredFile, type MirrorIndex, readIndex } from '../mirror/index-file.ts';
import { INDEX_NAME } from '../mirror/layout.ts';
import { feedsOf, markersOf, sumsOf } from '../mirror/lists.ts';
import { note, type Note } from '../notes.ts';
import { type ReleaseArtifact, SIDE_FILE } from '../release/artifact.ts';
import { artifactAt } from '../release/artifact-at.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { digestFromSums } from '../records/release-sums.ts';
import type { DirectorySource } from '../source/directory-source.ts';
import { verdictOf } from '../verdict.ts';
import type { CheckedFile, FileToCheck } from './mirror-check.ts';

export interface MirrorContent {
  /** Listed ones first, then what is there besides; each by path. */
  readonly files: readonly FileToCheck[];
  readonly index: MirrorIndex;
  /** Paths of lists of digests that another mirror or dl.k8s.io made. */
  readonly foreignSums: readonly string[];
  /** Directories that could not be looked into. */
  readonly unread: readonly FailedFile[];
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
  const found = await foundFiles(source.root);
  const extra = othersIn(found.paths, index);
  const unread = found.unread.map(({ path, why }) => failure(source, path, notLookedInto(source, path, why)));
  const files = [...listed, ...extra.artifacts.map((artifact) => ({ artifact, listed: undefined }))];
  if (files.length === 0 && unread.length === 0) throw nothingThere(source);
  const notes = extra.strange.map((path) =>
    note('mirror-extra', `${at(source, path)} is no file of a release`),
  );
  const own = sumsOf(index.files);
  const foreignSums = found.paths.filter((path) => SUMS.test(path) && !own.has(path));
  return { files, index, foreignSums, unread, notes };
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

const SUMS = /^release\/v[^/]+\/SHA256SUMS$/;
/** Lists and markers that another mirror or dl.k8s.io made. */
const LISTS = /^release\/(?:(?:stable|latest)[0-9.-]*\.txt|v[^/]+\/(?:SHA(?:256|512)SUMS|provenance\.json))$/;

function nothingThere({ shown }: DirectorySource): UnavailableError {
  return new UnavailableError('mirror-inconsistent', `there is nothing to check in ${shown}`, {
    wanted: 'a mirror: a directory with release/',
    found: 'no file of a release',
    next: 'check the name of the directory; k8s-verify mirror --to DIR fills one',
  });
}

type FailedFile = Extract<CheckedFile, { readonly kind: 'failed' }>;

/**
 * Compares the lists of the mirror with what they are made of: what the index lists, with the digests that were proved. Other
 * tools take digests and versions from them, whether or not the index says that they were made. The index may be older than
 * lists it does not name, so that only those that it names are missed.
 */
export async function checkLists(
  source: DirectorySource,
  { files: all, foreignSums, index: { files: listed, made } }: MirrorContent,
  checked: readonly CheckedFile[],
): Promise<readonly FailedFile[]> {
  const files = asProved(source, listed, checked);
  const [sums, markers, feeds] = [sumsOf(files), markersOf(files), feedsOf(files)];
  const failed: FailedFile[] = [];
  const wrong = files.find((file, place) => !saysTheSame(file, listed[place]));
  if (wrong !== undefined) failed.push(failure(source, INDEX_NAME, falseIndex(source, wrong)));
  for (const path of new Set([...made, ...sums.keys(), ...markers.keys(), ...feeds.keys()])) {
    const wanted = sums.get(path) ?? feeds.get(path) ?? markers.get(path);
    const error = await flawOf(source, path, wanted, {
      isMarker: markers.has(path),
      isMade: wanted !== undefined && made.includes(path),
    });
    if (error !== undefined) failed.push(failure(source, path, error));
  }
  const proved = all.flatMap(({ artifact }, place) => {
    const one = checked[place];
    return one?.kind === 'proved' ? [{ artifact, sha256: one.artifact.sha256 }] : [];
  });
  for (const path of foreignSums) {
    const error = await contradictionIn(source, path, proved);
    if (error !== undefined) failed.push(failure(source, path, error));
  }
  return failed;
}

/** A list of another maker may lack files, and have others; it may not have another digest for one that was proved. */
async function contradictionIn(
  source: DirectorySource,
  path: string,
  proved: readonly { readonly artifact: ReleaseArtifact; readonly sha256: string }[],
): Promise<K8sVerifyError | undefined> {
  try {
    const found = await source.small({ path, maxBytes: MAX_SUMS_BYTES, what: path });
    const isTrue = proved.every(({ artifact, sha256 }) => {
      const isItsList = path === `release/${formatReleaseVersion(artifact.version)}/SHA256SUMS`;
      if (!isItsList || found === undefined) return true;
      return (digestFromSums(found.bytes, artifact, 'sha256') ?? sha256) === sha256;
    });
    return isTrue ? undefined : notTheList(source, path);
  } catch (error) {
    if (error instanceof K8sVerifyError) return error;
    throw error;
  }
}

/** @throws the error, if it is about the whole run. */
function failure(source: DirectorySource, path: string, error: K8sVerifyError): FailedFile {
  const verdict = verdictOf(error);
  if (verdict === undefined) throw error;
  return { kind: 'failed', path: at(source, path), verdict, error };
}

/** What is wrong with a list; undefined where it is what it has to be, or is not there and need not be. */
async function flawOf(
  source: DirectorySource,
  path: string,
  wanted: string | undefined,
  { isMarker, isMade }: { readonly isMarker: boolean; readonly isMade: boolean },
): Promise<K8sVerifyError | undefined> {
  try {
    const found = await source.small({ path, maxBytes: MAX_SUMS_BYTES, what: path });
    if (found === undefined) return isMade ? outOfDate(source, path) : undefined;
    if (Buffer.from(found.bytes).toString('utf8') === wanted) return undefined;
    return isMarker || wanted === undefined ? outOfDate(source, path) : notTheList(source, path);
  } catch (error) {
    if (error instanceof K8sVerifyError) return error;
    throw error;
  }
}

/** What the index lists, with the digest and the time that were proved in place of its own. */
function asProved(
  source: DirectorySource,
  listed: readonly MirroredFile[],
  checked: readonly CheckedFile[],
): readonly MirroredFile[] {
  const proved = new Map(
    checked.flatMap((one) => (one.kind === 'proved' ? [[one.path, one.artifact] as const] : [])),
  );
  return listed.map((file) => {
    const artifact = proved.get(at(source, file.path));
    if (artifact === undefined) return file;
    const { signedAt: _, ...rest } = file;
    const { sha256, signedAt } = artifact;
    return { ...rest, sha256, ...(signedAt === undefined ? {} : { signedAt }) };
  });
}

function saysTheSame(one: MirroredFile, other: MirroredFile | undefined): boolean {
  return one.sha256 === other?.sha256 && one.signedAt === other.signedAt;
}

function falseIndex(source: DirectorySource, proved: MirroredFile): K8sVerifyError {
  const { path, sha256, signedAt = 'at no known time' } = proved;
  return new UnavailableError('mirror-inconsistent', 'the index of the mirror is not about its files', {
    wanted: `sha256:${sha256}, signed ${signedAt}, which is proved of ${path}`,
    found: 'another digest or time in the index',
    from: at(source, INDEX_NAME),
    why: 'the next run would make lists and feeds of it',
    next: 'fill the mirror again, which writes the index and the lists anew',
  });
}

function notLookedInto(source: DirectorySource, path: string, why: string): K8sVerifyError {
  return new UnavailableError('mirror-unreadable', `${path} was not looked into: ${why}`, {
    wanted: 'a directory in the mirror that this user may read',
    found: why,
    from: at(source, path),
    why: 'files in it were not proved, and a server may give them out',
    next: 'see what is wrong in that directory',
  });
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
    wanted: 'the digests that were proved',
    found: 'others',
    from: at(source, path),
    why: 'a tool that trusts this list would take another file, or refuse the right one',
    next: 'fill the mirror again, which writes it anew',
  });
}

function at({ shown }: DirectorySource, path: string): string {
  return join(shown, ...path.split('/'));
}
