import { createHash } from 'node:crypto';

/** The hash algorithms of Sigstore's signatures, log entries and statements. */
export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';

/** A digest that something claims to have. Hex is lower case and of the algorithm's length. */
export interface Digest {
  readonly algorithm: HashAlgorithm;
  readonly hex: string;
}

/** The algorithms' names in the Sigstore protobuf specifications, and so in bundles and in Rekor v2. */
export const HASH_ALGORITHMS: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['SHA2_256', 'sha256'],
  ['SHA2_384', 'sha384'],
  ['SHA2_512', 'sha512'],
]);

export const DIGEST_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** The digest of bytes that are in memory. */
export function digestOf(bytes: Uint8Array, algorithm: HashAlgorithm): Digest {
  return { algorithm, hex: createHash(algorithm).update(bytes).digest('hex') };
}
