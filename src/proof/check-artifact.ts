import { UntrustedError } from '../errors.ts';
import type { Proof } from './proof.ts';

/**
 * 4.1: the artifact is the one that the signature is stated to be over. The statement is only a label, so this proves
 * nothing yet; it tells "another file" apart from "a bad signature".
 */
export function checkArtifact({ evidence: { content }, digest }: Proof): void {
  if (content.kind === 'dsse') return;
  if (content.digest.algorithm !== digest.algorithm || content.digest.hex !== digest.hex) {
    throw new UntrustedError('digest-mismatch', 'the signature is for another artifact', {
      check: 'digest',
      expected: `${content.digest.algorithm} ${content.digest.hex}`,
      found: `${digest.algorithm} ${digest.hex}`,
      why: 'the artifact is not the one that was signed: it was changed, or it is another file',
      advice: 'do not use the artifact; fetch it again, together with its signature',
    });
  }
}
