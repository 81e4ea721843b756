/**
 * The HTTP face of a Rekor v1 log: the endpoints that verifiers and signers use, with the statuses and messages of the
 * real one. Whatever it answers can be altered with {@link RekorServer.answerWith} or any fault of `http/faults.ts`.
 */
import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  X509Certificate,
} from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { Fault } from '../http/faults.ts';
import { LoopbackServer, type LoopbackServerOptions } from '../http/loopback-server.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { ReceivedRequest, RequestPattern } from '../http/request.ts';
import { at, isList, isRecord } from '../json.ts';
import { canonicalJson, isJsonValue } from './canonical-json.ts';
import { toPem } from './keys.ts';
import type { RekorAnswerEntry, RekorEntry, RekorLog } from './rekor-log.ts';

/** Changes an entry before it is answered. */
export type AlterAnswer = (entry: RekorAnswerEntry, uuid: string) => RekorAnswerEntry;

export interface RekorServer {
  readonly http: LoopbackServer;
  readonly log: RekorLog;
  readonly url: string;
  /**
   * Answers matching requests otherwise: `answerWith('/retrieve', fault.status(500), { times: 2 })`. Without a pattern,
   * all of them.
   */
  answerWith(pattern: RequestPattern, fault: Fault, options?: { readonly times?: number }): void;
  /** Changes every entry in every answer, by the one with this UUID or all. The UUID in the answer stays. */
  alterEntries(alter: AlterAnswer, uuid?: string): void;
  /** Back to honesty. */
  reset(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startRekorServer(
  log: RekorLog,
  options: LoopbackServerOptions = {},
): Promise<RekorServer> {
  const alterations: { readonly alter: AlterAnswer; readonly uuid: string | undefined }[] = [];
  const show = (entry: RekorEntry): Record<string, unknown> => {
    let answer = log.answer(entry);
    for (const { alter, uuid } of alterations) {
      if (uuid === undefined || uuid === entry.uuid) answer = alter(answer, entry.uuid);
    }
    return { [entry.uuid]: answer };
  };
  const http = await LoopbackServer.start((request) => handle(log, show, request), options);
  return {
    http,
    log,
    url: http.url,
    answerWith: (pattern, fault, times) => http.fault(pattern, fault, times),
    alterEntries(alter, uuid) {
      alterations.push({ alter, uuid });
    },
    reset() {
      alterations.length = 0;
      http.clearFaults();
    },
    close: () => http.close(),
    [Symbol.asyncDispose]: () => http.close(),
  };
}

type Show = (entry: RekorEntry) => Record<string, unknown>;

/** An answer of the API that is no entry: `{"code":400,"message":"..."}`. */
class ApiError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

function handle(log: RekorLog, show: Show, request: ReceivedRequest): Reply {
  try {
    return route(log, show, request);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return jsonReply(error.status, { code: error.status, message: error.message }, error.headers);
  }
}

function route(log: RekorLog, show: Show, request: ReceivedRequest): Reply {
  const { method, path } = request;
  switch (`${method} ${path}`) {
    case 'GET /api/v1/log':
      return jsonReply(200, logInfo(log));
    case 'GET /api/v1/log/proof':
      return jsonReply(200, consistency(log, request.query));
    case 'GET /api/v1/log/publicKey':
      return {
        status: 200,
        headers: { 'content-type': 'application/x-pem-file' },
        body: toPem('PUBLIC KEY', log.key.spki),
      };
    case 'POST /api/v1/log/entries':
      return createEntry(log, show, parseBody(request));
    case 'GET /api/v1/log/entries':
      return entryByIndex(log, show, request.query.get('logIndex'));
    case 'POST /api/v1/log/entries/retrieve':
      return jsonReply(200, retrieve(log, show, parseBody(request)));
    case 'POST /api/v1/index/retrieve':
      return jsonReply(200, searchIndex(log, parseBody(request)));
    default: {
      const uuid = /^\/api\/v1\/log\/entries\/([0-9a-fA-F]+)$/.exec(path)?.[1];
      if (method === 'GET' && uuid !== undefined) return entryByUuid(log, show, uuid);
      throw new ApiError(404, `path ${path} was not found`);
    }
  }
}

function parseBody(request: ReceivedRequest): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(request.body).toString('utf8'));
  } catch {
    value = undefined;
  }
  if (isRecord(value)) return value;
  throw new ApiError(400, 'parsing body body from "" failed, because invalid character');
}

