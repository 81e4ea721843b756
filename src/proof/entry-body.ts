import { decodeBase64, excerpt } from '../encoding/base64.ts';
import { DIGEST_BYTES, HASH_ALGORITHMS, type HashAlgorithm } from '../encoding/hash-algorithms.ts';
import { decodeHex } from '../encoding/hex.ts';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonStrictly,
  decodeUtf8,
} from '../encoding/json.ts';
import { decodePem } from '../encoding/pem.ts';
import { UntrustedError } from '../errors.ts';
import type { LogEntry } from '../evidence/evidence.ts';
import { MAX_BUNDLE_BYTES } from '../limits.ts';

/** Who the log says has signed: DER of a certificate, or of a SubjectPublicKeyInfo. */
export interface EntryVerifier {
  readonly kind: 'certificate' | 'public-key';
  readonly der: Uint8Array;
}

/** What a log entry says was signed, whatever its kind; spread over the kinds that the log has had. */
export interface EntryBody {
  /** Rekor v1 counts its index over shards and signs entry timestamps; Rekor v2 does neither. */
  readonly rekor: 1 | 2;
  /** What the hash is over: the signed bytes, or the payload of the DSSE envelope. */
  readonly hashOf: 'signed-bytes' | 'payload';
  readonly hash: { readonly algorithm: HashAlgorithm; readonly digest: Uint8Array };
  readonly signature: Uint8Array;
  readonly verifier: EntryVerifier;
}

const V1_ALGORITHMS = new Map<string, HashAlgorithm>([
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
]);

/** The known kinds and versions of entries (client specification 4.4: "a list of known formats; if no type is found, abort"). */
const READERS: ReadonlyMap<string, (spec: Fields) => EntryBody> = new Map([
  ['hashedrekord/0.0.1', readHashedRekordV1],
  ['dsse/0.0.1', readDsseV1],
  ['intoto/0.0.2', readIntotoV1],
  ['hashedrekord/0.0.2', readHashedRekordV2],
]);

/**
 * Reads the canonicalized body of a log entry as strictly as a bundle: one JSON document of a known kind, of the kind
 * that the bundle states, and with exactly the fields that the kind has.
 *
 * @throws UntrustedError `log-entry-invalid`
 */
export function readEntryBody(entry: LogEntry): EntryBody {
  const stated = `${entry.kind}/${entry.version}`;
  const read = READERS.get(stated);
  if (read === undefined) {
    throw invalid('the log entry is of an unknown kind', [...READERS.keys()].join(', '), excerpt(stated));
  }
  try {
    const what = 'the body of the log entry';
    const body = new Fields(
      parseJsonStrictly(entry.canonicalizedBody, what, { maxBytes: MAX_BUNDLE_BYTES }),
      what,
    );
    body.only('apiVersion', 'kind', 'spec');
    const actual = `${body.text('kind')}/${body.text('apiVersion')}`;
    if (actual !== stated) throw invalid('the log entry is not of the stated kind', stated, excerpt(actual));
    return read(body.fields('spec'));
  } catch (cause) {
    if (!(cause instanceof UntrustedError) || cause.code !== 'material-malformed') throw cause;
    throw invalid(cause.message, cause.expected, cause.found, cause);
  }
}

/** `rekor/pkg/types/hashedrekord/v0.0.1` */
function readHashedRekordV1(spec: Fields): EntryBody {
  const data = spec.only('data', 'signature').fields('data').only('hash');
  const signature = spec.fields('signature').only('content', 'publicKey');
  return {
    rekor: 1,
    hashOf: 'signed-bytes',
    hash: readHashV1(data.fields('hash')),
    signature: signature.base64('content'),
    verifier: readPemVerifier(signature.fields('publicKey').only('content').base64('content')),
  };
}

/** `rekor/pkg/types/dsse/v0.0.1` */
function readDsseV1(spec: Fields): EntryBody {
  spec.only('envelopeHash', 'payloadHash', 'signatures');
  readHashV1(spec.fields('envelopeHash'));
  const signature = spec.single('signatures').only('signature', 'verifier');
  return {
    rekor: 1,
    hashOf: 'payload',
    hash: readHashV1(spec.fields('payloadHash')),
    signature: signature.base64('signature'),
    verifier: readPemVerifier(signature.base64('verifier')),
  };
}

/** `rekor/pkg/types/intoto/v0.0.2`; signatures are in base64 twice over. */
function readIntotoV1(spec: Fields): EntryBody {
  const content = spec.only('content').fields('content').only('envelope', 'hash', 'payloadHash');
  readHashV1(content.fields('hash'));
  const envelope = content.fields('envelope').only('payloadType', 'signatures', 'payload');
  envelope.text('payloadType');
  const signature = envelope.single('signatures').only('publicKey', 'sig', 'keyid');
  const what = 'the signature in the log entry';
  return {
    rekor: 1,
    hashOf: 'payload',
    hash: readHashV1(content.fields('payloadHash')),
    signature: decodeBase64(decodeUtf8(signature.base64('sig'), what), what),
    verifier: readPemVerifier(signature.base64('publicKey')),
  };
}

