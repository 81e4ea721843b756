import { decodeBase64 } from '../strict/base64.ts';
import { excerpt } from '../text/excerpt.ts';
import { Fields } from '../strict/fields.ts';
import { DIGEST_BYTES, HASH_ALGORITHMS, type HashAlgorithm } from '../strict/digest.ts';
import { decodeUtf8, parseJsonStrictly } from '../strict/json.ts';
import { decodePem } from '../strict/pem.ts';
import { UntrustedError } from '../errors.ts';
import type { LogEntry } from '../evidence/evidence.ts';
import { MAX_BUNDLE_BYTES } from '../limits.ts';

/** The signer that the log entry names: DER of a certificate or of a SubjectPublicKeyInfo. */
export interface EntryVerifier {
  readonly kind: 'certificate' | 'public-key';
  readonly der: Uint8Array;
}

/** What a log entry says was signed, in one form for all kinds of entries. */
export interface EntryBody {
  /** Rekor v1 counts its index over all shards and has signed entry timestamps. Rekor v2 has neither. */
  readonly rekor: 1 | 2;
  /** What was hashed: the signed bytes, or the payload of the DSSE envelope. */
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
const READERS: ReadonlyMap<string, (body: Fields) => EntryBody> = new Map([
  ['hashedrekord/0.0.1', readHashedRekordV1],
  ['dsse/0.0.1', readDsseV1],
  ['intoto/0.0.2', readIntotoV1],
  ['hashedrekord/0.0.2', readHashedRekordV2],
]);

/**
 * Reads the canonicalized body of a log entry as strictly as a bundle: one JSON document, of the kind that the bundle
 * states, with exactly the fields of that kind.
 *
 * @throws UntrustedError `log-entry-invalid`
 */
export function readEntryBody(entry: LogEntry): EntryBody {
  const stated = `${entry.kind}/${entry.version}`;
  const read = READERS.get(stated);
  if (read === undefined) {
    throw invalid('the log entry has an unknown kind', [...READERS.keys()].join(', '), excerpt(stated));
  }
  try {
    const what = 'the body of the log entry';
    const json = parseJsonStrictly(entry.canonicalizedBody, what, { maxBytes: MAX_BUNDLE_BYTES });
    const body = new Fields(json, what, ['apiVersion', 'kind', 'spec']);
    const actual = `${body.text('kind')}/${body.text('apiVersion')}`;
    if (actual !== stated)
      throw invalid('the log entry does not have the stated kind', stated, excerpt(actual));
    return read(body);
  } catch (cause) {
    if (!(cause instanceof UntrustedError) || cause.code !== 'material-malformed') throw cause;
    throw invalid(cause.message, cause.wanted, cause.found, cause);
  }
}

/** `rekor/pkg/types/hashedrekord/v0.0.1` */
function readHashedRekordV1(body: Fields): EntryBody {
  const spec = body.object('spec', ['data', 'signature']);
  const signature = spec.object('signature', ['content', 'publicKey']);
  return {
    rekor: 1,
    hashOf: 'signed-bytes',
    hash: readHashV1(spec.object('data', ['hash']), 'hash'),
    signature: signature.bytes('content'),
    verifier: readPemVerifier(signature.object('publicKey', ['content']).bytes('content')),
  };
}

/** `rekor/pkg/types/dsse/v0.0.1` */
function readDsseV1(body: Fields): EntryBody {
  const spec = body.object('spec', ['envelopeHash', 'payloadHash', 'signatures']);
  readHashV1(spec, 'envelopeHash');
  const signature = spec.onlyObject('signatures', ['signature', 'verifier']);
  return {
    rekor: 1,
    hashOf: 'payload',
    hash: readHashV1(spec, 'payloadHash'),
    signature: signature.bytes('signature'),
    verifier: readPemVerifier(signature.bytes('verifier')),
  };
}

/** `rekor/pkg/types/intoto/v0.0.2`; signatures are base64 inside base64. */
function readIntotoV1(body: Fields): EntryBody {
  const content = body.object('spec', ['content']).object('content', ['envelope', 'hash', 'payloadHash']);
  readHashV1(content, 'hash');
  const envelope = content.object('envelope', ['payloadType', 'signatures', 'payload']);
  envelope.text('payloadType');
  const signature = envelope.onlyObject('signatures', ['publicKey', 'sig', 'keyid']);
  const what = 'the signature in the log entry';
  return {
    rekor: 1,
    hashOf: 'payload',
    hash: readHashV1(content, 'payloadHash'),
    signature: decodeBase64(decodeUtf8(signature.bytes('sig'), what), what),
    verifier: readPemVerifier(signature.bytes('publicKey')),
  };
}

/**
 * `rekor-tiles/api/proto/rekor/v2/hashedrekord.proto`; for a DSSE envelope it has the digest of its PAE (Rekor v2
 * spec 6.1.4).
 */
function readHashedRekordV2(body: Fields): EntryBody {
  const record = body.object('spec', ['hashedRekordV002']).object('hashedRekordV002', ['data', 'signature']);
  const signature = record.object('signature', ['content', 'verifier']);
  return {
    rekor: 2,
    hashOf: 'signed-bytes',
    hash: readHashV2(record.object('data', ['algorithm', 'digest'])),
    signature: signature.bytes('content'),
    verifier: readVerifierV2(signature.object('verifier', ['keyDetails', 'x509Certificate', 'publicKey'])),
  };
}

function readHashV1(holder: Fields, name: string): EntryBody['hash'] {
  const hash = holder.object(name, ['algorithm', 'value']);
  const algorithm = hash.choice('algorithm', V1_ALGORITHMS);
  return { algorithm, digest: hash.hex('value', DIGEST_BYTES[algorithm]) };
}

function readHashV2(hash: Fields): EntryBody['hash'] {
  const algorithm = hash.choice('algorithm', HASH_ALGORITHMS);
  const digest = hash.bytes('digest');
  if (digest.length !== DIGEST_BYTES[algorithm]) {
    throw hash.flawed('digest', `${DIGEST_BYTES[algorithm]} bytes of ${algorithm}`, `${digest.length} bytes`);
  }
  return { algorithm, digest };
}

/** Rekor v1 keeps the signer's PEM text, a certificate or a public key, with lines of any length. */
function readPemVerifier(pem: Uint8Array): EntryVerifier {
  const what = 'the certificate or key in the log entry';
  const text = decodeUtf8(pem, what);
  return text.startsWith('-----BEGIN CERTIFICATE-----')
    ? { kind: 'certificate', der: decodePem(text, 'CERTIFICATE', what, text.length) }
    : { kind: 'public-key', der: decodePem(text, 'PUBLIC KEY', what, text.length) };
}

function readVerifierV2(verifier: Fields): EntryVerifier {
  verifier.text('keyDetails');
  const kind = verifier.oneOf('x509Certificate', 'publicKey');
  const der = verifier.object(kind, ['rawBytes']).bytes('rawBytes');
  return { kind: kind === 'publicKey' ? 'public-key' : 'certificate', der };
}

function invalid(message: string, wanted = '', found = '', cause?: unknown): UntrustedError {
  return new UntrustedError('log-entry-invalid', message, {
    check: 'entry',
    wanted,
    found,
    why: 'a log entry that can be read in two ways proves nothing',
    ...(cause === undefined ? {} : { cause }),
  });
}
