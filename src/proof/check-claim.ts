import { isJsonObject } from '../strict/json.ts';
import { excerpt } from '../text/excerpt.ts';
import { type ErrorDetails, RequestError, UntrustedError } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import type { Proof } from './proof.ts';
import { describeEnvelope, namesArtifact, readStatement } from './statement.ts';

/** Verification summaries of SLSA, of any version: they say whether the verification that they are about passed. */
const VERIFICATION_SUMMARY = 'https://slsa.dev/verification_summary/';

/**
 * 4.5: what was signed is what is asked for. A message signature is the signer's word for the artifact itself. A
 * statement about it is not: its predicate may say that a verification failed, what a scan found, or how a build was
 * made that was never released. So a statement counts only where the policy names its predicate type, and only as that.
 */
export function checkClaim({ evidence: { content }, policy }: Pick<Proof, 'evidence' | 'policy'>): void {
  const { predicateTypes = [] } = policy;
  if (content.kind === 'dsse' && predicateTypes.length === 0) {
    throw anotherClaim({
      wanted: 'a signature over the artifact itself',
      found: describeEnvelope(content),
      why: 'a statement says what its predicate says, and not that the artifact was released',
      next: 'do not use the artifact as a release; where such a statement is what you want, name its type with --predicate-type',
    });
  }
  if (content.kind === 'message-signature') assertMessageWanted(policy);
}

/**
 * The same of a signature over the artifact itself, such as a detached one.
 *
 * @throws UntrustedError `claim-mismatch` where a statement is asked for.
 */
export function assertMessageWanted({ predicateTypes = [] }: Policy): void {
  if (predicateTypes.length === 0) return;
  throw anotherClaim({
    wanted: statementOf(predicateTypes),
    found: 'a signature over the artifact itself',
    why: 'such a signature says nothing of what the predicate would say',
    next: 'name the bundle that holds the statement, with --bundle; or leave out --predicate-type',
  });
}

/** 4.5: the artifact is a subject of the statement, by every digest of it that the subject has. */
export function checkStatement({ evidence: { content }, digests }: Proof): void {
  if (content.kind !== 'dsse') return;
  const { subjects } = readStatement(content);
  if (subjects.some((subject) => namesArtifact(subject, digests))) return;
  const known = new Set(digests.map(({ algorithm }) => algorithm));
  const others = subjects.find(
    (subject) => subject.size > 0 && [...subject.keys()].every((name) => !known.has(name)),
  );
  if (others !== undefined) {
    throw new RequestError(
      'usage',
      `the statement names an artifact by ${[...others.keys()].join(' and ')} alone`,
      {
        wanted: 'the file',
        found: `its ${[...known].join(' and ')}`,
        why: 'whether it is the same artifact cannot be told from that digest',
        next: 'give the file instead of its digest',
      },
    );
  }
  const named = subjects.filter((subject) => subject.size > 0).length;
  throw new UntrustedError('digest-mismatch', 'the signed statement is about another artifact', {
    check: 'digest',
    wanted: `a subject with ${digests.map(({ algorithm, hex }) => `${algorithm} ${hex}`).join(' and ')}`,
    found:
      named === 0 ? 'no subject with a digest that is known here' : `${named} subjects, none of them with it`,
    why: 'the artifact is not the one that the statement was signed for',
  });
}

/** 4.5: the predicate is of a type that is asked for, and a verification summary says that the verification passed. */
export function checkPredicate({ evidence: { content }, policy: { predicateTypes = [] } }: Proof): void {
  if (content.kind !== 'dsse') return;
  const { predicateType, predicate } = readStatement(content);
  if (!predicateTypes.includes(predicateType)) {
    throw anotherClaim({ wanted: statementOf(predicateTypes), found: describeEnvelope(content) });
  }
  if (!predicateType.startsWith(VERIFICATION_SUMMARY)) return;
  const result = isJsonObject(predicate) ? predicate['verificationResult'] : undefined;
  if (result !== 'PASSED') {
    throw anotherClaim({
      wanted: 'verificationResult PASSED in the verification summary',
      found: typeof result === 'string' ? excerpt(result) : 'no such result',
      why: 'the statement does not say that the verification passed',
    });
  }
}

function statementOf(predicateTypes: readonly string[]): string {
  return `a statement with the predicate type ${predicateTypes.map((type) => excerpt(type, 200)).join(' or ')}`;
}

function anotherClaim(details: ErrorDetails): UntrustedError {
  return new UntrustedError('claim-mismatch', 'what was signed is not what was asked for', {
    check: 'signature',
    why: 'a statement says what its predicate says, and nothing else',
    ...details,
  });
}