function consistency(log: RekorLog, query: URLSearchParams): unknown {
  const shard = log.shards.find(({ treeId }) => BigInt(`0x${treeId}`).toString() === query.get('treeID'));
  const [first, last] = [Number(query.get('firstSize')), Number(query.get('lastSize'))];
  if (shard === undefined || first < 1 || first > last || last > shard.tree.size) {
    throw new ApiError(400, `firstSize ${first} and lastSize ${last} are invalid`);
  }
  const hashes = shard.tree.consistencyProof(first, last).map((hash) => Buffer.from(hash).toString('hex'));
  return { hashes, rootHash: Buffer.from(shard.tree.root(last)).toString('hex') };
}

function logInfo(log: RekorLog): unknown {
  const heads = log.shards.map((shard) => ({
    rootHash: Buffer.from(shard.tree.root()).toString('hex'),
    signedTreeHead: log.checkpoint(shard),
    treeID: BigInt(`0x${shard.treeId}`).toString(),
    treeSize: shard.tree.size,
  }));
  return { inactiveShards: heads.slice(0, -1), ...heads.at(-1) };
}

function createEntry(log: RekorLog, show: Show, proposed: Record<string, unknown>): Reply {
  const body = canonicalize(proposed);
  const known = log.entryOfBody(body);
  if (known !== undefined) {
    const message = `an equivalent entry already exists in the transparency log with UUID ${known.uuid}`;
    throw new ApiError(409, message, { location: `/api/v1/log/entries/${known.uuid}` });
  }
  const entry = log.append(body, new Date());
  const location = `/api/v1/log/entries/${entry.uuid}`;
  return jsonReply(201, show(entry), { location, etag: entry.uuid });
}

function entryByIndex(log: RekorLog, show: Show, logIndex: string | null): Reply {
  if (logIndex === null) throw new ApiError(422, 'logIndex in query is required');
  if (!/^\d+$/.test(logIndex)) throw new ApiError(422, 'logIndex in query must be of type int64');
  const entry = log.entryAt(Number(logIndex));
  if (entry === undefined) throw new ApiError(404, 'logIndex out of range');
  return jsonReply(200, show(entry));
}

function entryByUuid(log: RekorLog, show: Show, uuid: string): Reply {
  if (uuid.length !== 64 && uuid.length !== 80) {
    throw new ApiError(422, `entryUUID in path should match '^([0-9a-fA-F]{64}|[0-9a-fA-F]{80})$'`);
  }
  const entry = log.entryOf(uuid);
  if (entry === undefined) throw new ApiError(404, 'entry not found');
  return jsonReply(200, show(entry));
}

function retrieve(log: RekorLog, show: Show, query: Record<string, unknown>): unknown[] {
  const proposed = listAt(query, 'entries').filter(isRecord);
  const uuids = listAt(query, 'entryUUIDs');
  const indexes = listAt(query, 'logIndexes');
  if (proposed.length + uuids.length + indexes.length > 10) {
    throw new ApiError(422, 'entries in body should have at most 10 items');
  }
  const found = [
    ...uuids.map((uuid) => log.entryOf(String(uuid))),
    ...proposed.map((entry) => log.entryOfBody(canonicalize(entry))),
    ...indexes.map((index) => log.entryAt(Number(index))),
  ];
  return found.filter((entry) => entry !== undefined).map(show);
}

function listAt(query: Record<string, unknown>, member: string): readonly unknown[] {
  const value = query[member];
  return isList(value) ? value : [];
}

