import { equalBytes } from '../strict/bytes.ts';
import { UntrustedError } from '../errors.ts';
import { assertSigningProfile } from './certificate-profile.ts';
import type { Proof } from './proof.ts';
import { verifySigner } from './sigstore-verifier.ts';
import { unknownIssuer, verdictOnUnknown } from './unknown-authority.ts';

/** 4.3: the certificate may sign artifacts (RFC 5280 section 6; Fulcio's profile). */
export function checkProfile({ signer }: Proof): void {
  if (signer.kind === 'certificate') assertSigningProfile(signer.certificate);
}

/**
 * 4.6 (out-of-band intermediates): every other certificate in the chain is an intermediate that the trusted root also
 * has. A root in the evidence, or anything else, is refused, not ignored.
 */
export function checkChainHoldsNothingElse(proof: Proof): void {
  const { evidence, authorities } = proof;
  if (evidence.key.kind !== 'certificate') return;
  const known = authorities.certificateAuthorities.flatMap(({ chain }) =>
    chain.filter(({ issuerName, subjectName }) => !equalBytes(issuerName, subjectName)),
  );
  for (const [i, certificate] of evidence.key.chain.slice(1).entries()) {
    if (!known.some(({ der }) => equalBytes(der, certificate))) {
      const verdict = new UntrustedError(
        'certificate-untrusted',
        'the chain holds a certificate that is not in the trusted root',
        {
          check: 'chain',
          wanted: 'the signing certificate and intermediates of the trusted root',
          found: `another certificate, or a root, at position ${i + 2}`,
          why: 'the trusted root decides which authorities to trust, not the evidence',
        },
      );
      const issuer = unknownIssuer(proof);
      throw issuer === undefined ? verdict : verdictOnUnknown(proof, issuer, verdict);
    }
  }
}

/** 4.3: the certificate chain at every time of signing, and the SCTs. */
export function checkChain(proof: Proof): void {
  verifySigner(proof);
}
