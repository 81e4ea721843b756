import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_CANDIDATE_ENTRIES, MAX_LOG_RESPONSE_BYTES } from '../limits.ts';
import type { HttpClient, SmallResponse } from '../http/http-client.ts';
import type { DetachedMaterial } from './detached-material.ts';
import type { Digest } from '../strict/digest.ts';
import { canonicalBody, hashedRekordEntry, leafHash } from './hashedrekord.ts';
import { logUnavailable, notTheLog, readLogAnswer, refusalBy } from './log-answer.ts';
import { parseRetrievedEntries, parseUuids, type RekorEntry } from './rekor-entry.ts';

/** The most entries that Rekor lets one request ask for (`SearchLogQuery` in its OpenAPI document). */
export const ENTRIES_PER_REQUEST = 10;
const RETRIEVE = '/api/v1/log/entries/retrieve';
const LEAF_HASH_DIGITS = 64;

/** A Rekor v1 log. Its answers are not trusted. */
export interface RekorLog {
  readonly http: Pick<HttpClient, 'fetchSmall'>;
  /** Base URL, without `/api/v1` and without a final slash. */
  readonly url: string;
  /** Whether the user named it; default: no. */
  readonly isNamed?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the log's entries for exactly this signature, certificate and digest. The UUIDs in the answer must end with
 * the leaf hash that we compute, so an entry for anything else is not mistaken for ours. Check the signature first:
 * the log answers 400 if it does not match, which would look like a fault of the log.
 *
 * @returns an empty list if the log has no such entry.
 * @throws UnavailableError `log-unreachable`, `rate-limited`, or `response-invalid` if the answer is not from the
 *   log; UntrustedError `log-entry-invalid` if the log refuses, `log-entry-mismatch`.
 */
export async function lookUpEntries(
  log: RekorLog,
  material: DetachedMaterial,
  digest: Digest,
): Promise<readonly RekorEntry[]> {
  const proposed = hashedRekordEntry(material, digest);
  const wanted = leafHash(canonicalBody(proposed));
  const found = await retrieve(log, { entries: [proposed] });
  for (const entry of found) assertWanted(entry, wanted);
  return found;
}

/**
 * Finds entries by the hashes of their leaves, in one request. Answers come in no order, and the log leaves out what it
 * does not have. What it sends besides is left out too, and so is a body that is not that leaf.
 *
 * @param leaves at most {@link ENTRIES_PER_REQUEST} hashes, hex.
 * @returns the entries of each leaf that the log has: several if it is in several trees of the log.
 * @throws UnavailableError `log-unreachable`, `rate-limited` or `response-invalid`; UntrustedError `log-entry-invalid`
 *   if the log refuses.
 */
export async function lookUpLeaves(
  log: RekorLog,
  leaves: readonly string[],
): Promise<ReadonlyMap<string, readonly RekorEntry[]>> {
  const response = await post(log, RETRIEVE, { entryUUIDs: leaves }, [200, 400, 404, 422]);
  if (response.status !== 200) throw refusalOf(response);
  const entries = readLogAnswer(response, parseRetrievedEntries);
  const own = entries.filter(({ uuid, body }) => uuid.endsWith(leafHash(body)));
  const byLeaf = Map.groupBy(own, ({ uuid }) => uuid.slice(-LEAF_HASH_DIGITS));
  return new Map(
    leaves.map((leaf) => [leaf, (byLeaf.get(leaf) ?? []).slice(0, MAX_CANDIDATE_ENTRIES)] as const),
  );
}

/**
 * Finds entries by the artifact's digest alone. Rekor's search index is best-effort, so an empty answer says little.
 *
 * Anyone may log a signature for any digest. The genuine one is among the oldest, and the index does not say at which
 * end these are. So if there are too many entries, some from each end are taken, and a flood of later ones hides
 * nothing.
 *
 * @returns at most {@link MAX_CANDIDATE_ENTRIES} entries.
 * @throws like {@link lookUpEntries}
 */
export async function searchEntries(log: RekorLog, digest: Digest): Promise<readonly RekorEntry[]> {
  const response = await post(
    log,
    '/api/v1/index/retrieve',
    { hash: `${digest.algorithm}:${digest.hex}` },
    [200],
  );
  const uuids = fromBothEnds([...new Set(readLogAnswer(response, parseUuids))], MAX_CANDIDATE_ENTRIES);
  const entries: RekorEntry[] = [];
  for (let start = 0; start < uuids.length; start += ENTRIES_PER_REQUEST) {
    const asked = uuids.slice(start, start + ENTRIES_PER_REQUEST);
    entries.push(...(await retrieve(log, { entryUUIDs: asked })));
  }
  return entries.slice(0, MAX_CANDIDATE_ENTRIES);
}

function fromBothEnds<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return [...items.slice(0, Math.ceil(most / 2)), ...items.slice(-Math.floor(most / 2))];
}

async function retrieve(log: RekorLog, query: unknown): Promise<readonly RekorEntry[]> {
  const response = await post(log, RETRIEVE, query, [200, 400, 404, 422]);
  if (response.status !== 200) throw refusalOf(response);
  const entries = readLogAnswer(response, parseRetrievedEntries);
  for (const entry of entries) assertOwnLeaf(entry);
  return entries.slice(0, MAX_CANDIDATE_ENTRIES);
}

/** Rekor explains with 400 or 422 why it refuses a look-up. It never says 404 for a missing entry. */
function refusalOf(response: SmallResponse): UntrustedError | UnavailableError {
  const reason = response.status === 404 ? undefined : refusalBy(response);
  if (reason === undefined) return notTheLog(response);
  return new UntrustedError('log-entry-invalid', 'the transparency log refuses the look-up', {
    check: 'entry',
    wanted: 'its entries for this signature, or an empty list',
    found: `HTTP ${response.status}: ${reason}`,
    why: 'the signature was already checked before, so this is not about the file',
  });
}

async function post(
  log: RekorLog,
  path: string,
  json: unknown,
  accept: readonly number[],
): Promise<SmallResponse> {
  const url = `${log.url}${path}`;
  try {
    return await log.http.fetchSmall({
      url,
      method: 'POST',
      json,
      maxBytes: MAX_LOG_RESPONSE_BYTES,
      accept,
      what: 'the transparency log entry',
      signal: log.signal,
    });
  } catch (error) {
    const isAnswer = error instanceof UntrustedError && error.code === 'material-oversized';
    throw error instanceof UnavailableError || isAnswer ? logUnavailable(url, error) : error;
  }
}

/** The UUID names the leaf. A body with another hash is not that entry. */
function assertOwnLeaf(entry: RekorEntry): void {
  const found = leafHash(entry.body);
  if (!entry.uuid.endsWith(found)) throw mismatch(entry.uuid.slice(-LEAF_HASH_DIGITS), found);
}

function assertWanted(entry: RekorEntry, wanted: string): void {
  if (!entry.uuid.endsWith(wanted)) throw mismatch(wanted, entry.uuid.slice(-LEAF_HASH_DIGITS));
}

function mismatch(wanted: string, found: string): UntrustedError {
  return new UntrustedError('log-entry-mismatch', 'the transparency log answered with another entry', {
    check: 'entry',
    wanted: `leaf hash ${wanted}`,
    found: `leaf hash ${found}`,
    why: 'an entry counts only for exactly this signature, certificate and digest',
  });
}
