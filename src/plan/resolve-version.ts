import { RequestError } from '../errors.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import {
  formatMarker,
  formatReleaseVersion,
  markerPath,
  parseVersionRequest,
  type ReleaseVersion,
  type VersionMarker,
} from '../release/version.ts';
import { lookUpMarker } from './look-up-marker.ts';
import { type NetworkRequest, sourcesOf } from './request.ts';
import type { Client } from '../client.ts';

export interface ResolveRequest extends NetworkRequest {
  readonly signal?: AbortSignal;
}

/**
 * Turns `v1.26.0`, `1.26` or `stable` into one release version. A marker is looked up at once, at the first source
 * that answers; a look-up that fails is an error and never another version.
 *
 * @throws RequestError `version-malformed`, `release-not-found`; UnavailableError where no source can be asked or the
 *   marker is empty or unparsable.
 */
export async function resolveVersion(
  text: string,
  request: ResolveRequest,
  client: Client,
): Promise<ReleaseVersion> {
  const asked = parseVersionRequest(text);
  if (asked.kind === 'exact') return asked.version;
  const { marker } = asked;
  const sources = sourcesOf(request, client.http);
  const found = await lookUpMarker(marker, sources, client, request.signal);
  if (found === undefined) throw noSuchMarker(marker, sources, text);
  const { version, source } = found;
  client.report({ kind: 'resolved', requested: text, version: formatReleaseVersion(version), source });
  return version;
}

/** One look-up for each alias: a marker that moves during a run must not give one run two releases. */
export function versionResolver(
  request: ResolveRequest,
  client: Client,
): (text: string) => Promise<ReleaseVersion> {
  const versions = new Map<string, Promise<ReleaseVersion>>();
  return async (text) => {
    const version = versions.get(text) ?? resolveVersion(text, request, client);
    versions.set(text, version);
    return version;
  };
}

/** @param asked as it was asked for: `1.29` */
export function noSuchMarker(
  marker: VersionMarker,
  sources: readonly ReleaseSource[],
  asked: string = formatMarker(marker),
): RequestError {
  return new RequestError('release-not-found', `there is no release for ${asked}`, {
    wanted: `a version at ${sources.map(({ shown }) => `${shown}/${markerPath(marker)}`).join(' or ')}`,
    found: sources.length === 1 ? 'no such file' : 'no such file at any of them',
    next: 'name an exact version such as v1.30.2, or another minor release',
  });
}
