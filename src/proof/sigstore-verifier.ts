import { excerpt } from '../text/excerpt.ts';
import { VerificationError, Verifier, type TrustMaterial as VerifierTrust } from '@sigstore/verify';
import {
  type CheckName,
  K8sVerifyError,
  UnavailableError,
  UntrustedError,
  type UntrustedCode,
} from '../errors.ts';
import {
  explainChainFailure,
  type Explanation,
  explainEntryMismatch,
  explainLogFailure,
  explainSctFailure,
  explainSignatureMismatch,
  explainTimestampFailure,
} from './explain.ts';
import type { Authority } from './authorities.ts';
import type { Proof, ProofEntry } from './proof.ts';
import { toSignatureContent, toVerifierEntry, toVerifierTimestamps } from './signed-entity.ts';
import { unknownCtLog, unknownIssuer, type UnknownAuthority, verdictOnUnknown } from './unknown-authority.ts';
import { askWatchingCrypto } from './swallowed-exception.ts';
import { toVerifierCertificate } from './verifier-certificate.ts';

/**
 * Asks sigstore-js's `Verifier` two questions; it does the cryptography. Both also ask whether the key made the
 * signature. We pass no policy, because sigstore-js treats an identity as a regular expression; our own step compares
 * identities as text.
 */

/**
 * Asks: is this entry in the log, and does it belong to this signature? Verifies the signed entry timestamp, the
 * checkpoint's signature and the inclusion proof, as far as they are present, and requires at least one (client
 * specification 4.2.2); the entry's signature and hash (4.4); and the signature itself (4.5).
 *
 * @throws UntrustedError
 */
export function verifyLogEntry(proof: Proof, entry: ProofEntry): void {
  const trust: VerifierTrust = {
    ...EMPTY_TRUST,
    tlogs: entry.logs.map(({ forVerifier }) => forVerifier),
    publicKey: keyOf(proof),
  };
  const options = { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 };
  ask(proof, 'entry', entry, () =>
    new Verifier(trust, options).verify({
      signature: toSignatureContent(proof),
      key: { $case: 'public-key', hint: '' },
      tlogEntries: [toVerifierEntry(entry.entry)],
      timestamps: [],
    }),
  );
}

/**
 * Asks: did a certificate authority in the trusted root issue the certificate, at every time of signing (client
 * specification 4.3)? Verifies RFC 3161 timestamps (4.2.1), the certificate chain at each time, the SCTs, and the
 * signature itself (4.5). For a managed key: the timestamps and the signature.
 *
 * @throws UntrustedError; UnavailableError `authority-unknown`
 */
export function verifySigner(proof: Proof): void {
  const { authorities, signer } = proof;
  const trust: VerifierTrust = {
    ...EMPTY_TRUST,
    certificateAuthorities: trusted(authorities.certificateAuthorities),
    timestampAuthorities: trusted(authorities.timestampAuthorities),
    ctlogs: authorities.certificateLogs.map(({ forVerifier }) => forVerifier),
    publicKey: keyOf(proof),
  };
  const threshold = signer.kind === 'certificate' ? 1 : 0;
  const options = { tlogThreshold: 0, ctlogThreshold: threshold, timestampThreshold: threshold };
  ask(proof, 'chain', undefined, () =>
    new Verifier(trust, options).verify({
      signature: toSignatureContent(proof),
      key:
        signer.kind === 'certificate'
          ? { $case: 'certificate', certificate: toVerifierCertificate(signer.certificate) }
          : { $case: 'public-key', hint: '' },
      tlogEntries: [],
      timestamps: toVerifierTimestamps(proof),
    }),
  );
}

/** Leaves out authorities whose certificates contradict their purpose. */
function trusted(authorities: readonly Authority[]): VerifierTrust['certificateAuthorities'] {
  return authorities.filter(({ flaw }) => flaw === undefined).map(({ forVerifier }) => forVerifier);
}

const EMPTY_TRUST = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };

/** The key that the proof is about. It is valid as long as its certificate; a managed key has no limit. */
function keyOf({ signer }: Proof): VerifierTrust['publicKey'] {
  return () => ({ publicKey: signer.key.object, validFor: () => true });
}

/**
 * Runs the verifier and turns a refusal into our own error.
 *
 * @throws UnavailableError `machine-cannot-judge` if node:crypto could not verify at all, which answers nothing.
 */
function ask(
  proof: Proof,
  about: 'entry' | 'chain',
  entry: ProofEntry | undefined,
  question: () => unknown,
): void {
  const { error, exception } = askWatchingCrypto(question);
  if (error === undefined) return;
  throw exception === undefined ? translate(proof, about, entry, error) : cannotJudge(exception);
}

function cannotJudge(cause: unknown): UnavailableError {
  return new UnavailableError('machine-cannot-judge', 'this machine cannot verify a signature', {
    wanted: "a yes or no from Node's crypto.verify",
    found: cause instanceof Error ? excerpt(cause.message) : 'an exception',
    why: 'the signature was not checked, so nothing was learnt about the artifact',
    next: `run k8s-verify on another machine, with another Node than ${process.version}, or as its executable`,
    cause,
  });
}

