import { IS_NEWEST, RequestError } from '../errors.ts';
import { lookUpMarker } from '../plan/look-up-marker.ts';
import { compareReleaseVersions, formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { ReleaseSource } from '../source/release-source.ts';

/**
 * The error for a file that no source has, with the newest release of that minor, if the sources name another one. An
 * error of any other kind stays as it is, and so does this one where nothing can be looked up.
 */
export async function nameNewest(
  error: unknown,
  asked: ReleaseVersion,
  sources: readonly ReleaseSource[],
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof RequestError) || error.code !== 'artifact-not-found') return error;
  const { major, minor } = asked;
  try {
    const marker = { channel: 'stable', major, minor } as const;
    // A look-up that helps a person is not worth telling of.
    const newest = await lookUpMarker(marker, sources, { report: () => undefined }, signal);
    if (newest === undefined || compareReleaseVersions(newest.version, asked) === 0) return error;
    return error.with({
      found: `${formatReleaseVersion(newest.version)}${IS_NEWEST}${major}.${minor}`,
    });
  } catch {
    return error;
  }
}
