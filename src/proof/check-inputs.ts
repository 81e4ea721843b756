import { UntrustedError } from '../errors.ts';
import type { Proof } from './proof.ts';

/**
 * 4.1: the trusted root is one of the inputs, and what the proof needs of it is there. A certificate needs a
 * certificate authority, a CT log and a transparency log; a log entry or a timestamp needs somebody who could have
 * made it.
 */
export function checkTrustedRoot({ authorities, signer, entries, timestamps }: Proof): void {
  const certificate = signer.kind === 'certificate';
  const needs: readonly (readonly [needed: boolean, there: number, what: string])[] = [
    [certificate, authorities.certificateAuthorities.length, 'certificate authority'],
    [certificate, authorities.certificateLogs.length, 'CT log'],
    [certificate || entries.length > 0, authorities.logs.length, 'transparency log'],
    [timestamps.length > 0, authorities.timestampAuthorities.length, 'timestamp authority'],
  ];
  const missing = needs.find(([needed, there]) => needed && there === 0)?.[2];
  if (missing !== undefined) {
    throw new UntrustedError('trusted-root-invalid', `the trusted root names no ${missing}`, {
      check: 'material',
      expected: `a ${missing}`,
      found: 'none',
      why: 'Nobody is trusted who is not named in the trusted root.',
    });
  }
}

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
      why: 'The artifact is not the one that was signed: it was changed, or it is another file.',
      advice: 'Do not use the artifact; fetch it again, together with its signature.',
    });
  }
}
