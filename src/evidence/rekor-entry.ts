import { decodeBase64, excerpt } from '../encoding/base64.ts';
import { decodeHex } from '../encoding/hex.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonStrictly } from '../encoding/json.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_LOG_RESPONSE_BYTES, MAX_PROOF_HASHES } from '../limits.ts';

/** One entry as the Rekor v1 API answers it (`LogEntry` of its OpenAPI document), decoded and bounded. */
export interface RekorEntry {
  /** 80 hex digits: tree ID (16) and leaf hash (64); or the leaf hash alone. */
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
 * Reads the answer of `POST /api/v1/log/entries/retrieve`: a list of objects, each with one member or more, named by
 * the entry's UUID.
 *
 * @throws UntrustedError `log-entry-invalid` for anything that is not such a list.
 */
export function parseRetrievedEntries(bytes: Uint8Array): readonly RekorEntry[] {
  const answer = parseJsonStrictly(bytes, "the log's answer", { maxBytes: MAX_LOG_RESPONSE_BYTES });
  if (!Array.isArray(answer)) throw invalid('a list of entries', answer);
  return answer.flatMap((item) =>
    Object.entries(asObject(item, 'an entry by its UUID')).map(([uuid, entry]) => parseEntry(uuid, entry)),
  );
}

/**
 * Reads the answer of `POST /api/v1/index/retrieve`: a list of UUIDs.
 *
 * @throws UntrustedError `log-entry-invalid`
 */
export function parseUuids(bytes: Uint8Array): readonly string[] {
  const answer = parseJsonStrictly(bytes, "the log's answer", { maxBytes: MAX_LOG_RESPONSE_BYTES });
  if (!Array.isArray(answer)) throw invalid('a list of UUIDs', answer);
  return answer.map((uuid) => asUuid(uuid));
}

function parseEntry(uuid: string, value: JsonValue | undefined): RekorEntry {
  const entry = asObject(value, 'an entry');
  const verification = entry['verification'];
  const parts = verification === undefined ? {} : asObject(verification, 'the verification of an entry');
  const set = parts['signedEntryTimestamp'];
  const proof = parts['inclusionProof'];
  return {
    uuid: asUuid(uuid),
    body: decodeBase64(asString(entry['body'], 'body'), "the log entry's body"),
    integratedTime: asIndex(entry['integratedTime'], 'integratedTime'),
    logId: asHash(entry['logID'], 'logID'),
    logIndex: asIndex(entry['logIndex'], 'logIndex'),
    signedEntryTimestamp:
      set === undefined
        ? undefined
        : decodeBase64(asString(set, 'signedEntryTimestamp'), 'the signed entry timestamp'),
    inclusionProof: proof === undefined ? undefined : parseInclusionProof(proof),
  };
}

function parseInclusionProof(value: JsonValue | undefined): RekorInclusionProof {
  const proof = asObject(value, 'an inclusion proof');
  const hashes = proof['hashes'];
  if (!Array.isArray(hashes) || hashes.length > MAX_PROOF_HASHES) {
    throw invalid(`at most ${MAX_PROOF_HASHES} hashes in the inclusion proof`, hashes);
  }
  return {
    checkpoint: asString(proof['checkpoint'], 'checkpoint'),
    hashes: hashes.map((hash) => asHash(hash, 'a hash of the inclusion proof')),
    logIndex: asIndex(proof['logIndex'], 'logIndex of the inclusion proof'),
    rootHash: asHash(proof['rootHash'], 'rootHash'),
    treeSize: asIndex(proof['treeSize'], 'treeSize'),
  };
}

function asObject(value: JsonValue | undefined, what: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(what, value);
  return value;
}

function asString(value: JsonValue | undefined, what: string): string {
  if (typeof value !== 'string') throw invalid(`a text for ${what}`, value);
  return value;
}

function asIndex(value: JsonValue | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalid(`a non-negative whole number for ${what}`, value);
  }
  return value;
}

function asHash(value: JsonValue | undefined, what: string): Uint8Array {
  const bytes = decodeHex(asString(value, what));
  if (bytes?.length !== 32) throw invalid(`64 lower-case hex digits for ${what}`, value);
  return bytes;
}

function asUuid(value: JsonValue | undefined): string {
  const uuid = asString(value, 'UUID');
  if (!/^(?:[0-9a-f]{16})?[0-9a-f]{64}$/.test(uuid)) throw invalid('a UUID of 64 or 80 hex digits', uuid);
  return uuid;
}

function invalid(expected: string, found: JsonValue | undefined): UntrustedError {
  return new UntrustedError('log-entry-invalid', "the transparency log's answer is malformed", {
    check: 'entry',
    expected,
    found: found === undefined ? 'nothing' : excerpt(JSON.stringify(found)),
  });
}
