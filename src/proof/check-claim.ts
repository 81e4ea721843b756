import { isJsonObject } from '../strict/json.ts';
import { excerpt } from '../text/excerpt.ts';
import { type ErrorDetails, RequestError, UntrustedError } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import type { Proof } from './proof.ts';
import { describeEnvelope, namesArtifact, readStatement } from './statement.ts';

/** Prefix of SLSA verification summaries, of any version. A summary says whether a verification passed. */
const VERIFICATION_SUMMARY = 'https://slsa.dev/verification_summary/';

/**
 * 4.5: what was signed is what you asked for. A message signature is the signer's word for the artifact itself. A
 * statement about the artifact is not: its predicate may say that a verification failed, what a scan found, or how an
 * unreleased build was made. So a statement counts only if the policy names its predicate type, and only as that
 * type.
 */
export function checkClaim({ evidence: { content }, policy }: Pick<Proof, 'evidence' | 'policy'>): void {
  const { predicateTypes = [] } = policy;
  if (content.kind === 'dsse' && predicateTypes.length === 0) {
    throw anotherClaim({
      wanted: 'a signature over the artifact itself',
      found: describeEnvelope(content),
      why: 'a statement says only what its predicate says, not that the artifact was released',
      next: 'do not use the artifact as a release; if you want such a statement, name its type with --predicate-type',
    });
  }
  if (content.kind === 'message-signature') assertMessageWanted(policy);
}

/**
 * The same for a signature over the artifact itself, such as a detached one.
 *
 * @throws UntrustedError `claim-mismatch` if the policy asks for a statement.
 */
export function assertMessageWanted({ predicateTypes = [] }: Policy): void {
  if (predicateTypes.length === 0) return;
  throw anotherClaim({
    wanted: statementOf(predicateTypes),
    found: 'a signature over the artifact itself',
    why: 'such a signature says nothing about a predicate',
    next: 'name the bundle that contains the statement with --bundle; or leave out --predicate-type',
  });
}

/** 4.5: the artifact is a subject of the statement, and matches every digest that the subject has. */
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
      `the statement names an artifact by ${[...others.keys()].join(' and ')} only`,
      {
        wanted: 'the file',
        found: `its ${[...known].join(' and ')}`,
        why: 'that digest does not tell whether it is the same artifact',
        next: 'give the file instead of its digest',
      },
    );
  }
  const named = subjects.filter((subject) => subject.size > 0).length;
  throw new UntrustedError('digest-mismatch', 'the file is not the one that the signed statement is about', {
    check: 'digest',
    wanted: `a subject with ${digests.map(({ algorithm, hex }) => `${algorithm}:${hex}`).join(' and ')}`,
    found:
      named === 0 ? 'no subject with a comparable digest' : `${named} subjects, but none with that digest`,
    why: 'the artifact is not the one that the statement was signed for',
  });
}

/**
 * 4.5: the predicate has a type that the policy asks for, and a verification summary says that the verification
 * passed.
 */
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
  return new UntrustedError('claim-mismatch', 'what was signed is not what you asked for', {
    check: 'signature',
    why: 'a statement says only what its predicate says',
    ...details,
  });
}
