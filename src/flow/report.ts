import { CHECK_NAMES } from '../errors.ts';
import { expectedSigners } from '../plan/who-must-have-signed.ts';
import type { Policy } from '../policy/policy.ts';
import type { Report } from '../progress.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** Reports each check that the proof passed, in the order of the checks, and notes about it. */
export function reportChecks(report: Report, artifact: string, proof: ProvenArtifact): void {
  const { checks } = proof.proven;
  for (const check of CHECK_NAMES) {
    if (check === 'digest' || checks[check].outcome !== 'passed') continue;
    report({ kind: 'check', artifact, check, detail: checks[check].detail });
  }
  for (const { code, text } of proof.notes) {
    report({ kind: 'note', code, text: `${artifact}: ${text}`, artifact });
  }
}

/** Reports who must have signed an artifact, before we know whether they did. */
export function reportExpectedSigners(report: Report, artifact: string, policy: Policy): void {
  report({ kind: 'expected-signers', artifact, signers: expectedSigners(policy) });
}
