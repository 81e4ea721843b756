import { RequestError, UntrustedError } from '../errors.ts';
import type { Digest, HashAlgorithm } from '../evidence/evidence.ts';
import { readCertificate, type SigningCertificate } from './certificate.ts';
import type { ProofSubject } from './proof.ts';
import { readPublicKey } from './public-key.ts';

/** What a detached pair says, decoded: the files' base64 and PEM are the evidence folder's to undo. */
export interface DetachedSignature {
  readonly signature: Uint8Array;
  /** DER of the signing certificate. */
  readonly certificate: Uint8Array;
}

/**
 * Whether a detached signature is by its certificate's key over the artifact: the part of a proof that needs nobody's
 * answer. It comes before the log is asked, which would take a signature that does not fit for a malformed request; a
 * pass proves nothing about the signer.
 *
 * @param algorithm how a whole message is hashed; cosign's detached signatures are over SHA-256.
 * @returns the certificate.
 * @throws UntrustedError `signature-mismatch`, or `material-malformed` for the certificate; RequestError `usage` where
 *   the key needs the whole message and the subject is a digest.
 */
export function checkDetachedSignature(
  { signature, certificate }: DetachedSignature,
  subject: ProofSubject,
  algorithm: HashAlgorithm = 'sha256',
): SigningCertificate {
  const signing = readCertificate(certificate);
  const key = readPublicKey(signing.publicKey, 'the signing certificate');
  if (subject.kind === 'digest' && key.needsMessage) {
    throw new RequestError(
      'usage',
      `the signature is by an ${key.description} key, which signs the file itself`,
      {
        expected: 'the file',
        found: 'a digest',
        advice: 'give the file instead of its digest',
      },
    );
  }
  const fits =
    subject.kind === 'digest'
      ? key.verifyDigest(subject.digest, signature)
      : key.verifyMessage(subject.message, algorithm, signature);
  if (!fits) {
    const over = subject.kind === 'digest' ? `${subject.digest.algorithm} ${subject.digest.hex}` : 'the file';
    throw new UntrustedError('signature-mismatch', 'the signature does not fit the artifact', {
      check: 'signature',
      expected: `a signature by the certificate's ${key.description} key over ${over}`,
      found: 'a signature over something else, or by another key',
      why: 'artifact, signature and certificate do not belong together',
    });
  }
  return signing;
}

/** {@link checkDetachedSignature} as a question, for a caller who has somewhere else to look. */
export function detachedSignatureFits(pair: DetachedSignature, digest: Digest): boolean {
  try {
    checkDetachedSignature(pair, { kind: 'digest', digest });
    return true;
  } catch (error) {
    if (error instanceof UntrustedError && error.code === 'signature-mismatch') return false;
    throw error;
  }
}
