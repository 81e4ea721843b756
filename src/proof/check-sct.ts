import { DER_TAG, expectTag, parseDer } from '../strict/der.ts';
import { UntrustedError } from '../errors.ts';
import { EXTENSION_OID, type SigningCertificate } from './certificate.ts';
import type { Proof } from './proof.ts';

const LOG_ID_BYTES = 32;
const TIMESTAMP_BYTES = 8;
/** The last time that a Date can hold. */
const LAST_DATE_MS = 8_640_000_000_000_000;
/** TLS HashAlgorithm sha256, and SignatureAlgorithm rsa and ecdsa (RFC 5246 section 7.4.1.4.1). */
const SHA256 = 4;
const SIGNATURE_ALGORITHMS: ReadonlySet<number> = new Set([1, 3]);

/**
 * 4.3: the certificate has SCTs. Each has version 1 and no trailing bytes, and was made with SHA-256 and ECDSA or RSA
 * (RFC 6962 sections 2.1.4 and 3.3). sigstore-js verifies their signatures in {@link verifySigner}, but it would also
 * accept MD5 and SHA-1, and it crashes on a truncated list.
 */
export function checkSctForm({ signer }: Proof): void {
  if (signer.kind === 'certificate') readScts(signer.certificate);
}

/** The CT log that claims to have logged a certificate, and when. */
export interface SctClaim {
  readonly logId: Uint8Array;
  readonly time: Date;
}

/** @throws UntrustedError `sct-invalid`, `material-malformed` */
export function readScts({ extensions }: SigningCertificate): readonly SctClaim[] {
  const extension = extensions.get(EXTENSION_OID.signedCertificateTimestamps);
  if (extension === undefined) throw invalid('an SCT in the certificate', 'none');
  const what = 'the SCT list of the certificate';
  const list = new Reader(expectTag(parseDer(extension.value, what), DER_TAG.octetString, what).content);
  const entries = new Reader(list.vector(2));
  list.end();
  const claims: SctClaim[] = [];
  do {
    claims.push(readSct(new Reader(entries.vector(2))));
  } while (!entries.atEnd);
  return claims;
}

function readSct(sct: Reader): SctClaim {
  const version = sct.uint(1);
  const logId = sct.take(LOG_ID_BYTES);
  const time = Number(Buffer.from(sct.take(TIMESTAMP_BYTES)).readBigUInt64BE());
  sct.vector(2);
  const hash = sct.uint(1);
  const signature = sct.uint(1);
  sct.vector(2);
  sct.end();
  if (version !== 0 || hash !== SHA256 || !SIGNATURE_ALGORITHMS.has(signature)) {
    throw invalid(
      'version 1, SHA-256, ECDSA or RSA',
      `version ${version + 1}, hash ${hash}, signature ${signature}`,
    );
  }
  return { logId, time: new Date(Math.min(time, LAST_DATE_MS)) };
}

/** Reads TLS presentation language (RFC 5246 section 4). */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    if (bytes.length !== count) throw invalid('a complete SCT list', `only ${this.#bytes.length} bytes`);
    this.#at += count;
    return bytes;
  }

  uint(octets: number): number {
    return Buffer.from(this.take(octets)).readUIntBE(0, octets);
  }

  vector(lengthOctets: number): Uint8Array {
    return this.take(this.uint(lengthOctets));
  }

  end(): void {
    if (!this.atEnd) throw invalid('nothing after the end', `${this.#bytes.length - this.#at} bytes`);
  }
}

function invalid(wanted: string, found: string): UntrustedError {
  return new UntrustedError('sct-invalid', 'the certificate has no valid proof that it was logged', {
    check: 'sct',
    wanted,
    found,
    why: 'if no public log has the certificate, it could have been issued without anyone noticing',
  });
}
