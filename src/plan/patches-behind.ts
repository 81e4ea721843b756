/** How far a version is behind the newest patch release of its minor, as a server says it that nothing proves. */
import type { Client } from '../client.ts';
import { UnavailableError } from '../errors.ts';
import type { PatchesBehind } from '../policy/policy.ts';
import {
  formatReleaseVersion,
  markerPath,
  type ReleaseVersion,
  type VersionMarker,
} from '../release/version.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { lookUpMarker } from './look-up-marker.ts';
import { sourcesOf } from './request.ts';
import type { ResolveRequest } from './resolve-version.ts';

/**
 * Asks the version markers of the release servers. A mirror directory is not asked: its markers say what was put into it,
 * and not what was released since. A marker that is not there says nothing, and so is no answer either.
 *
 * @throws UnavailableError where no server says what the newest is.
 */
export async function patchesBehind(
  version: ReleaseVersion,
  request: ResolveRequest,
  client: Client,
): Promise<PatchesBehind> {
  const all = sourcesOf(request, client.http);
  const servers = all.filter(({ isLocal }) => !isLocal);
  if (client.http.isOffline || servers.length === 0) throw noServer(client.http.isOffline, all);
  const { major, minor, patch, prerelease } = version;
  const stable = { channel: 'stable', major, minor } as const;
  // Only a pre-release may be of a minor that has nothing else yet.
  const markers: readonly VersionMarker[] =
    prerelease === undefined ? [stable] : [stable, { channel: 'latest', major, minor }];
  for (const marker of markers) {
    const marked = await lookUpMarker(marker, servers, client, request.signal);
    if (marked === undefined) continue;
    const newest = marked.version;
    const isOvertaken = prerelease !== undefined && newest.prerelease === undefined;
    const distance = newest.patch - patch + (isOvertaken ? 1 : 0);
    return { count: Math.max(0, distance), newest: formatReleaseVersion(newest) };
  }
  throw noMarker(markers, servers);
}

const UNKNOWN = 'the newest patch release is not known';

function noServer(isOffline: boolean, sources: readonly ReleaseSource[]): UnavailableError {
  const none = sources.length === 0 ? 'no source' : 'mirror directories alone';
  return new UnavailableError(isOffline ? 'offline' : 'mirror-incomplete', UNKNOWN, {
    wanted: 'a server with version markers, for maxPatchesBehind of the policy',
    found: isOffline ? 'this run is offline' : none,
    why: 'the markers in a directory say what was put into it, and not what was released since',
    next: isOffline
      ? 'make the same run with a network, or under a policy without maxPatchesBehind'
      : 'name a server too, with --mirror URL, or use a policy without maxPatchesBehind',
  });
}

function noMarker(markers: readonly VersionMarker[], servers: readonly ReleaseSource[]): UnavailableError {
  const paths = servers.flatMap(({ shown }) => markers.map((one) => `${shown}/${markerPath(one)}`));
  return new UnavailableError('mirror-incomplete', UNKNOWN, {
    wanted: `a version at ${paths.join(' or ')}, for maxPatchesBehind of the policy`,
    found: 'no such file',
    why: 'without it a server could hide every newer patch release',
    next: 'name a server that has it, with --mirror URL, or use a policy without maxPatchesBehind',
  });
}
