import type { Client } from '../client.ts';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_MARKER_BYTES } from '../limits.ts';
import {
  formatMarker,
  markerPath,
  parseMarker,
  type ReleaseVersion,
  type VersionMarker,
} from '../release/version.ts';
import { askInTurn } from '../source/in-turn.ts';
import type { ReleaseSource, SmallFile } from '../source/release-source.ts';

/** What a marker says now. */
export interface MarkedRelease {
  readonly version: ReleaseVersion;
  /** When the source last changed the marker, as it says itself; absent where it does not say. */
  readonly since?: Date;
  /** The source that said it. */
  readonly source: string;
}

/**
 * Reads a marker at the first source that answers.
 *
 * @returns undefined if all of them answered and none has it.
 * @throws UnavailableError where no source can be asked or the marker is empty or unparsable
 */
export async function lookUpMarker(
  marker: VersionMarker,
  sources: readonly ReleaseSource[],
  client: Pick<Client, 'report'>,
  signal: AbortSignal | undefined,
): Promise<MarkedRelease | undefined> {
  return askInTurn(sources, client.report, async (source) => {
    const file = await fetchMarker(source, marker, signal);
    if (file === undefined) {
      return { kind: 'lacking', reason: `there is no release for ${formatMarker(marker)}` };
    }
    const { bytes, quotable, modified } = file;
    const version = parseMarker(bytes, marker, { quoted: quotable });
    const since = modified === undefined ? {} : { since: modified };
    return { kind: 'found', found: { version, ...since, source: source.shown } };
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