type Verdict = readonly [code: UntrustedCode, check: CheckName];

const TIME: Verdict = ['time-untrusted', 'time'];
const SCT: Verdict = ['sct-invalid', 'sct'];
const CHAIN: Verdict = ['certificate-untrusted', 'chain'];
const PROMISE: Verdict = ['log-entry-invalid', 'set'];
const CHECKPOINT: Verdict = ['log-entry-invalid', 'checkpoint'];
const INCLUSION: Verdict = ['log-entry-invalid', 'inclusionProof'];
const ENTRY: Verdict = ['log-entry-mismatch', 'entry'];
const SIGNATURE: Verdict = ['signature-mismatch', 'signature'];

/**
 * sigstore-js's error codes with, for some of them, the beginning of the message, and the error that we give. The
 * first match counts.
 */
const REFUSALS: readonly (readonly [error: string, start: string, verdict: Verdict, message: string])[] = [
  ['TIMESTAMP_ERROR', 'duplicate', TIME, 'the same timestamp is given twice'],
  ['TIMESTAMP_ERROR', 'expected', TIME, 'nothing proves when the artifact was signed'],
  ['TIMESTAMP_ERROR', '', TIME, 'a timestamp cannot be trusted'],
  ['CERTIFICATE_ERROR', 'SCT', SCT, 'the certificate was not logged by a trusted CT log'],
  ['CERTIFICATE_ERROR', 'duplicate SCT', SCT, 'the certificate has the same SCT twice'],
  ['CERTIFICATE_ERROR', 'expected', SCT, 'the certificate carries no SCT'],
  ['CERTIFICATE_ERROR', '', CHAIN, 'no trusted authority issued the certificate'],
  ['TLOG_INCLUSION_PROMISE_ERROR', '', PROMISE, 'the log did not sign the signed entry timestamp'],
  [
    'TLOG_INCLUSION_PROOF_ERROR',
    'invalid checkpoint signature',
    CHECKPOINT,
    'the log did not sign the checkpoint',
  ],
  ['TLOG_INCLUSION_PROOF_ERROR', '', INCLUSION, "the inclusion proof does not lead to the log's root"],
  ['TLOG_MISSING_INCLUSION_ERROR', '', INCLUSION, 'nothing proves that the entry is in the log'],
  ['TLOG_BODY_ERROR', '', ENTRY, 'the log entry belongs to another signature'],
  ['SIGNATURE_ERROR', '', SIGNATURE, 'the signature does not fit the file'],
];

function translate(
  proof: Proof,
  about: 'entry' | 'chain',
  entry: ProofEntry | undefined,
  error: unknown,
): K8sVerifyError {
  if (error instanceof K8sVerifyError) return error;
  const found =
    error instanceof VerificationError
      ? REFUSALS.find(([code, start]) => code === error.code && error.message.startsWith(start))
      : undefined;
  if (found === undefined) {
    const code = about === 'entry' ? 'log-entry-invalid' : 'certificate-untrusted';
    const what = about === 'entry' ? 'the log entry' : 'the certificate or a timestamp';
    return new UntrustedError(code, `${what} cannot be verified`, {
      check: about,
      wanted: 'evidence that can be verified',
      found: error instanceof Error ? excerpt(error.message) : 'something else',
      why: 'evidence that cannot be checked proves nothing',
      cause: error,
    });
  }
  const [, , [code, check], meaning] = found;
  const { message = meaning, ...details } = explain(proof, entry, [code, check], error);
  const verdict = new UntrustedError(code, message, { check, ...details, cause: error });
  const unknown = unknownBehind(proof, code, error);
  return unknown === undefined ? verdict : verdictOnUnknown(proof, unknown, verdict);
}

/** The authority that the trusted root does not know, if that is the reason for the refusal. */
function unknownBehind(proof: Proof, code: UntrustedCode, error: unknown): UnknownAuthority | undefined {
  if (code === 'certificate-untrusted') return unknownIssuer(proof);
  return code === 'sct-invalid' && !isDuplicate(error) ? unknownCtLog(proof) : undefined;
}

function explain(
  proof: Proof,
  entry: ProofEntry | undefined,
  [code, check]: Verdict,
  error: unknown,
): Explanation {
  if (code === 'certificate-untrusted') return explainChainFailure(proof);
  if (code === 'time-untrusted') return explainTimestampFailure(proof, isDuplicate(error));
  if (code === 'signature-mismatch') return explainSignatureMismatch(proof);
  if (code === 'sct-invalid') return explainSctFailure(proof, isDuplicate(error));
  if (entry === undefined) return {};
  return code === 'log-entry-mismatch' ? explainEntryMismatch(proof, entry) : explainLogFailure(entry, check);
}

/** sigstore-js uses the same code for a duplicate and for a failed verification. */
function isDuplicate(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('duplicate');
}
