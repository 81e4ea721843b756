import { checkArtifact } from './check-artifact.ts';
import { checkChain, checkChainHoldsNothingElse, checkProfile } from './check-certificate.ts';
import { checkIdentity } from './check-identity.ts';
import {
  checkCheckpoint,
  checkEntryHash,
  checkEntrySigner,
  checkEntryThere,
  checkInclusion,
  checkLogIndex,
  checkLogIsTrusted,
  checkNoDuplicates,
} from './check-log-entry.ts';
import { checkSctForm } from './check-sct.ts';
import { checkClaim, checkPredicate, checkStatement } from './check-claim.ts';
import { checkClock, checkIntegratedTimes, checkTimestamps } from './check-time.ts';
import type { Proof } from './proof.ts';

export interface ProofStep {
  /** Section of the Sigstore client specification. */
  readonly section: string;
  readonly name: string;
  /** What must be true, in one sentence. */
  readonly rule: string;
  /** @throws UntrustedError if it is not true; UnavailableError if that cannot be judged. */
  verify(proof: Proof): void;
}

/**
 * The proof: every step must pass. The steps have the numbers and the order of the Sigstore client specification,
 * with four exceptions. Whether to accept a statement (4.5) comes first, because otherwise nothing else matters. The
 * log entry's own signature (4.4, 1) is compared together with its inclusion. sigstore-js checks the artifact's
 * signature (4.5) at the end of both of its runs. This machine's clock comes last, after the times are proved (4.2).
 * `docs/verification.md` uses the same numbers.
 */
export const PROOF_STEPS: readonly ProofStep[] = [
  {
    section: '4.5',
    name: 'claim',
    rule: 'What was signed is what you asked for: the artifact itself, or a statement about it.',
    verify: checkClaim,
  },
  {
    section: '4.1',
    name: 'artifact',
    rule: 'The artifact is the one that the evidence says was signed.',
    verify: checkArtifact,
  },
  {
    section: '4.2.1',
    name: 'timestamps',
    rule: 'Each RFC 3161 timestamp names the certificate of a trusted authority.',
    verify: checkTimestamps,
  },
  {
    section: '4.2.2',
    name: 'integrated-time',
    rule: 'An integrated time has a signed entry timestamp.',
    verify: checkIntegratedTimes,
  },
  {
    section: '4.2.2',
    name: 'entry-there',
    rule: 'The signature is in a transparency log.',
    verify: checkEntryThere,
  },
  {
    section: '4.2.2',
    name: 'entry-once',
    rule: 'Each log entry is given once.',
    verify: checkNoDuplicates,
  },
  {
    section: '4.2.2',
    name: 'log-trusted',
    rule: "The entry's log is one of the trusted root, trusted at the time of the entry.",
    verify: checkLogIsTrusted,
  },
  {
    section: '4.2.2',
    name: 'log-index',
    rule: "The index of a Rekor v2 entry is its leaf's.",
    verify: checkLogIndex,
  },
  {
    section: '4.2.2',
    name: 'checkpoint',
    rule: "The checkpoint is the log's own, and is the tree that the inclusion proof leads to.",
    verify: checkCheckpoint,
  },
  {
    section: '4.2.2',
    name: 'inclusion',
    rule: 'The signed entry timestamp, checkpoint and inclusion proof verify, for an entry of this signature.',
    verify: checkInclusion,
  },
  {
    section: '4.3',
    name: 'profile',
    rule: 'The certificate may sign artifacts, and has no other power that matters.',
    verify: checkProfile,
  },
  {
    section: '4.3',
    name: 'chain-content',
    rule: 'The evidence has no certificates except the leaf and known intermediates.',
    verify: checkChainHoldsNothingElse,
  },
  {
    section: '4.3',
    name: 'sct-form',
    rule: 'The certificate carries well-formed SCTs of strong algorithms.',
    verify: checkSctForm,
  },
  {
    section: '4.3',
    name: 'chain',
    rule: 'The timestamps, the certificate chain at every time of signing, the SCTs and the signature verify.',
    verify: checkChain,
  },
  {
    section: '4.3',
    name: 'identity',
    rule: 'The certificate names exactly the expected signer and issuer.',
    verify: checkIdentity,
  },
  {
    section: '4.4',
    name: 'entry-signer',
    rule: "The log entry has the signer's certificate or key.",
    verify: checkEntrySigner,
  },
  {
    section: '4.4',
    name: 'entry-hash',
    rule: "The log entry's hash is of what was signed, made with the same algorithm.",
    verify: checkEntryHash,
  },
  {
    section: '4.5',
    name: 'statement',
    rule: 'The artifact is a subject of the signed in-toto statement and matches every digest that the subject has.',
    verify: checkStatement,
  },
  {
    section: '4.5',
    name: 'predicate',
    rule: 'The statement has the predicate type that you asked for; a verification summary says PASSED.',
    verify: checkPredicate,
  },
  {
    section: '4.2',
    name: 'clock',
    rule: "No proved time of signing is ahead of this machine's clock.",
    verify: checkClock,
  },
];
