import { shownUrl } from '../text/shown-url.ts';
import { RequestError, UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_MARKER_BYTES } from '../limits.ts';
import type { SmallResponse } from '../http/http-client.ts';
import { askInTurn } from '../release/ask-in-turn.ts';
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

const NOT_FOUND = 404;
const GONE = 410;

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
  const sources = sourcesOf(request);
  const found = await askInTurn(sources, client.report, async (source) => {
    const version = await readMarker(source, marker, request, client);
    return version === undefined
      ? { kind: 'lacking', reason: `there is no release for ${formatMarker(marker)}` }
      : { kind: 'found', found: { version, source: shownUrl(source) } };
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
  source: string,
  marker: VersionMarker,
  request: ResolveRequest,
  client: Client,
): Promise<ReleaseVersion | undefined> {
  const url = markerUrl(source, marker);
  const response = await fetchMarker(url, formatMarker(marker), request, client);
  return response.status === 200
    ? parseMarker(response.body, marker, { quoted: !response.fromOtherHost })
    : undefined;
}

function markerUrl(source: string, marker: VersionMarker): string {
  return `${source}/${markerPath(marker)}`;
}

function noSuchMarker(marker: VersionMarker, sources: readonly string[]): RequestError {
  return new RequestError('release-not-found', `there is no release for ${formatMarker(marker)}`, {
    expected: `a version at ${sources.map((source) => shownUrl(markerUrl(source, marker))).join(' or ')}`,
    found: sources.length === 1 ? 'no such file' : 'no such file at any of them',
    advice: 'name an exact version such as v1.30.2, or another minor release',
  });
}

/** A marker signs nothing: one that is too large is an answer that cannot be used, not evidence against a release. */
async function fetchMarker(
  url: string,
  name: string,
  { signal }: ResolveRequest,
  { http }: Client,
): Promise<SmallResponse> {
  const what = `the version marker ${name}`;
  try {
    return await http.fetchSmall({
      url,
      maxBytes: MAX_MARKER_BYTES,
      accept: [200, NOT_FOUND, GONE],
      what,
      signal,
    });
  } catch (error) {
    if (!(error instanceof UntrustedError)) throw error;
    throw new UnavailableError('response-invalid', error.message, {
      expected: `a version such as v1.30.2, in ${error.expected ?? `at most ${MAX_MARKER_BYTES} bytes`}`,
      found: error.found ?? 'more',
      advice: 'try again later, or name an exact version',
      cause: error,
    });
  }
}
