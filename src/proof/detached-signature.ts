import { UntrustedError } from '../errors.ts';
import type { DetachedMaterial } from '../evidence/detached-material.ts';
import type { Digest } from '../evidence/evidence.ts';
import { readCertificate } from './certificate.ts';
import { readPublicKey } from './public-key.ts';

/**
 * Whether a detached signature is one over this digest, by the certificate's key. Nothing is said about the
 * certificate. Asked before the log is, which answers a signature that does not fit as if it were at fault itself.
 *
 * @throws UntrustedError `material-malformed` where the certificate or its key cannot be read.
 */
export function detachedSignatureFits({ signature, certificate }: DetachedMaterial, digest: Digest): boolean {
  const key = readPublicKey(readCertificate(certificate).publicKey, 'the signing certificate');
  return !key.needsMessage && key.verifyDigest(digest, signature);
}

/** @throws UntrustedError `signature-mismatch` where {@link detachedSignatureFits} says no. */
export function assertDetachedSignature(material: DetachedMaterial, digest: Digest): void {
  if (detachedSignatureFits(material, digest)) return;
  throw new UntrustedError('signature-mismatch', 'the signature does not fit the file', {
    check: 'signature',
    expected: `a signature over ${digest.algorithm}:${digest.hex} by the certificate's key`,
    found: 'a signature over something else, or by another key',
    why: 'the file is not the one that was signed, or the signature is not its own',
    advice:
      'fetch the file, its signature and its certificate again, from the place that publishes all three',
  });
}
