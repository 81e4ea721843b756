import { constants, createHash, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { childrenOf, DER_TAG, parseDer, readInteger } from '../strict/der.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_REMEMBERED_KEYS, MAX_REMEMBERED_SIGNATURES } from '../limits.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';

interface Curve {
  readonly name: string;
  /** Length of r, of s and of a coordinate. */
  readonly bytes: number;
  readonly curve: typeof p256;
  readonly usualHash: HashAlgorithm;
}

/** By their names in OpenSSL. */
const CURVES = new Map<string, Curve>([
  ['prime256v1', { name: 'ECDSA P-256', bytes: 32, curve: p256, usualHash: 'sha256' }],
  ['secp384r1', { name: 'ECDSA P-384', bytes: 48, curve: p384, usualHash: 'sha384' }],
  ['secp521r1', { name: 'ECDSA P-521', bytes: 66, curve: p521, usualHash: 'sha512' }],
]);

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/** A key of a type that is used in Sigstore's public log. */
export interface SignatureKey {
  /** For messages: "ECDSA P-256", "RSA 4096", "Ed25519". */
  readonly description: string;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** The key for node:crypto. */
  readonly object: KeyObject;
  /** Ed25519 signs the message itself, so a digest is not enough (RFC 8032 section 5.1). */
  readonly needsMessage: boolean;
  /** The hash to assume if the evidence names none (Sigstore's algorithm registry). */
  readonly usualHash: HashAlgorithm;
  /** Whether the signature matches the digest. Always false if the key needs the message. */
  readonly verifyDigest: (digest: Digest, signature: Uint8Array) => boolean;
  /** Whether the signature matches the message. The algorithm is used if the key type hashes first. */
  readonly verifyMessage: (message: Uint8Array, algorithm: HashAlgorithm, signature: Uint8Array) => boolean;
}

/**
 * Reads a SubjectPublicKeyInfo of a supported type: ECDSA over P-256, P-384 or P-521, RSA of 2048 to 8192 bits with
 * PKCS #1 v1.5, Ed25519.
 *
 * @throws UntrustedError `material-malformed`
 */
export function readPublicKey(spki: Uint8Array, what: string): SignatureKey {
  const id = Buffer.from(spki).toString('latin1');
  const key = known.get(id) ?? parseKey(spki, what);
  // Move it to the end: the first entry is dropped first.
  known.delete(id);
  known.set(id, key);
  const [oldest] = known.keys();
  if (known.size > MAX_REMEMBERED_KEYS && oldest !== undefined) known.delete(oldest);
  return key;
}

/** Recently read keys: one artifact's key is read for its detached signature and for each part of its proof. */
const known = new Map<string, SignatureKey>();

function parseKey(spki: Uint8Array, what: string): SignatureKey {
  parseDer(spki, what);
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw unsupported(what, 'a key that cannot be read', cause);
  }
  if (key.asymmetricKeyType === 'ec') return readEcdsaKey(key, spki, what);
  if (key.asymmetricKeyType === 'rsa') return readRsaKey(key, spki, what);
  if (key.asymmetricKeyType !== 'ed25519') {
    throw unsupported(what, `a key of type ${key.asymmetricKeyType ?? 'unknown'}`);
  }
  return {
    description: 'Ed25519',
    spki,
    object: key,
    needsMessage: true,
    usualHash: 'sha256',
    verifyDigest: () => false,
    verifyMessage: (message, _, signature) => verify(null, message, key, signature),
  };
}

/**
 * The hashes that a signature may use if it does not say: that of an envelope or a detached one. The key type implies
 * one, but clients older than Sigstore's algorithm registry used SHA-256 for every key.
 */
export function possibleHashes({ usualHash }: SignatureKey): readonly HashAlgorithm[] {
  return usualHash === 'sha256' ? ['sha256'] : [usualHash, 'sha256'];
}

