import { RequestError, UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_MARKER_BYTES } from '../limits.ts';
import { askInTurn } from '../source/in-turn.ts';
import type { ReleaseSource, SmallFile } from '../source/release-source.ts';
import {
  formatMarker,
  formatReleaseVersion,
  markerPath,
  parseMarker,
  parseVersionRequest,
  type ReleaseVersion,
  type VersionMarker,
} from '../release/version.ts';
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
  const found = await askInTurn(sources, client.report, async (source) => {
    const version = await readMarker(source, marker, request);
    return version === undefined
      ? { kind: 'lacking', reason: `there is no release for ${formatMarker(marker)}` }
      : { kind: 'found', found: { version, source: source.shown } };
  });
  if (found === undefined) throw noSuchMarker(marker, sources);
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

async function readMarker(
  source: ReleaseSource,
  marker: VersionMarker,
  { signal }: ResolveRequest,
): Promise<ReleaseVersion | undefined> {
  const file = await fetchMarker(source, marker, signal);
  return file === undefined ? undefined : parseMarker(file.bytes, marker, { quoted: file.quotable });
}

function noSuchMarker(marker: VersionMarker, sources: readonly ReleaseSource[]): RequestError {
  return new RequestError('release-not-found', `there is no release for ${formatMarker(marker)}`, {
    wanted: `a version at ${sources.map(({ shown }) => `${shown}/${markerPath(marker)}`).join(' or ')}`,
    found: sources.length === 1 ? 'no such file' : 'no such file at any of them',
    next: 'name an exact version such as v1.30.2, or another minor release',
  });
}

/** A marker signs nothing: one that is too large is an answer that cannot be used, not evidence against a release. */
async function fetchMarker(
  source: ReleaseSource,
  marker: VersionMarker,
  signal: AbortSignal | undefined,
): Promise<SmallFile | undefined> {
  const what = `the version marker ${formatMarker(marker)}`;
  try {
    return await source.small({ path: markerPath(marker), maxBytes: MAX_MARKER_BYTES, what, signal });
  } catch (error) {
    if (!(error instanceof UntrustedError)) throw error;
    throw new UnavailableError('response-invalid', error.message, {
      wanted: `a version such as v1.30.2, in ${error.wanted ?? `at most ${MAX_MARKER_BYTES} bytes`}`,
      found: error.found ?? 'more',
      next: 'try again later, or name an exact version',
      cause: error,
    });
  }
}
