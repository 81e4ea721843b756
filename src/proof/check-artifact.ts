import { UntrustedError } from '../errors.ts';
import { type Proof, statedDigest } from './proof.ts';

/**
 * 4.1: the artifact is the one that the signature is stated to be over, by the bundle or else by its log entry. The
 * bundle's word is only a label, so this proves nothing yet; it tells "another file" apart from "a bad signature".
 */
export function checkArtifact({ evidence, digest }: Proof): void {
  const stated = statedDigest(evidence);
  if (stated === undefined) return;
  if (stated.algorithm !== digest.algorithm || stated.hex !== digest.hex) {
    throw new UntrustedError('digest-mismatch', 'the signature is for another artifact', {
      check: 'digest',
      wanted: `${stated.algorithm} ${stated.hex}`,
      found: `${digest.algorithm} ${digest.hex}`,
      why: 'the artifact is not the one that was signed: it was changed, or it is another file',
      next: 'do not use the artifact; fetch it again, together with its signature',
    });
  }
}
