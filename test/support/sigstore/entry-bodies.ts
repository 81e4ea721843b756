/** The canonical bodies of log entries: what the log hashes, and what ties an entry to signature, key and digest. */
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { digestOf, type HashName } from './keys.ts';

/** The key that an entry names: a certificate or a bare public key. */
export interface EntryVerifier {
  readonly pem: string;
  readonly der: Uint8Array;
  readonly kind: 'certificate' | 'public-key';
  /** `PublicKeyDetails`, for Rekor v2. */
  readonly keyDetails: string;
}

export interface EntryOfMessage {
  readonly digest: Uint8Array;
  readonly hash: HashName;
  readonly signature: Uint8Array;
  readonly verifier: EntryVerifier;
}

export interface EntryOfEnvelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signature: Uint8Array;
  readonly verifier: EntryVerifier;
  /** The envelope as JSON, as it was sent to the log. */
  readonly envelope: string;
}

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sha256Of = (bytes: Uint8Array): JsonValue => ({ algorithm: 'sha256', value: hex(digestOf(bytes)) });

/** Rekor v1 `hashedrekord` 0.0.1: what Kubernetes' signatures are logged as. */
export function hashedrekordV1(entry: EntryOfMessage): JsonValue {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: entry.hash, value: hex(entry.digest) } },
      signature: {
        content: base64(entry.signature),
        publicKey: { content: base64(entry.verifier.pem) },
      },
    },
  };
}

/** Rekor v1 `dsse` 0.0.1. */
export function dsseV1(entry: EntryOfEnvelope): JsonValue {
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: sha256Of(Buffer.from(entry.envelope, 'utf8')),
      payloadHash: sha256Of(entry.payload),
      signatures: [{ signature: base64(entry.signature), verifier: base64(entry.verifier.pem) }],
    },
  };
}

/** Rekor v1 `intoto` 0.0.2, which has payload and signature in base64 twice over. */
export function intotoV1(entry: EntryOfEnvelope): JsonValue {
  const envelope = {
    payload: base64(base64(entry.payload)),
    payloadType: entry.payloadType,
    signatures: [{ publicKey: base64(entry.verifier.pem), sig: base64(base64(entry.signature)) }],
  };
  return {
    apiVersion: '0.0.2',
    kind: 'intoto',
    spec: {
      content: {
        envelope,
        hash: sha256Of(Buffer.from(entry.envelope, 'utf8')),
        payloadHash: sha256Of(entry.payload),
      },
    },
  };
}

/** Rekor v2 `hashedrekord` 0.0.2; over a DSSE envelope the digest is that of its pre-authentication encoding. */
export function hashedrekordV2(entry: EntryOfMessage): JsonValue {
  return {
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: bundleHashName(entry.hash), digest: base64(entry.digest) },
        signature: { content: base64(entry.signature), verifier: verifierV2(entry.verifier) },
      },
    },
  };
}

/** Rekor v2 `dsse` 0.0.2. */
export function dsseV2(entry: EntryOfEnvelope): JsonValue {
  return {
    apiVersion: '0.0.2',
    kind: 'dsse',
    spec: {
      dsseV002: {
        payloadHash: { algorithm: 'SHA2_256', digest: base64(digestOf(entry.payload)) },
        signatures: [{ content: base64(entry.signature), verifier: verifierV2(entry.verifier) }],
      },
    },
  };
}

function verifierV2(verifier: EntryVerifier): JsonValue {
  const rawBytes = base64(verifier.der);
  return verifier.kind === 'certificate'
    ? { keyDetails: verifier.keyDetails, x509Certificate: { rawBytes } }
    : { keyDetails: verifier.keyDetails, publicKey: { rawBytes } };
}

/** The hash's name in the Sigstore protobuf specifications. */
export function bundleHashName(hash: HashName): string {
  return { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' }[hash];
}

export function encodeBody(body: JsonValue): Uint8Array {
  return Buffer.from(canonicalJson(body), 'utf8');
}