export function hashWith(algorithm: HashAlgorithm, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * ECDSA over a precomputed digest (FIPS 186-5 section 6.4.2), which node:crypto cannot do. The signature must be
 * canonical DER with nothing after it. High S is valid, as in X.509, CMS and Go, so that every signature in the log
 * verifies.
 */
function readEcdsaKey(key: KeyObject, spki: Uint8Array, what: string): SignatureKey {
  const namedCurve = key.asymmetricKeyDetails?.namedCurve ?? 'without a name';
  const found = CURVES.get(namedCurve);
  const { x, y } = found === undefined ? {} : key.export({ format: 'jwk' });
  if (found === undefined || x === undefined || y === undefined) {
    throw unsupported(what, `a key on the curve ${namedCurve}`);
  }
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const verifyDigest = rememberFitting((digest, signature) => {
    const compact = readEcdsaSignature(signature, found.bytes);
    if (compact === undefined) return false;
    const options = { prehash: false, lowS: false, format: 'compact' } as const;
    return found.curve.verify(compact, Buffer.from(digest.hex, 'hex'), point, options);
  });
  return {
    description: found.name,
    spki,
    object: key,
    needsMessage: false,
    usualHash: found.usualHash,
    verifyDigest,
    // OpenSSL does it in a tenth of the time, but takes nothing that is hashed already.
    verifyMessage: (message, algorithm, signature) =>
      readEcdsaSignature(signature, found.bytes) !== undefined && verify(algorithm, message, key, signature),
  };
}

/**
 * A proof asks three times about the same key, digest and signature: before the log is asked, and in both runs of
 * sigstore-js. ECDSA in JavaScript is the slowest part of a proof, so the answer is remembered, but only if it is
 * yes.
 */
function rememberFitting(ask: SignatureKey['verifyDigest']): SignatureKey['verifyDigest'] {
  const fitting = new Set<string>();
  return (digest, signature) => {
    const question = `${digest.algorithm} ${digest.hex} ${Buffer.from(signature).toString('latin1')}`;
    if (fitting.has(question)) return true;
    const fits = ask(digest, signature);
    if (fits && fitting.size < MAX_REMEMBERED_SIGNATURES) fitting.add(question);
    return fits;
  };
}

/** r and s as fixed-length big-endian integers; undefined if the DER is not canonical or they are out of range. */
function readEcdsaSignature(der: Uint8Array, bytes: number): Uint8Array | undefined {
  try {
    const [r, s, ...rest] = childrenOf(parseDer(der, 'the signature'), DER_TAG.sequence, 'the signature');
    const integers = [readInteger(r, 'r'), readInteger(s, 's')];
    if (rest.length > 0 || integers.some((integer) => integer <= 0n)) return undefined;
    const hex = integers.map((integer) => integer.toString(16).padStart(2 * bytes, '0'));
    return hex.every((digits) => digits.length === 2 * bytes) ? Buffer.from(hex.join(''), 'hex') : undefined;
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

/** The part of a DigestInfo before the digest (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO_PREFIX: Readonly<Record<HashAlgorithm, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/**
 * RSASSA-PKCS1-v1_5 over a precomputed digest (RFC 8017 section 8.2.2): the bytes that OpenSSL recovers from under
 * the padding must equal the expected DigestInfo.
 */
function readRsaKey(key: KeyObject, spki: Uint8Array, what: string): SignatureKey {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw unsupported(what, `an RSA key of ${bits} bits`);
  const verifyDigest = (digest: Digest, signature: Uint8Array): boolean => {
    if (signature.length !== Math.ceil(bits / 8)) return false;
    const expected = Buffer.from(DIGEST_INFO_PREFIX[digest.algorithm] + digest.hex, 'hex');
    try {
      return expected.equals(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature));
    } catch (error) {
      // OpenSSL throws if the padding is wrong: the signature does not match. Any other exception answers nothing.
      if (isMisfit(error)) return false;
      throw error;
    }
  };
  return {
    description: `RSA ${bits}`,
    spki,
    object: key,
    needsMessage: false,
    usualHash: 'sha256',
    verifyDigest,
    verifyMessage: (message, algorithm, signature) =>
      verifyDigest({ algorithm, hex: hashWith(algorithm, message).toString('hex') }, signature),
  };
}

function isMisfit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL_RSA_');
}

function unsupported(what: string, found: string, cause?: unknown): UntrustedError {
  return new UntrustedError('material-malformed', `${what} has no usable key`, {
    check: 'material',
    wanted: `ECDSA on P-256, P-384 or P-521, RSA of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits, or Ed25519`,
    found,
    why: 'the public log accepts only these keys, and k8s-verify can check only these',
    ...(cause === undefined ? {} : { cause }),
  });
}
