import { join, resolve } from 'node:path';
import { type Client, usingClient } from './client.ts';
import { RequestError } from './errors.ts';
import { checkFiles, type CheckedFile } from './flow/mirror-check.ts';
import { fillMirror } from './flow/mirror-fill.ts';
import type { LaidFile } from './flow/mirror-file.ts';
import type { MirroredFile } from './mirror/index-file.ts';
import type { Note } from './notes.ts';
import type { CheckMirrorInput, MirrorInput } from './plan/input.ts';
import { underPolicy } from './plan/policy-of.ts';
import { planReleased, type SkippedFile, withManifests } from './plan/plan-released.ts';
import { readCheckMirror, readMirror } from './plan/read-released.ts';
import type { PolicyUse } from './policy/policy.ts';
import { DirectorySource, isDirectory } from './source/directory-source.ts';
import { MANIFEST_NAME } from './release/artifact.ts';
import { checkLists, lookInto } from './flow/mirror-whole.ts';
import type { MirrorRequest, TrustRequest } from './plan/request.ts';
import { excerpt } from './text/excerpt.ts';

/** A released file in a mirror. */
export interface MirrorFileResult {
  /** `added`: written by this run; `kept`: there already, and proved again; `removed`. */
  readonly outcome: 'added' | 'kept' | 'removed';
  /** Absolute. */
  readonly path: string;
  /** `kubectl`, or `kubernetes-release.spdx` for a release manifest. */
  readonly component: string;
  /** `v1.30.2` */
  readonly version: string;
  /** `os/arch`; absent if one file serves all. */
  readonly platform?: string;
  /** The proven digest, hex. */
  readonly sha256: string;
  /** Its size; absent if only its evidence is there. */
  readonly bytes?: number;
  /** The verified time of signing, ISO 8601. */
  readonly signedAt?: string;
  /** The policy file that allowed it; absent where the run was under none, and of what was removed. */
  readonly policy?: PolicyUse;
  /** The absolute path of its bundle, and whether this run has written that. */
  readonly bundle?: { readonly outcome: 'added' | 'kept'; readonly path: string };
}

/** What {@link mirror} has done. */
export interface MirrorResult {
  /** Rises with a change that could break a reader. */
  readonly schemaVersion: 1;
  /** Absolute. */
  readonly directory: string;
  /** In the order of the request, then the release manifests, then what was removed. */
  readonly files: readonly MirrorFileResult[];
  /** How many other artifacts of earlier runs are there; this run did not look at them. */
  readonly others: number;
  /** Bytes that were written: files and their evidence. */
  readonly bytesWritten: number;
  /** Components and platforms that were never published together. */
  readonly skipped: readonly SkippedFile[];
  /** What a person should know about the run as a whole. */
  readonly notes: readonly Note[];
}

/**
 * Fills a directory with released files and their evidence, laid out like dl.k8s.io, so that an install from it needs no
 * network. What is there and proves is kept. A run that ends early leaves whole files, and the next one goes on from there.
 *
 * @param client default: one that is made and closed for this call.
 * @throws K8sVerifyError: UntrustedError where a check failed; UnavailableError where something could not be fetched, or the
 *   index of the directory cannot be read; InstallError where something could not be written, or another run fills it.
 */
export async function mirror(input: MirrorInput, client?: Client): Promise<MirrorResult> {
  const request = readMirror(input);
  return usingClient(client, (one) => mirrorReleases(request, one));
}

/** What {@link checkMirror} has found. */
export interface MirrorCheck {
  /** Listed files by path, then what is there besides, then lists that do not fit. */
  readonly files: readonly CheckedFile[];
  /** Of what is there and is no file of a release. */
  readonly notes: readonly Note[];
}

/**
 * Proves everything in a mirror again, without a network: each file by its bundle, each name by the release manifest that is
 * there too. Changes nothing. A file that fails is a result, and no error: look at the `kind` of each.
 *
 * @param client default: one that is made and closed for this call.
 * @throws RequestError `usage` if there is no such directory; UnavailableError `mirror-inconsistent` if its index cannot be
 *   read, or nothing is there; and for a trusted root that cannot be used.
 */
export async function checkMirror(input: CheckMirrorInput, client?: Client): Promise<MirrorCheck> {
  const { directory, signal = new AbortController().signal, ...request } = readCheckMirror(input);
  if (!isDirectory(directory)) {
    throw new RequestError('usage', 'directory names no directory', {
      wanted: 'the directory of a mirror',
      found: excerpt(directory),
      next: 'name a directory that exists',
    });
  }
  return usingClient(client, (one) => checkMirrorIn(resolve(directory), request, one, signal));
}

/**
 * Proves everything in a mirror again, without a network: each file by its bundle, each name by the release manifest that is
 * there too. Changes nothing.
 *
 * @param directory absolute.
 * @throws UnavailableError `mirror-inconsistent` if its index cannot be read, or nothing is there; and for a trusted root that
 *   cannot be used.
 */
export async function checkMirrorIn(
  directory: string,
  given: TrustRequest,
  client: Client,
  signal: AbortSignal,
): Promise<MirrorCheck> {
  const request = await underPolicy(given, client);
  const source = new DirectorySource(directory);
  const content = await lookInto(source);
  const { files, unread, notes } = content;
  for (const one of notes) client.report({ kind: 'note', ...one });
  const checked = await checkFiles(files, directory, request, client, signal);
  return { files: [...checked, ...unread, ...(await checkLists(source, content, checked))], notes };
}

/** The same for a request that is read already. */
export async function mirrorReleases(given: MirrorRequest, client: Client): Promise<MirrorResult> {
  const request = await underPolicy(given, client);
  const plan = withManifests(await planReleased(request, client));
  const filled = await fillMirror(plan, request, client);
  const { laid, removed, notes, uses } = filled;
  const directory = resolve(request.to);
  const others = filled.others.filter(({ component }) => component !== MANIFEST_NAME);
  return {
    schemaVersion: 1,
    directory,
    files: [
      ...laid.map((one, index) => laidResult(one, directory, uses[index])),
      ...removed.map((one) => removedResult(one, directory)),
    ],
    others: others.length,
    bytesWritten: laid.reduce((sum, { written }) => sum + written, 0),
    skipped: plan.skipped,
    notes,
  };
}

function laidResult(
  { file, itself, bundle }: LaidFile,
  directory: string,
  policy: PolicyUse | undefined,
): MirrorFileResult {
  const at = (path: string): string => join(directory, ...path.split('/'));
  return {
    outcome: itself.outcome,
    ...factsOf(file),
    path: at(itself.path),
    ...(bundle === undefined ? {} : { bundle: { outcome: bundle.outcome, path: at(bundle.path) } }),
    ...(policy === undefined ? {} : { policy }),
  };
}

function removedResult(file: MirroredFile, directory: string): MirrorFileResult {
  return { outcome: 'removed', ...factsOf(file), path: join(directory, ...file.path.split('/')) };
}

function factsOf(file: MirroredFile): Omit<MirroredFile, 'sideFiles' | 'path'> {
  const { component, version, platform, sha256, bytes, signedAt } = file;
  return {
    component,
    version,
    ...(platform === undefined ? {} : { platform }),
    sha256,
    ...(bytes === undefined ? {} : { bytes }),
    ...(signedAt === undefined ? {} : { signedAt }),
  };
}
