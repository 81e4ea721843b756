import { RequestError, UntrustedError } from '../errors.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import { readCertificate, type SigningCertificate } from './certificate.ts';
import type { ProofSubject } from './proof.ts';
import { possibleHashes, readPublicKey, type SignatureKey } from './public-key.ts';

/** A detached pair, decoded. The evidence folder reads the base64 and PEM of the files. */
export interface DetachedSignature {
  readonly signature: Uint8Array;
  /** DER of the signing certificate. */
  readonly certificate: Uint8Array;
}

/**
 * The algorithms that may have hashed the artifact of a detached signature, likeliest first. The pair itself does not
 * say.
 *
 * @throws UntrustedError `material-malformed` for the certificate.
 */
export function detachedHashes({
  certificate,
}: Pick<DetachedSignature, 'certificate'>): readonly HashAlgorithm[] {
  return possibleHashes(keyOf(readCertificate(certificate)));
}

/**
 * Checks that a detached signature was made over the artifact with its certificate's key. This part of a proof needs
 * no network. It runs before we ask the log, which would answer that our request is malformed if the signature does
 * not match. A pass proves nothing about the signer.
 *
 * @param algorithm how to hash a whole message; most of cosign's detached signatures are over SHA-256.
 * @returns the certificate.
 * @throws UntrustedError `signature-mismatch`, or `material-malformed` for the certificate; RequestError `usage` if
 *   the key needs the whole message and the subject is a digest.
 */
export function checkDetachedSignature(
  pair: DetachedSignature,
  subject: ProofSubject,
  algorithm: HashAlgorithm = 'sha256',
): SigningCertificate {
  const signing = readCertificate(pair.certificate);
  if (subject.kind === 'digest') {
    fittingDigest(pair, [subject.digest]);
    return signing;
  }
  const key = keyOf(signing);
  if (!key.verifyMessage(subject.message, algorithm, pair.signature)) throw misfit(key, 'the file');
  return signing;
}

/**
 * Finds the digest of the artifact that a detached signature is over.
 *
 * @param digests of one artifact, by those algorithms of {@link detachedHashes} that are known.
 * @throws UntrustedError `signature-mismatch`, or `material-malformed` for the certificate; RequestError `usage` if
 *   the key needs the whole message, or if the signature may be over a digest that is not known.
 */
export function fittingDigest(pair: DetachedSignature, digests: readonly Digest[]): Digest {
  const key = keyOf(readCertificate(pair.certificate));
  if (key.needsMessage) {
    throw new RequestError(
      'usage',
      `the signature is by an ${key.description} key, which signs the file itself`,
      {
        wanted: 'a bundle, with the file',
        found: 'a detached signature, which the log only finds by a digest',
        next: 'name the bundle of the file with --bundle',
      },
    );
  }
  const fitting = digests.find((digest) => key.verifyDigest(digest, pair.signature));
  if (fitting !== undefined) return fitting;
  const missing = possibleHashes(key).filter((name) => !digests.some(({ algorithm }) => algorithm === name));
  if (missing.length > 0) {
    throw new RequestError(
      'usage',
      `the signature by the ${key.description} key is not over the given digest`,
      {
        wanted: `the file, because its ${missing.join(' or ')} may be what was signed`,
        found: `only its ${digests.map(({ algorithm }) => algorithm).join(' and ')}`,
        next: 'give the file instead of its digest',
      },
    );
  }
  throw misfit(key, digests.map(({ algorithm, hex }) => `${algorithm}:${hex}`).join(' or '));
}

function keyOf(certificate: SigningCertificate): SignatureKey {
  return readPublicKey(certificate.publicKey, 'the signing certificate');
}

function misfit(key: SignatureKey, over: string): UntrustedError {
  return new UntrustedError('signature-mismatch', 'the signature does not fit the file', {
    check: 'signature',
    wanted: `a signature by the certificate's ${key.description} key over ${over}`,
    found: 'a signature over something else, or by another key',
    why: 'artifact, signature and certificate do not belong together',
  });
}

/** Like {@link checkDetachedSignature}, but returns false on a mismatch. */
export function detachedSignatureFits(pair: DetachedSignature, digest: Digest): boolean {
  try {
    checkDetachedSignature(pair, { kind: 'digest', digest });
    return true;
  } catch (error) {
    const mayFitAnother = error instanceof RequestError;
    if (mayFitAnother || (error instanceof UntrustedError && error.code === 'signature-mismatch'))
      return false;
    throw error;
  }
}

/** Whether the key signs the file itself, so that no digest of it can tell. */
export function needsWholeFile({ certificate }: Pick<DetachedSignature, 'certificate'>): boolean {
  return keyOf(readCertificate(certificate)).needsMessage;
}
