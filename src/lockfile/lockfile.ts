/** Reads the file of a lock, and says whether it is out of date. */
import { lstatSync } from 'node:fs';
import { unreadableFile } from '../files/unreadable-file.ts';
import { RequestError } from '../errors.ts';
import { MAX_LOCKFILE_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { COMPONENTS } from '../release/component.ts';
import { formatReleaseVersion, parseReleaseVersion, parseVersionRequest } from '../release/version.ts';
import { REPOSITORY } from '../text/repository.ts';
import { VERSION } from '../text/version.ts';
import { type Lock, type LockedArtifact, parseLock, tooLargeLock } from './lock.ts';

/** Where a lock is looked for in the directory of a run. */
export const DEFAULT_LOCKFILE = 'k8s-verify.lock.json';

/** A lock as it is in its file. */
export interface ReadLock {
  readonly lock: Lock;
  readonly bytes: Uint8Array;
}

/**
 * Reads a lock without waiting for a pipe.
 *
 * @throws RequestError `file-not-readable`, or as {@link parseLock}
 */
export async function readLock(path: string): Promise<ReadLock> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readUpTo(path, MAX_LOCKFILE_BYTES, 'found');
  } catch (cause) {
    throw unreadableFile(`the lockfile ${path}`, cause, {
      wanted: 'a lockfile that you may read',
      next: 'make one with k8s-verify lock, or name it with --lockfile; in the Action, check the repository out before, since the input lockfile counts from the workspace on',
    });
  }
  if (bytes === undefined) throw tooLargeLock(path);
  return { lock: parseLock(bytes, path), bytes };
}

/**
 * The same where there may be none yet.
 *
 * @returns undefined if there is no file.
 */
export async function findLock(path: string): Promise<ReadLock | undefined> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return readLock(path);
}

/** Where editors find the schema of a lock; a build without a repository of its own has no such address. */
export function schemaOf(): string | undefined {
  return REPOSITORY === undefined
    ? undefined
    : `https://raw.githubusercontent.com/${REPOSITORY}/v${VERSION}/docs/lock.schema.json`;
}

/**
 * The artifacts of a lock that is not out of date.
 *
 * @throws RequestError `lock-outdated`, or as {@link readLock}
 */
export async function readLockfile(path: string): Promise<readonly LockedArtifact[]> {
  const { lock } = await readLock(path);
  assertFits(lock, path);
  return lock.artifacts;
}

/** Whether an exact version is one that may stand for what was asked: `v1.30.2` for `1.30`, and any final one for `stable`. */
export function fits(asked: string, version: string): boolean {
  const request = parseVersionRequest(asked);
  const locked = parseReleaseVersion(version);
  if (request.kind === 'exact') return formatReleaseVersion(request.version) === version;
  const { channel, major, minor } = request.marker;
  return (
    (major === undefined || major === locked.major) &&
    (minor === undefined || minor === locked.minor) &&
    (channel !== 'stable' || locked.prerelease === undefined)
  );
}

const AS_ASKED = 'as "asked" says';

/**
 * Refuses a lock in which a version was bumped, or a component or a platform added or removed, and that was not locked again
 * since.
 *
 * @throws RequestError `lock-outdated`
 */
export function assertFits({ asked, platforms, artifacts }: Lock, path: string): void {
  if (asked === undefined) return;
  if (artifacts.length === 0) throw outdated(path, { wanted: 'a component', found: 'none' });
  for (const { component, version } of artifacts) {
    const wanted = asked.get(component);
    if (wanted !== undefined && fits(wanted, version)) continue;
    throw outdated(path, {
      wanted: `${wanted === undefined ? `no ${component}` : `${component} ${wanted}`}, ${AS_ASKED}`,
      found: `${component} ${version}`,
    });
  }
  for (const artifact of artifacts) assertPlatform(artifact, platforms, path);
  for (const [component, wanted] of asked) {
    if (artifacts.some((one) => one.component === component)) continue;
    throw outdated(path, { wanted: `${component} ${wanted}, ${AS_ASKED}`, found: `no ${component}` });
  }
}

/** A file of one platform is no file of every platform, and each platform is one that the lock is for. */
function assertPlatform(
  { component, version, platform }: LockedArtifact,
  platforms: readonly string[],
  path: string,
): void {
  if (platform !== undefined && platforms.includes(platform)) return;
  const isForAll = COMPONENTS.find(({ name }) => name === component)?.platforms === 'none';
  if (platform === undefined && isForAll) return;
  const found = `${component} ${version} ${platform ?? 'for every platform'}`;
  const asked = platforms.join(', ') || 'no platform';
  throw outdated(path, { wanted: `${component} for ${asked}, as "platforms" says`, found });
}

/** What was asked for last is not what is locked. */
function outdated(
  path: string,
  { wanted, found }: { readonly wanted: string; readonly found: string },
): RequestError {
  return new RequestError('lock-outdated', `${path} is out of date`, {
    wanted,
    found,
    next: 'k8s-verify lock',
  });
}
