import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_CANDIDATE_ENTRIES, MAX_LOG_RESPONSE_BYTES } from '../limits.ts';
import type { HttpClient, SmallResponse } from '../http/http-client.ts';
import type { DetachedMaterial } from './detached-material.ts';
import type { Digest } from '../strict/digest.ts';
import { canonicalBody, hashedRekordEntry, leafHash } from './hashedrekord.ts';
import { logUnavailable, notTheLog, readLogAnswer, refusalBy } from './log-answer.ts';
import { parseRetrievedEntries, parseUuids, type RekorEntry } from './rekor-entry.ts';

/** The most UUIDs that Rekor takes in one retrieval (`SearchLogQuery` of its OpenAPI document). */
const UUIDS_PER_REQUEST = 10;

/** A Rekor v1 log, asked and not believed. */
export interface RekorLog {
  readonly http: HttpClient;
  /** Base URL, without `/api/v1` and without a slash at its end. */
  readonly url: string;
  /** Whether the user named it; default: no. */
  readonly isNamed?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the log's entries for exactly this signature, certificate and digest. The answer's UUIDs must end in the leaf
 * hash that is computed here, so an entry for anything else is not taken for ours. The signature must have been
 * checked before: the log answers 400 where it does not fit, which would read as a fault of the log.
 *
 * @returns an empty list where the log knows no such entry.
 * @throws UnavailableError `log-unreachable`, `rate-limited`, or `response-invalid` where something else answers;
 *   UntrustedError `log-entry-invalid` where the log refuses, `log-entry-mismatch`.
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
 * Finds entries by the artifact's digest alone. Rekor's search index is best-effort, so an empty answer says little.
 *
 * Anybody may log a signature for any digest. The signing that is looked for is among the oldest, and the index does not
 * say which end that is, so of too many entries some of either end are taken: a flood of later ones hides nothing.
 *
 * @returns at most {@link MAX_CANDIDATE_ENTRIES} entries.
 * @throws as {@link lookUpEntries}
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
  for (let start = 0; start < uuids.length; start += UUIDS_PER_REQUEST) {
    const asked = uuids.slice(start, start + UUIDS_PER_REQUEST);
    entries.push(...(await retrieve(log, { entryUUIDs: asked })));
  }
  return entries.slice(0, MAX_CANDIDATE_ENTRIES);
}

function fromBothEnds<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return [...items.slice(0, Math.ceil(most / 2)), ...items.slice(-Math.floor(most / 2))];
}

async function retrieve(log: RekorLog, query: unknown): Promise<readonly RekorEntry[]> {
  const response = await post(log, '/api/v1/log/entries/retrieve', query, [200, 400, 404, 422]);
  if (response.status !== 200) throw refusalOf(response);
  const entries = readLogAnswer(response, parseRetrievedEntries);
  for (const entry of entries) assertOwnLeaf(entry);
  return entries.slice(0, MAX_CANDIDATE_ENTRIES);
}

/** Rekor says with 400 or 422 why it takes no look-up. Of an entry that it does not have it never says 404. */
function refusalOf(response: SmallResponse): UntrustedError | UnavailableError {
  const reason = response.status === 404 ? undefined : refusalBy(response);
  if (reason === undefined) return notTheLog(response);
  return new UntrustedError('log-entry-invalid', 'the transparency log refuses the look-up', {
    check: 'entry',
    wanted: 'its entries for this signature, or an empty list',
    found: `HTTP ${response.status}: ${reason}`,
    why: 'the signature was checked before the log was asked, so this is not about the file',
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

/** The UUID names the leaf; a body that does not hash to it is not the entry it is said to be. */
function assertOwnLeaf(entry: RekorEntry): void {
  const found = leafHash(entry.body);
  if (!entry.uuid.endsWith(found)) throw mismatch(entry.uuid.slice(-64), found);
}

function assertWanted(entry: RekorEntry, wanted: string): void {
  if (!entry.uuid.endsWith(wanted)) throw mismatch(wanted, entry.uuid.slice(-64));
}

function mismatch(wanted: string, found: string): UntrustedError {
  return new UntrustedError(
    'log-entry-mismatch',
    'the transparency log answered with an entry for something else',
    {
      check: 'entry',
      wanted: `leaf hash ${wanted}`,
      found: `leaf hash ${found}`,
      why: 'an entry counts only for exactly this signature, certificate and digest',
    },
  );
}
