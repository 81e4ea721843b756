import { excerpt } from '../text/excerpt.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_LOG_RESPONSE_BYTES, MAX_PROOF_HASHES } from '../limits.ts';

const SHA256_BYTES = 32;

/** One entry in an answer of the Rekor v1 API (`LogEntry` in its OpenAPI document), decoded and limited in size. */
export interface RekorEntry {
  /** 80 hex digits: tree ID (16) and leaf hash (64); or only the leaf hash. */
  readonly uuid: string;
  readonly body: Uint8Array;
  readonly integratedTime: number;
  /** SHA-256 of the log's public key. */
  readonly logId: Uint8Array;
  /** Over all shards. */
  readonly logIndex: number;
  readonly signedEntryTimestamp: Uint8Array | undefined;
  readonly inclusionProof: RekorInclusionProof | undefined;
}

export interface RekorInclusionProof {
  readonly checkpoint: string;
  readonly hashes: readonly Uint8Array[];
  /** Within the entry's own tree. */
  readonly logIndex: number;
  readonly rootHash: Uint8Array;
  readonly treeSize: number;
}

/**
 * Reads the answer of `POST /api/v1/log/entries/retrieve`: a list of objects, each with at least one member whose
 * name is the entry's UUID.
 *
 * @throws UntrustedError `log-entry-invalid` for anything that is not such a list.
 */
export function parseRetrievedEntries(bytes: Uint8Array): readonly RekorEntry[] {
  return parseList(bytes).flatMap((item) => {
    const entries = new Fields(item, 'an entry by its UUID', 'any', FORM);
    const uuids = entries.names();
    // Rekor says that it knows nothing by an empty list, never by an object of nothing.
    if (uuids.length === 0) throw invalid('an entry by its UUID', 'one member or more', 'none');
    return uuids.map((uuid) => parseEntry(asUuid(uuid), entries.object(uuid, 'any', 'an entry')));
  });
}

/**
 * Reads the answer of `POST /api/v1/index/retrieve`: a list of UUIDs.
 *
 * @throws UntrustedError `log-entry-invalid`
 */
export function parseUuids(bytes: Uint8Array): readonly string[] {
  return parseList(bytes).map((uuid) => asUuid(typeof uuid === 'string' ? uuid : JSON.stringify(uuid)));
}

function parseList(bytes: Uint8Array): readonly JsonValue[] {
  const answer = parseJsonStrictly(bytes, "the log's answer", { maxBytes: MAX_LOG_RESPONSE_BYTES });
  // Read it as a field, so that a wrong value is reported like any other flaw.
  return new Fields({ answer }, 'the log', 'any', FORM).list('answer', Number.POSITIVE_INFINITY);
}

function parseEntry(uuid: string, entry: Fields): RekorEntry {
  const verification = entry.optionalObject('verification', 'any');
  return {
    uuid,
    body: entry.bytes('body', MAX_LOG_RESPONSE_BYTES),
    integratedTime: entry.count('integratedTime'),
    logId: entry.hex('logID', SHA256_BYTES),
    logIndex: entry.count('logIndex'),
    signedEntryTimestamp:
      verification?.has('signedEntryTimestamp') === true
        ? verification.bytes('signedEntryTimestamp')
        : undefined,
    inclusionProof: parseInclusionProof(verification?.optionalObject('inclusionProof', 'any')),
  };
}

function parseInclusionProof(proof: Fields | undefined): RekorInclusionProof | undefined {
  return (
    proof && {
      checkpoint: proof.text('checkpoint'),
      hashes: proof.hexList('hashes', MAX_PROOF_HASHES, SHA256_BYTES),
      logIndex: proof.count('logIndex'),
      rootHash: proof.hex('rootHash', SHA256_BYTES),
      treeSize: proof.count('treeSize'),
    }
  );
}

function asUuid(uuid: string): string {
  if (/^(?:[0-9a-f]{16})?[0-9a-f]{64}$/.test(uuid)) return uuid;
  throw invalid('a UUID', '64 or 80 hex digits', excerpt(uuid));
}

/** Other fields are ignored: the proof uses only the ones read here. */
const FORM: FieldsForm = { flawed: invalid };

function invalid(path: string, wanted: string, found: string): UntrustedError {
  return new UntrustedError('log-entry-invalid', "the transparency log's answer is malformed", {
    check: 'entry',
    wanted: `${path}: ${wanted}`,
    found,
  });
}
