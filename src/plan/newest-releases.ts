import type { Client } from '../client.ts';
import type { Minor, VersionMarker } from '../release/version.ts';
import { lookUpMarker, type MarkedRelease } from './look-up-marker.ts';
import { sourcesOf } from './request.ts';
import { noSuchMarker, type ResolveRequest } from './resolve-version.ts';

/** Kubernetes maintains its three newest minor releases (kubernetes.io/releases/version-skew-policy). */
const SUPPORTED_MINORS = 3;

/**
 * The newest patch release of each minor release that Kubernetes supports, the newest first; or of the one that is named.
 * What the source says is not signed. A minor release that it says nothing of is left out.
 *
 * @throws RequestError `release-not-found` where it has none at all; UnavailableError where no source can be asked
 */
export async function newestReleases(
  request: ResolveRequest & { readonly only?: Minor },
  client: Client,
): Promise<readonly MarkedRelease[]> {
  const sources = sourcesOf(request, client.http);
  const lookUp = (marker: VersionMarker): Promise<MarkedRelease | undefined> =>
    lookUpMarker(marker, sources, client, request.signal);
  const marker: VersionMarker = { channel: 'stable', major: undefined, minor: undefined, ...request.only };
  const newest = await lookUp(marker);
  const { only } = request;
  if (newest === undefined)
    throw noSuchMarker(marker, sources, only === undefined ? undefined : `${only.major}.${only.minor}`);
  if (only !== undefined) return [newest];
  const { major, minor } = newest.version;
  const older = Array.from({ length: Math.min(SUPPORTED_MINORS - 1, minor) }, (_, index) => ({
    channel: 'stable' as const,
    major,
    minor: minor - 1 - index,
  }));
  const found = await Promise.all(older.map(lookUp));
  return [newest, ...found.filter((one) => one !== undefined)];
}
