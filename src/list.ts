import { type Client, usingClient } from './client.ts';
import type { ListInput, SourcesInput } from './plan/input.ts';
import { readList, readResolve } from './plan/read-input.ts';
import { resolveVersion as resolveRelease } from './plan/resolve-version.ts';
import { type ListedArtifact, listArtifacts } from './release/list.ts';
import { formatReleaseVersion } from './release/version.ts';
import { inFieldWords } from './text/field-words.ts';

/** What Kubernetes publishes for one release. */
export interface ReleaseList {
  /** The release, as `v1.30.2`. */
  readonly version: string;
  /** Everything that it has, signed or not. */
  readonly artifacts: readonly ListedArtifact[];
}

/**
 * Lists what Kubernetes publishes for a release, and what of it is signed, from the built-in table. Only an alias such as
 * `stable` is looked up; whether there is a release of an exact version is not.
 *
 * @param client default: one that is made and closed for this call.
 * @throws RequestError `usage`, `version-malformed`, `platform-impossible`, `release-not-found`; UnavailableError where an
 *   alias cannot be looked up.
 */
export async function list(input: ListInput = {}, client?: Client): Promise<ReleaseList> {
  const { version: asked, platforms, ...request } = readList(input);
  const version = await usingClient(client, (one) => resolveRelease(asked, request, one));
  const chosen = platforms === undefined ? {} : { platforms };
  const artifacts = listArtifacts({ version, ...chosen }).map(inRequestWords);
  return { version: formatReleaseVersion(version), artifacts };
}

function inRequestWords(artifact: ListedArtifact): ListedArtifact {
  return { ...artifact, reason: inFieldWords(artifact.reason) };
}

/**
 * Turns `1.26`, `stable`, `stable-1.26`, `prerelease` or `v1.26.0` into the version of one release, as `v1.26.15`. An alias
 * is looked up at the first source that answers; a look-up that fails is an error and never another version. What the
 * sources say is not signed: one can name an older release.
 *
 * @param client default: one that is made and closed for this call.
 * @throws RequestError `usage`, `version-malformed`, `release-not-found`; UnavailableError where no source can be asked, or
 *   what it says is no version.
 */
export async function resolveVersion(
  version: string,
  options: SourcesInput = {},
  client?: Client,
): Promise<string> {
  const { version: asked, ...request } = readResolve(version, options);
  return formatReleaseVersion(await usingClient(client, (one) => resolveRelease(asked, request, one)));
}