function searchIndex(log: RekorLog, query: Record<string, unknown>): string[] {
  const hash = /^(?:sha(?:1|256|512):)?([0-9a-f]+)$/.exec(textAt(query, 'hash'))?.[1];
  if (hash === undefined) throw new ApiError(400, 'at least one of hash, email or publicKey is required');
  return log.entriesWhere((body) => body.includes(`"value":"${hash}"`)).map(({ uuid }) => uuid);
}

/** The proposed entry in the form that the log hashes, once its signature fits, as Rekor checks before it looks anything up. */
function canonicalize(proposed: Record<string, unknown>): Uint8Array {
  const { kind, apiVersion, spec } = proposed;
  if (kind !== 'hashedrekord') {
    if (!isJsonValue(proposed)) throw new ApiError(400, 'no such entry');
    return Buffer.from(canonicalJson(proposed), 'utf8');
  }
  if (apiVersion !== '0.0.1') throw new ApiError(400, `unsupported version ${String(apiVersion)}`);
  const parsed = parseHashedrekord(spec);
  const key = readKey(parsed.publicKey);
  const hash = parsed.algorithm;
  checkSignature(key.key, Buffer.from(parsed.signature, 'base64'), Buffer.from(parsed.hash, 'hex'), hash);
  const body = {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: hash, value: parsed.hash } },
      signature: {
        content: parsed.signature,
        publicKey: { content: Buffer.from(key.pem).toString('base64') },
      },
    },
  };
  return Buffer.from(canonicalJson(body), 'utf8');
}

interface Hashedrekord {
  readonly algorithm: string;
  readonly hash: string;
  readonly signature: string;
  readonly publicKey: string;
}

function parseHashedrekord(spec: unknown): Hashedrekord {
  return {
    algorithm: textAt(spec, 'data', 'hash', 'algorithm'),
    hash: textAt(spec, 'data', 'hash', 'value'),
    signature: textAt(spec, 'signature', 'content'),
    publicKey: textAt(spec, 'signature', 'publicKey', 'content'),
  };
}

function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  if (typeof found === 'string') return found;
  throw new ApiError(422, `validation failure list:\n${path.join('.')} in body is required`);
}

function readKey(content: string): { readonly key: KeyObject; readonly pem: string } {
  const pem = Buffer.from(content, 'base64').toString('utf8');
  try {
    if (pem.includes('BEGIN CERTIFICATE')) {
      const certificate = new X509Certificate(pem);
      return { key: certificate.publicKey, pem: toPem('CERTIFICATE', certificate.raw) };
    }
    const key = createPublicKey(pem);
    return { key, pem: toPem('PUBLIC KEY', key.export({ type: 'spki', format: 'der' })) };
  } catch {
    throw new ApiError(400, 'error processing entry: invalid public key: failure decoding PEM');
  }
}

type Curve = typeof p256;

const CURVES: ReadonlyMap<string | undefined, Curve> = new Map([
  ['prime256v1', p256],
  ['secp384r1', p384],
  ['secp521r1', p521],
]);

function checkSignature(key: KeyObject, signature: Uint8Array, digest: Uint8Array, hash: string): void {
  const expectedBytes = createHash(hash).digest().length;
  if (digest.length !== expectedBytes) throw new ApiError(400, 'invalid value for hash');
  if (key.asymmetricKeyType === 'rsa') {
    if (!rsaFits(key, signature, digest)) {
      throw new ApiError(400, 'verifying signature: crypto/rsa: verification error');
    }
    return;
  }
  const curve = CURVES.get(key.asymmetricKeyDetails?.namedCurve);
  if (curve === undefined) throw new ApiError(400, 'verifying signature: unsupported key type');
  if (!ecdsaFits(curve, key, signature, digest)) {
    throw new ApiError(400, 'verifying signature: invalid signature when validating ASN.1 encoded signature');
  }
}

function rsaFits(key: KeyObject, signature: Uint8Array, digest: Uint8Array): boolean {
  try {
    const info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return info.subarray(-digest.length).equals(digest);
  } catch {
    return false;
  }
}

function ecdsaFits(curve: Curve, key: KeyObject, signature: Uint8Array, digest: Uint8Array): boolean {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  try {
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}