/** `rekor-tiles/api/proto/rekor/v2/hashedrekord.proto`; over a DSSE envelope, the digest of its PAE (Rekor v2 spec 6.1.4). */
function readHashedRekordV2(spec: Fields): EntryBody {
  const record = spec.only('hashedRekordV002').fields('hashedRekordV002').only('data', 'signature');
  const signature = record.fields('signature').only('content', 'verifier');
  return {
    rekor: 2,
    hashOf: 'signed-bytes',
    hash: readHashV2(record.fields('data')),
    signature: signature.base64('content'),
    verifier: readVerifierV2(signature.fields('verifier')),
  };
}

function readHashV1(hash: Fields): EntryBody['hash'] {
  const value = hash.only('algorithm', 'value').text('value');
  return toHash(hash, V1_ALGORITHMS.get(hash.text('algorithm')), decodeHex(value), value);
}

function readHashV2(hash: Fields): EntryBody['hash'] {
  const digest = hash.only('algorithm', 'digest').base64('digest');
  return toHash(hash, HASH_ALGORITHMS.get(hash.text('algorithm')), digest, `${digest.length} bytes`);
}

function toHash(
  hash: Fields,
  algorithm: HashAlgorithm | undefined,
  digest: Uint8Array | undefined,
  found: string,
): EntryBody['hash'] {
  if (algorithm === undefined || digest?.length !== DIGEST_BYTES[algorithm]) {
    throw hash.malformed('a SHA-256, SHA-384 or SHA-512 digest of its length', excerpt(found));
  }
  return { algorithm, digest };
}

/** Rekor v1 keeps the PEM text that the signer sent, in lines of any length: a certificate, or a public key. */
function readPemVerifier(pem: Uint8Array): EntryVerifier {
  const what = 'the certificate or key in the log entry';
  const text = decodeUtf8(pem, what);
  return text.startsWith('-----BEGIN CERTIFICATE-----')
    ? { kind: 'certificate', der: decodePem(text, 'CERTIFICATE', what, text.length) }
    : { kind: 'public-key', der: decodePem(text, 'PUBLIC KEY', what, text.length) };
}

function readVerifierV2(verifier: Fields): EntryVerifier {
  verifier.text('keyDetails');
  if (verifier.has('x509Certificate')) {
    const certificate = verifier
      .only('keyDetails', 'x509Certificate')
      .fields('x509Certificate')
      .only('rawBytes');
    return { kind: 'certificate', der: certificate.base64('rawBytes') };
  }
  const key = verifier.only('keyDetails', 'publicKey').fields('publicKey').only('rawBytes');
  return { kind: 'public-key', der: key.base64('rawBytes') };
}

/** The fields of one JSON object, each of the type that is asked for. */
class Fields {
  readonly #object: JsonObject;
  readonly #path: string;

  constructor(value: JsonValue | undefined, path: string) {
    this.#path = path;
    // What is no object has no fields, and every kind of entry has some.
    this.#object = isJsonObject(value) ? value : {};
  }

  only(...known: readonly string[]): this {
    const unknown = Object.keys(this.#object).find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw this.malformed(`only ${known.join(', ')}`, `a field ${excerpt(unknown)}`);
    return this;
  }

  has(name: string): boolean {
    return this.#object[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#object[name];
    if (typeof value !== 'string')
      throw this.malformed(`a string ${name}`, value === undefined ? 'nothing' : typeof value);
    return value;
  }

  base64(name: string): Uint8Array {
    return decodeBase64(this.text(name), this.#at(name));
  }

  fields(name: string): Fields {
    return new Fields(this.#object[name], this.#at(name));
  }

  /** The only element of an array. */
  single(name: string): Fields {
    const value = this.#object[name];
    if (!Array.isArray(value) || value.length !== 1) {
      throw this.malformed(
        `exactly one of ${name}`,
        Array.isArray(value) ? String(value.length) : 'no array',
      );
    }
    return new Fields(value[0], `${this.#at(name)}[0]`);
  }

  #at(name: string): string {
    return `${this.#path}${this.#path.includes(',') ? '.' : ', '}${name}`;
  }

  malformed(expected: string, found: string): UntrustedError {
    return new UntrustedError('material-malformed', `${this.#path} is malformed`, {
      check: 'entry',
      expected,
      found,
    });
  }
}

function invalid(message: string, expected = '', found = '', cause?: unknown): UntrustedError {
  return new UntrustedError('log-entry-invalid', message, {
    check: 'entry',
    expected,
    found,
    why: 'a log entry that can be read in two ways proves neither',
    ...(cause === undefined ? {} : { cause }),
  });
}
