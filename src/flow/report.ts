import { CHECK_NAMES } from '../errors.ts';
import { expectedSigners } from '../plan/who-must-have-signed.ts';
import type { Policy } from '../policy/policy.ts';
import type { Report } from '../progress.ts';
import type { Proof } from './prove-with-log.ts';
import { describeTrust } from './open-trust.ts';
import type { ArtifactResult } from '../result.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

/** Tells each check that the proof passed, in the order of the checks, and what a person should know about it. */
export function reportChecks(report: Report, artifact: string, proof: Proof): void {
  const { checks } = proof.proven;
  for (const check of CHECK_NAMES) {
    if (check === 'digest' || checks[check].outcome !== 'passed') continue;
    report({ kind: 'check', artifact, check, detail: checks[check].detail });
  }
  for (const message of proof.notes) report({ kind: 'note', message: `${artifact}: ${message}` });
}

/** Tells who must have signed an artifact, before it is known whether they did. */
export function reportExpectedSigners(report: Report, artifact: string, policy: Policy): void {
  report({ kind: 'expected-signers', artifact, signers: expectedSigners(policy) });
}

/** The members of a result that a proof decides; `digest` says what had the proven digest, `sha256` is the artifact's. */
export function describeProof(
  proof: Proof,
  trust: TrustMaterial,
  sha256: string,
  digest: string,
): Omit<ArtifactResult, 'outcome'> {
  const { proven, origin, notes } = proof;
  return {
    claim: proven.claim.kind,
    ...(proven.claim.kind === 'attested' ? { predicateType: proven.claim.predicateType } : {}),
    sha256,
    evidence: origin,
    signer: proven.signer,
    ...(proven.signedAt === undefined ? {} : { signedAt: proven.signedAt.toISOString() }),
    logEntries: proven.logEntries,
    trustedRoot: describeTrust(trust),
    checks: { ...proven.checks, digest: { outcome: 'passed', detail: digest } },
    notes,
  };
}
