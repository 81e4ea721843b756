/** Key pairs of every type in the history of the public log, and signatures by them over messages and digests. */
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { nullValue, octetString, oid, sequence } from './der.ts';

export type KeyKind = 'p256' | 'p384' | 'p521' | 'rsa2048' | 'rsa3072' | 'rsa4096' | 'ed25519';
export type HashName = 'sha256' | 'sha384' | 'sha512';

export interface KeyPair {
  readonly kind: KeyKind;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

const CURVES = { p256: 'P-256', p384: 'P-384', p521: 'P-521' } as const;
const NOBLE_CURVES = { p256, p384, p521 } as const;
const RSA_BITS = { rsa2048: 2048, rsa3072: 3072, rsa4096: 4096 } as const;
const HASH_OIDS = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

/** Makes a key, or finds the one that an authority of that name has had before. */
export type MakeKey = (name: string, kind: KeyKind) => KeyPair;

/** Another one each time. */
export const freshKey: MakeKey = (_, kind) => generateKey(kind);

export function generateKey(kind: KeyKind = 'p256'): KeyPair {
  return keyPairOf(kind, generatePair(kind).privateKey);
}

export function keyPairOf(kind: KeyKind, privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey);
  return { kind, privateKey, publicKey, spki: publicKey.export({ type: 'spki', format: 'der' }) };
}

function generatePair(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (kind) {
    case 'p256':
    case 'p384':
    case 'p521':
      return generateKeyPairSync('ec', { namedCurve: CURVES[kind] });
    case 'rsa2048':
    case 'rsa3072':
    case 'rsa4096':
      return generateKeyPairSync('rsa', { modulusLength: RSA_BITS[kind] });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
  }
}

/** The hash that Sigstore's registry of algorithms pairs with a key; Ed25519 here is pure, and the hash only names the log entry's. */
export function hashFor(kind: KeyKind): HashName {
  if (kind === 'p384') return 'sha384';
  if (kind === 'p521') return 'sha512';
  return 'sha256';
}

/** The name of key and hash in `PublicKeyDetails` of the Sigstore protobuf specifications. */
export function keyDetails(kind: KeyKind): string {
  return {
    p256: 'PKIX_ECDSA_P256_SHA_256',
    p384: 'PKIX_ECDSA_P384_SHA_384',
    p521: 'PKIX_ECDSA_P521_SHA_512',
    rsa2048: 'PKIX_RSA_PKCS1V15_2048_SHA256',
    rsa3072: 'PKIX_RSA_PKCS1V15_3072_SHA256',
    rsa4096: 'PKIX_RSA_PKCS1V15_4096_SHA256',
    ed25519: 'PKIX_ED25519',
  }[kind];
}

/** A signature over a message: DER for ECDSA, PKCS #1 v1.5 for RSA, pure Ed25519. */
export function signMessage(
  key: KeyPair,
  message: Uint8Array,
  hash: HashName = hashFor(key.kind),
): Uint8Array {
  return sign(key.kind === 'ed25519' ? null : hash, message, key.privateKey);
}

/** The same signature from the digest alone, for artifacts too large to hold. Ed25519 cannot do that. */
export function signDigest(key: KeyPair, digest: Uint8Array, hash: HashName = hashFor(key.kind)): Uint8Array {
  switch (key.kind) {
    case 'p256':
    case 'p384':
    case 'p521': {
      const { d = '' } = key.privateKey.export({ format: 'jwk' });
      return NOBLE_CURVES[key.kind].sign(digest, Buffer.from(d, 'base64url'), {
        prehash: false,
        lowS: false,
        format: 'der',
      });
    }
    case 'rsa2048':
    case 'rsa3072':
    case 'rsa4096': {
      const info = sequence(sequence(oid(HASH_OIDS[hash]), nullValue()), octetString(digest));
      return privateEncrypt({ key: key.privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
    }
    case 'ed25519':
      throw new Error('Ed25519 signs messages, not digests');
  }
}

export function digestOf(bytes: Uint8Array, hash: HashName = 'sha256'): Uint8Array {
  return createHash(hash).update(bytes).digest();
}

/** PEM with lines of 64 characters and a final newline, as Go writes it. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
