/** What a policy file says of a file that is not proved, and that an option would let pass. */
import { activeExceptions, allowedViolation, deniedDigest } from './judge.ts';
import type { UnprovedFile } from './policy.ts';
import type { PolicyFile } from './policy-file.ts';

/**
 * Its digest and what it says of itself are all that is known of it. That counts against it as with any file, and never for
 * it: nothing is proved by that.
 *
 * @returns why it must not be let pass; undefined if the policy does not forbid that.
 */
export function unprovedForbidden(file: PolicyFile, unproved: UnprovedFile, now: Date): string | undefined {
  const { sha256 } = unproved;
  const [denied] = sha256 === undefined ? [] : deniedDigest(file, sha256);
  if (denied !== undefined) return `it is denied by the policy: ${denied.why ?? denied.found}`;
  const other = allowedViolation(file, { ...unproved, kind: undefined });
  const isExcepted = sha256 !== undefined && activeExceptions(file, 'allowed', { now, sha256 }).length > 0;
  if (other === undefined || isExcepted) return undefined;
  return `the policy lets nothing pass but ${other.wanted}, and this says that it is ${other.found}`;
}
