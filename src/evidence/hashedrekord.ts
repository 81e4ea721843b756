import { createHash } from 'node:crypto';
import { encodeBase64 } from '../strict/base64.ts';
import { encodeHex } from '../strict/hex.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { encodePem } from '../strict/pem.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_LOG_RESPONSE_BYTES } from '../limits.ts';
import { type DetachedMaterial, parseCertificateFile } from './detached-material.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';

/** Rekor's `hashedrekord` 0.0.1, in the form that is both proposed to the log and kept by it. */
export interface HashedRekord {
  readonly apiVersion: '0.0.1';
  readonly kind: 'hashedrekord';
  readonly spec: {
    readonly data: { readonly hash: { readonly algorithm: HashAlgorithm; readonly value: string } };
    readonly signature: { readonly content: string; readonly publicKey: { readonly content: string } };
  };
}

/**
 * The log entry for a signature over this digest with this material. Its members have the order of RFC 8785, so that
 * its JSON equals the log's canonical body byte for byte. Rekor always writes the certificate as PEM with lines of 64
 * characters.
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
 * Extracts the signature and the certificate from the body of a log entry that was found by its digest.
 *
 * @returns undefined if the entry is of another kind or for another digest, because the search may return more than
 *   we asked for.
 * @throws UntrustedError `log-entry-invalid` if it claims to be a `hashedrekord` for this digest but is malformed.
 */
export function materialFromBody(body: Uint8Array, digest: Digest): DetachedMaterial | undefined {
  const json = parseJsonStrictly(body, 'the log entry', { maxBytes: MAX_LOG_RESPONSE_BYTES });
  const spec = specFor(json, digest);
  if (spec === undefined) return undefined;
  const signature = spec.object('signature', 'any');
  const certificate = signature.object('publicKey', 'any').text('content');
  return {
    signature: signature.bytes('content'),
    certificate: parseCertificateFile(Buffer.from(certificate, 'latin1'), "the log entry's certificate"),
  };
}

/** The spec of a `hashedrekord` 0.0.1 for this digest; undefined for anything else. */
function specFor(json: JsonValue, digest: Digest): Fields | undefined {
  try {
    const entry = new Fields(json, 'the log entry', 'any', FORM);
    if (entry.text('kind') !== 'hashedrekord' || entry.text('apiVersion') !== '0.0.1') return undefined;
    const spec = entry.object('spec', 'any');
    const hash = spec.object('data', 'any').object('hash', 'any');
    return hash.text('algorithm') === digest.algorithm && hash.text('value') === digest.hex
      ? spec
      : undefined;
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

/** The proof reads the body strictly. Here we only search it for material to prove. */
const FORM: FieldsForm = {
  flawed: (path, wanted, found) =>
    new UntrustedError('log-entry-invalid', `${path} is malformed`, { check: 'entry', wanted, found }),
};
