import { createHash } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../encoding/base64.ts';
import { encodeHex } from '../encoding/hex.ts';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../encoding/json.ts';
import { encodePem } from '../encoding/pem.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_LOG_RESPONSE_BYTES } from '../limits.ts';
import { type DetachedMaterial, parseCertificateFile } from './detached-material.ts';
import type { Digest, HashAlgorithm } from './evidence.ts';

/** Rekor's `hashedrekord` 0.0.1, as proposed to the log and as the log keeps it. */
export interface HashedRekord {
  readonly apiVersion: '0.0.1';
  readonly kind: 'hashedrekord';
  readonly spec: {
    readonly data: { readonly hash: { readonly algorithm: HashAlgorithm; readonly value: string } };
    readonly signature: { readonly content: string; readonly publicKey: { readonly content: string } };
  };
}

/**
 * The entry that a signing of this digest with this material leaves in the log. Its members stand in the order of
 * RFC 8785, so that its JSON is the log's canonical body byte for byte; Rekor writes the certificate as PEM with
 * lines of 64, whatever it was given.
 */
export function hashedRekordEntry(material: DetachedMaterial, digest: Digest): HashedRekord {
  const pem = Buffer.from(encodePem(material.certificate, 'CERTIFICATE'), 'latin1');
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: digest.algorithm, value: digest.hex } },
      signature: { content: encodeBase64(material.signature), publicKey: { content: encodeBase64(pem) } },
    },
  };
}

/** The canonical body (RFC 8785) of that entry. */
export function canonicalBody(entry: HashedRekord): Uint8Array {
  return Buffer.from(JSON.stringify(entry), 'utf8');
}

/** The Merkle leaf hash (RFC 6962 section 2.1) of a canonical body, in hex: the last 64 digits of the entry's UUID. */
export function leafHash(body: Uint8Array): string {
  return encodeHex(createHash('sha256').update(Uint8Array.of(0)).update(body).digest());
}

/**
 * Takes the signature and the certificate out of a log entry's body, for an entry that was found by its digest.
 *
 * @returns undefined where the entry is of another kind or for another digest: the search found more than was asked.
 * @throws UntrustedError `log-entry-invalid` where it claims to be a `hashedrekord` for this digest and is none.
 */
export function materialFromBody(body: Uint8Array, digest: Digest): DetachedMaterial | undefined {
  const entry = parseJsonStrictly(body, 'the log entry', { maxBytes: MAX_LOG_RESPONSE_BYTES });
  if (member(entry, 'kind') !== 'hashedrekord' || member(entry, 'apiVersion') !== '0.0.1') return undefined;
  const hash = member(member(member(entry, 'spec'), 'data'), 'hash');
  if (member(hash, 'algorithm') !== digest.algorithm || member(hash, 'value') !== digest.hex)
    return undefined;
  const signature = member(member(entry, 'spec'), 'signature');
  const content = member(signature, 'content');
  const certificate = member(member(signature, 'publicKey'), 'content');
  if (typeof content !== 'string' || typeof certificate !== 'string') {
    throw new UntrustedError('log-entry-invalid', 'the log entry has no signature or no certificate', {
      check: 'entry',
      expected: 'a hashedrekord 0.0.1 with signature.content and publicKey.content',
      found: 'one without',
    });
  }
  const what = "the log entry's certificate";
  return {
    signature: decodeBase64(content, "the log entry's signature"),
    certificate: parseCertificateFile(Buffer.from(certificate, 'latin1'), what),
  };
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
