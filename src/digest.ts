import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, usingClient } from './client.ts';
import { runReleased } from './flow/released-run.ts';
import type { DigestInput } from './plan/input.ts';
import { underPolicy } from './plan/policy-of.ts';
import { planReleased, type SkippedFile } from './plan/plan-released.ts';
import { readDigest } from './plan/read-released.ts';
import { DEFAULT_SOURCE, placesOf, type ReleasedRequest } from './plan/request.ts';
import type { ProvenFile } from './flow/prove-released.ts';
import type { Note } from './notes.ts';
import type { ArtifactResult } from './result.ts';

/** A released file whose digest was proved, and which was not downloaded. */
export interface DigestResult extends ArtifactResult {
  /** As it is called there: `kubectl.exe`. */
  readonly fileName: string;
  /** Relative to its release, as `SHA256SUMS` has it: `bin/linux/amd64/kubectl`. */
  readonly pathInRelease: string;
  /** Where the file is. */
  readonly url: string;
}

/** What {@link digest} has proved. */
export interface DigestRun {
  /** Rises with a change that could break a reader. */
  readonly schemaVersion: 1;
  /** By component in the order of the request, and then by platform. */
  readonly results: readonly DigestResult[];
  /** Components and platforms that were never published together. */
  readonly skipped: readonly SkippedFile[];
  /** What a person should know about the run as a whole. */
  readonly notes: readonly Note[];
}

/**
 * Proves the digests of release artifacts without downloading them: by the signed release manifest, the published
 * signatures and the transparency log.
 *
 * @param client default: one that is made and closed for this call.
 * @returns one result for each component and platform.
 * @throws K8sVerifyError: UntrustedError where a check failed, or the manifest lists another digest; UnavailableError where
 *   something could not be fetched, or nothing signed binds a name; RequestError for what no release could fulfil.
 */
export async function digest(input: DigestInput, client?: Client): Promise<DigestRun> {
  const request = readDigest(input);
  return usingClient(client, (one) => digestReleased(request, one));
}

/** The same for a request that is read already. */
export async function digestReleased(given: ReleasedRequest, client: Client): Promise<DigestRun> {
  const request = await underPolicy(given, client);
  const plan = await planReleased(request, client);
  const { proven, result } = await runReleased(plan, request, client);
  const { schemaVersion, artifacts, notes } = result;
  const results = artifacts.flatMap((artifact, index) => {
    const file = proven[index];
    return file === undefined ? [] : [describe(artifact, file, request)];
  });
  return { schemaVersion, results, skipped: plan.skipped, notes };
}

function describe(
  artifact: ArtifactResult,
  { artifact: { fileName, pathInRelease, path } }: ProvenFile,
  request: ReleasedRequest,
): DigestResult {
  return { ...artifact, fileName, pathInRelease, url: urlOf(path, request) };
}

/** A path of this machine is no URL: a space or a `$` in it would be read as more than a name by what the URL is written for. */
function urlOf(path: string, request: ReleasedRequest): string {
  const [place = DEFAULT_SOURCE] = placesOf(request);
  const [source] = request.sources ?? [];
  const isLocal = typeof source === 'object' && source.isLocal;
  return isLocal ? pathToFileURL(join(place, ...path.split('/'))).href : `${place}/${path}`;
}
