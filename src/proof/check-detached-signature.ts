import { RequestError, UntrustedError } from '../errors.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import { readCertificate, type SigningCertificate } from './certificate.ts';
import type { ProofSubject } from './proof.ts';
import { possibleHashes, readPublicKey, type SignatureKey } from './public-key.ts';

/** What a detached pair says, decoded: the files' base64 and PEM are the evidence folder's to undo. */
export interface DetachedSignature {
  readonly signature: Uint8Array;
  /** DER of the signing certificate. */
  readonly certificate: Uint8Array;
}

/**
 * How the artifact of a detached signature may have been hashed, likeliest first: nothing in the pair states it.
 *
 * @throws UntrustedError `material-malformed` for the certificate.
 */
export function detachedHashes({
  certificate,
}: Pick<DetachedSignature, 'certificate'>): readonly HashAlgorithm[] {
  return possibleHashes(keyOf(readCertificate(certificate)));
}

/**
 * Whether a detached signature is by its certificate's key over the artifact: the part of a proof that needs nobody's
 * answer. It comes before the log is asked, which would take a signature that does not fit for a malformed request; a
 * pass proves nothing about the signer.
 *
 * @param algorithm how a whole message is hashed; most of cosign's detached signatures are over SHA-256.
 * @returns the certificate.
 * @throws UntrustedError `signature-mismatch`, or `material-malformed` for the certificate; RequestError `usage` where
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
 * The digest of the artifact that a detached signature is over.
 *
 * @param digests of one artifact, by the algorithms of {@link detachedHashes} as far as they are known.
 * @throws UntrustedError `signature-mismatch`, or `material-malformed` for the certificate; RequestError `usage` where
 *   the key needs the whole message, or where a digest that is not known could be the signed one.
 */
export function fittingDigest(pair: DetachedSignature, digests: readonly Digest[]): Digest {
  const key = keyOf(readCertificate(pair.certificate));
  if (key.needsMessage) {
    throw new RequestError(
      'usage',
      `the signature is by an ${key.description} key, which signs the file itself`,
      {
        wanted: 'a bundle, with the file',
        found: 'a detached signature, which is looked up in the log by a digest',
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
        wanted: `the file, of which the ${missing.join(' or ')} may be what was signed`,
        found: `its ${digests.map(({ algorithm }) => algorithm).join(' and ')} alone`,
        next: 'give the file instead of its digest',
      },
    );
  }
  throw misfit(key, digests.map(({ algorithm, hex }) => `${algorithm} ${hex}`).join(' or '));
}

function keyOf(certificate: SigningCertificate): SignatureKey {
  return readPublicKey(certificate.publicKey, 'the signing certificate');
}

function misfit(key: SignatureKey, over: string): UntrustedError {
  return new UntrustedError('signature-mismatch', 'the signature does not fit the artifact', {
    check: 'signature',
    wanted: `a signature by the certificate's ${key.description} key over ${over}`,
    found: 'a signature over something else, or by another key',
    why: 'artifact, signature and certificate do not belong together',
  });
}

/** {@link checkDetachedSignature} as a question, for a caller who has another digest of the artifact, or another signature. */
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
