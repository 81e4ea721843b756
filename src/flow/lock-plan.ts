/** What a lock asks for after a run, and which artifacts have to be proved for that. */
import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { MAX_ASKED_COMPONENTS } from '../limits.ts';
import type { Lock } from '../lockfile/lock.ts';
import { fits } from '../lockfile/lockfile.ts';
import type { LockRequest } from '../plan/lock-request.ts';
import { planReleased, type ReleasedPlan } from '../plan/plan-released.ts';
import { findComponent } from '../release/component.ts';
import { formatPlatform, hostPlatform, parsePlatform } from '../release/platform.ts';
import { formatReleaseVersion, parseVersionRequest } from '../release/version.ts';

export interface LockPlan {
  /** The version of each component as it is asked for. */
  readonly asked: ReadonlyMap<string, string>;
  readonly platforms: readonly string[];
  readonly files: ReleasedPlan;
}

/** @throws RequestError where there is nothing to lock, or an artifact is none; UnavailableError for an alias that cannot be looked up. */
export async function planLock(
  before: Lock | undefined,
  request: LockRequest,
  client: Client,
): Promise<LockPlan> {
  const named = new Map(request.artifacts.map((one) => [findComponent(one.component).name, one.version]));
  const earlier = askedBefore(before);
  const asked = new Map(earlier);
  for (const [component, version] of named)
    asked.set(component, written(version ?? earlier.get(component) ?? 'stable'));
  if (asked.size === 0) throw nothingAsked(request.lockfile);
  if (asked.size > MAX_ASKED_COMPONENTS) {
    throw new RequestError('usage', 'too many components for one lockfile', {
      wanted: `at most ${MAX_ASKED_COMPONENTS}`,
      found: String(asked.size),
    });
  }
  const platforms = platformsOf(before, request, client);
  const isNamed = (component: string): boolean => named.size === 0 || named.has(component);
  const artifacts = Array.from(asked, ([component, version]) => {
    const locked = before?.artifacts.find((one) => one.component === component)?.version;
    const keeps = !isNamed(component) && locked !== undefined && fits(version, locked);
    return { component, version: keeps ? locked : version };
  });
  const files = await planReleased({ ...request, artifacts, platforms }, client);
  for (const [component] of asked) assertPublished(component, files, platforms);
  return { asked, platforms, files };
}

/** Of version 1 of the schema, the newest locked version counts as asked for. */
function askedBefore(before: Lock | undefined): ReadonlyMap<string, string> {
  if (before === undefined) return new Map();
  return before.asked ?? new Map(before.artifacts.map(({ component, version }) => [component, version]));
}

/** An exact version is written in one way, so that a bot finds it. */
function written(version: string): string {
  const request = parseVersionRequest(version);
  return request.kind === 'exact' ? formatReleaseVersion(request.version) : version;
}

function platformsOf(before: Lock | undefined, request: LockRequest, client: Client): readonly string[] {
  const asked = request.platforms.map((text) => formatPlatform(parsePlatform(text)));
  const all = [...new Set([...(before?.platforms ?? []), ...asked])];
  return all.length > 0 ? all : [formatPlatform(hostPlatform(client.host))];
}

function assertPublished(component: string, { files }: ReleasedPlan, platforms: readonly string[]): void {
  if (files.some(({ artifact }) => artifact.component === component)) return;
  throw new RequestError(
    'platform-impossible',
    `${component} was never published for ${platforms.join(', ')}`,
    {
      wanted: 'a platform that it is published for',
      found: platforms.join(', '),
      next: `lock it for another platform as well, with --platform; k8s-verify list has them`,
    },
  );
}

function nothingAsked(lockfile: string): RequestError {
  return new RequestError('usage', `there is nothing to lock in ${lockfile}`, {
    wanted: 'COMPONENT[@VERSION]... [VERSION]',
    found: 'no component, and no lockfile that asks for one',
    next: 'k8s-verify lock kubectl v1.30.2',
  });
}
