import { decodeBase64 } from '../strict/base64.ts';
import { decodePem } from '../strict/pem.ts';
import { malformed, oversized } from '../strict/malformed.ts';
import type { UntrustedError } from '../errors.ts';
import {
  MAX_CERTIFICATE_FILE_BYTES,
  MAX_CHECKSUM_FILE_BYTES,
  MAX_DER_BYTES,
  MAX_SIGNATURE_FILE_BYTES,
} from '../limits.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';

/** What `krel sign blobs` puts next to an artifact: a signature and the certificate of its ephemeral key. */
export interface DetachedMaterial {
  /** DER ECDSA signature over the SHA-256 of the artifact. */
  readonly signature: Uint8Array;
  /** DER of the signing certificate, without a chain. */
  readonly certificate: Uint8Array;
}

const PEM_START = '-----BEGIN';
const HEX_DIGITS: Readonly<Record<HashAlgorithm, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Reads a `.sig` file: base64 of the DER signature, with or without a newline at its end.
 *
 * @throws UntrustedError `material-malformed`, `material-oversized`
 */
export function parseSignatureFile(bytes: Uint8Array, what: string): Uint8Array {
  const text = asText(bytes, MAX_SIGNATURE_FILE_BYTES, what, 'base64 of a DER signature');
  return decodeBase64(text, what);
}

/**
 * Reads a `.cert` file: Kubernetes publishes base64 of a PEM certificate; plain PEM, as cosign prints it, is accepted
 * too.
 *
 * @throws UntrustedError `material-malformed`, `material-oversized`
 */
export function parseCertificateFile(bytes: Uint8Array, what: string): Uint8Array {
  const text = asText(
    bytes,
    MAX_CERTIFICATE_FILE_BYTES,
    what,
    'base64 of a PEM certificate, or the PEM itself',
  );
  const pem = text.startsWith(PEM_START) ? text : Buffer.from(decodeBase64(text, what)).toString('latin1');
  const der = decodePem(pem, 'CERTIFICATE', what);
  if (der.length > MAX_DER_BYTES) throw tooLong(what, der.length, MAX_DER_BYTES);
  return der;
}

/**
 * Reads a `.sha256` or `.sha512` file: lower-case hex digits, and nothing else except a newline at the end.
 *
 * @throws UntrustedError `material-malformed`, `material-oversized`
 */
export function parseChecksumFile(bytes: Uint8Array, algorithm: HashAlgorithm, what: string): Digest {
  const digits = HEX_DIGITS[algorithm];
  const wanted = `${digits} lower-case hex digits`;
  const hex = asText(bytes, MAX_CHECKSUM_FILE_BYTES, what, wanted);
  if (hex.length !== digits || !/^[0-9a-f]+$/.test(hex)) {
    // Do not quote it: after a redirect it may be any host's page.
    throw badForm(what, wanted, `other text of ${hex.length} characters`);
  }
  return { algorithm, hex };
}

function asText(bytes: Uint8Array, limit: number, what: string, wanted: string): string {
  if (bytes.length > limit) throw tooLong(what, bytes.length, limit);
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n$/, '');
  if (text.length === 0) throw badForm(what, wanted, 'nothing (it is empty)');
  if (text.startsWith('<')) throw badForm(what, wanted, 'a web page instead of data');
  return text;
}

function badForm(what: string, wanted: string, found: string): UntrustedError {
  return malformed(`${what} is malformed`, wanted, found, {
    next: 'try again later or use another mirror; a proxy may have sent an error page in its place',
  });
}

function tooLong(what: string, found: number, limit: number): UntrustedError {
  return oversized(what, `at most ${limit} bytes`, `${found} bytes`);
}
