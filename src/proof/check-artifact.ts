import { UntrustedError } from '../errors.ts';
import { type Proof, statedDigest } from './proof.ts';

/**
 * 4.1: the artifact is the one that the bundle, or else its log entry, says was signed. That statement is only a
 * label and proves nothing yet, but it tells "another file" from "a bad signature".
 */
export function checkArtifact({ evidence, digest }: Proof): void {
  const stated = statedDigest(evidence);
  if (stated === undefined) return;
  if (stated.algorithm !== digest.algorithm || stated.hex !== digest.hex) {
    throw new UntrustedError('digest-mismatch', 'the file is not the one that was signed', {
      check: 'digest',
      wanted: `${stated.algorithm}:${stated.hex}`,
      found: `${digest.algorithm}:${digest.hex}`,
      why: 'the artifact is not the one that was signed: it was changed, or it is another file',
      next: 'do not use the artifact; fetch it again, together with its signature',
    });
  }
}
