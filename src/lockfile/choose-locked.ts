/** Chooses the artifacts of an install that takes only what is locked. */
import { RequestError } from '../errors.ts';
import { findComponent, platformsOf } from '../release/component.ts';
import { formatPlatform } from '../release/platform.ts';
import { parseReleaseVersion } from '../release/version.ts';
import type { Lock, LockedArtifact } from './lock.ts';
import { assertFits, fits } from './lockfile.ts';

/** A component that an install asks for; without a version it takes the locked one. */
export interface AskedOfLock {
  readonly component: string;
  /** An exact one, or an alias that the locked one must fit. */
  readonly version?: string;
  /** `os/arch` */
  readonly platform: string;
}

export interface ChosenOfLock {
  readonly chosen: readonly LockedArtifact[];
  /** Locked components that were never published for a platform. */
  readonly skipped: readonly {
    readonly component: string;
    readonly version: string;
    readonly platform: string;
  }[];
}

/**
 * All that is locked, for each platform.
 *
 * @throws RequestError `lock-outdated` if the lock is out of date, or a platform was never locked.
 */
export function chooseAllLocked(lock: Lock, path: string, platforms: readonly string[]): ChosenOfLock {
  assertFits(lock, path);
  const components = [...new Set(lock.artifacts.map(({ component }) => component))];
  const skipped: { component: string; version: string; platform: string }[] = [];
  const chosen = platforms.flatMap((platform) =>
    components.flatMap((component) => {
      const found = entryOf(lock, { component, platform });
      if (found !== undefined) return [found];
      const version = lock.artifacts.find((one) => one.component === component)?.version ?? '';
      if (isPublished(component, version, platform)) throw lacking(path, { component, platform }, lock);
      skipped.push({ component, version, platform });
      return [];
    }),
  );
  if (chosen.length > 0) return { chosen, skipped };
  const [component = 'anything'] = components;
  throw lacking(path, { component, platform: platforms.join(', ') }, lock);
}

/**
 * What is asked for, as far as it is locked.
 *
 * @throws RequestError `lock-outdated`
 */
export function chooseLocked(lock: Lock, path: string, asked: readonly AskedOfLock[]): ChosenOfLock {
  assertFits(lock, path);
  const chosen = asked.map((one) => {
    const found = entryOf(lock, one);
    if (found === undefined) throw lacking(path, one, lock);
    if (one.version === undefined || fits(one.version, found.version)) return found;
    throw otherVersion(path, one, found);
  });
  return { chosen, skipped: [] };
}

/** The entry of a component for a platform; of version 1 of the schema, which may have several, the one that is asked for. */
function entryOf(lock: Lock, { component, version, platform }: AskedOfLock): LockedArtifact | undefined {
  const name = findComponent(component).name;
  const entries = lock.artifacts.filter(
    (one) => one.component === name && (one.platform === undefined || one.platform === platform),
  );
  return entries.find((one) => version !== undefined && fits(version, one.version)) ?? entries[0];
}

function isPublished(component: string, version: string, platform: string): boolean {
  const known = findComponent(component);
  return platformsOf(known, parseReleaseVersion(version)).some((one) => formatPlatform(one) === platform);
}

function lacking(path: string, { component, version, platform }: AskedOfLock, lock: Lock): RequestError {
  const others = lock.artifacts.filter((one) => one.component === component);
  const found = others.map(({ platform: where = 'every platform' }) => where).join(', ');
  const name = version === undefined ? component : `${component}@${version}`;
  return new RequestError('lock-outdated', `${path} has no ${component} for ${platform}`, {
    wanted: `${name} for ${platform}`,
    found: found === '' ? `no ${component}` : `${component} for ${found}`,
    why: 'only what is locked is installed',
    next: `k8s-verify lock ${name} --platform ${platform}`,
  });
}

function otherVersion(path: string, asked: AskedOfLock, { version }: LockedArtifact): RequestError {
  const { component, platform, version: wanted = '' } = asked;
  return new RequestError('lock-outdated', `${path} is for another version`, {
    wanted: `${component} ${wanted} ${platform}`,
    found: `${component} ${version} ${platform}`,
    next: `k8s-verify lock ${component} ${wanted}`,
  });
}
