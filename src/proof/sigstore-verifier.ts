import { excerpt } from '../text/excerpt.ts';
import { VerificationError, Verifier, type TrustMaterial as VerifierTrust } from '@sigstore/verify';
import {
  type CheckName,
  type ErrorDetails,
  K8sVerifyError,
  UnavailableError,
  UntrustedError,
  type UntrustedCode,
} from '../errors.ts';
import {
  explainChainFailure,
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
 * The cryptography, done by sigstore-js's `Verifier`, in two questions. Both also ask whether the signature is the
 * key's. Neither is given a policy: sigstore-js takes an identity for a regular expression, so identities are
 * compared elsewhere, as text.
 */

/**
 * Is this entry in the log, and is it about this signature? The signed entry timestamp, the checkpoint's signature and
 * the inclusion proof, each where it is there, and at least one of them (client specification 4.2.2); the entry's
 * signature and hash (4.4); the signature itself (4.5).
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
 * Did a certificate authority of the trusted root issue the certificate, at every time of signing (client
 * specification 4.3)? RFC 3161 timestamps (4.2.1), the certificate chain at each time, the SCTs; the signature itself
 * (4.5). For a managed key: the timestamps and the signature.
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

/** Authorities whose certificates contradict their purpose do not count. */
function trusted(authorities: readonly Authority[]): VerifierTrust['certificateAuthorities'] {
  return authorities.filter(({ flaw }) => flaw === undefined).map(({ forVerifier }) => forVerifier);
}

const EMPTY_TRUST = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };

/** The one key that the proof is about. Its validity is the certificate's, or for a managed key unlimited. */
function keyOf({ signer }: Proof): VerifierTrust['publicKey'] {
  return () => ({ publicKey: signer.key.object, validFor: () => true });
}

/**
 * Runs the verifier and says in our words what it refused.
 *
 * @throws UnavailableError `machine-cannot-judge` where node:crypto could not verify: that is no answer
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
    wanted: 'that crypto.verify of Node answers yes or no',
    found: cause instanceof Error ? excerpt(cause.message) : 'an exception',
    why: 'a signature that was not verified is neither good nor bad; nothing was learnt about the artifact',
    next: `use k8s-verify on another machine, or with another Node than ${process.version}, or its executable`,
    cause,
  });
}

interface Refusal {
  readonly code: UntrustedCode;
  readonly check: CheckName;
  readonly message: string;
}

/** sigstore-js's codes, and for two of them the beginning of the message, in our words. First match counts. */
const REFUSALS: readonly (readonly [code: string, message: string, refusal: Refusal])[] = [
  ['TIMESTAMP_ERROR', 'duplicate', refusal('time-untrusted', 'time', 'the same timestamp is given twice')],
  [
    'TIMESTAMP_ERROR',
    'expected',
    refusal('time-untrusted', 'time', 'nothing proves when the artifact was signed'),
  ],
  ['TIMESTAMP_ERROR', '', refusal('time-untrusted', 'time', 'a timestamp cannot be trusted')],
  [
    'CERTIFICATE_ERROR',
    'SCT',
    refusal('sct-invalid', 'sct', 'the certificate was not logged by a trusted CT log'),
  ],
  [
    'CERTIFICATE_ERROR',
    'duplicate SCT',
    refusal('sct-invalid', 'sct', 'the certificate has the same SCT twice'),
  ],
  ['CERTIFICATE_ERROR', 'expected', refusal('sct-invalid', 'sct', 'the certificate carries no SCT')],
  [
    'CERTIFICATE_ERROR',
    '',
    refusal('certificate-untrusted', 'chain', 'no trusted authority issued the certificate'),
  ],
  [
    'TLOG_INCLUSION_PROMISE_ERROR',
    '',
    refusal('log-entry-invalid', 'set', "the signed entry timestamp is not the log's"),
  ],
  [
    'TLOG_INCLUSION_PROOF_ERROR',
    'invalid checkpoint signature',
    refusal('log-entry-invalid', 'checkpoint', 'the checkpoint is not signed by the log'),
  ],
  [
    'TLOG_INCLUSION_PROOF_ERROR',
    '',
    refusal(
      'log-entry-invalid',
      'inclusionProof',
      'the inclusion proof does not lead to the root of the log',
    ),
  ],
  [
    'TLOG_MISSING_INCLUSION_ERROR',
    '',
    refusal('log-entry-invalid', 'inclusionProof', 'nothing proves that the entry is in the log'),
  ],
  ['TLOG_BODY_ERROR', '', refusal('log-entry-mismatch', 'entry', 'the log entry is about something else')],
  [
    'SIGNATURE_ERROR',
    '',
    refusal('signature-mismatch', 'signature', 'the signature does not fit the artifact'),
  ],
];

function refusal(code: UntrustedCode, check: CheckName, message: string): Refusal {
  return { code, check, message };
}

function translate(
  proof: Proof,
  about: 'entry' | 'chain',
  entry: ProofEntry | undefined,
  error: unknown,
): K8sVerifyError {
  if (error instanceof K8sVerifyError) return error;
  const found =
    error instanceof VerificationError
      ? REFUSALS.find(([code, start]) => code === error.code && error.message.startsWith(start))?.[2]
      : undefined;
  if (found === undefined) {
    const code = about === 'entry' ? 'log-entry-invalid' : 'certificate-untrusted';
    const what = about === 'entry' ? 'the log entry' : 'the certificate or a timestamp';
    return new UntrustedError(code, `${what} cannot be verified`, {
      check: about,
      wanted: 'evidence that can be verified',
      found: error instanceof Error ? excerpt(error.message) : 'something else',
      why: 'what cannot be checked proves nothing',
      cause: error,
    });
  }
  const verdict = new UntrustedError(found.code, found.message, {
    check: found.check,
    ...explain(proof, entry, found, error),
    cause: error,
  });
  const unknown = unknownBehind(proof, found, error);
  return unknown === undefined ? verdict : verdictOnUnknown(proof, unknown, verdict);
}

/** The authority that the trusted root does not know, where that is why it was refused. */
function unknownBehind(proof: Proof, { code }: Refusal, error: unknown): UnknownAuthority | undefined {
  if (code === 'certificate-untrusted') return unknownIssuer(proof);
  return code === 'sct-invalid' && !isDuplicate(error) ? unknownCtLog(proof) : undefined;
}

function explain(
  proof: Proof,
  entry: ProofEntry | undefined,
  { code, check }: Refusal,
  error: unknown,
): ErrorDetails {
  if (code === 'certificate-untrusted') return explainChainFailure(proof);
  if (code === 'time-untrusted') return explainTimestampFailure(proof, isDuplicate(error));
  if (code === 'signature-mismatch') return explainSignatureMismatch(proof);
  if (code === 'sct-invalid') return explainSctFailure(proof, isDuplicate(error));
  if (entry === undefined) return {};
  return code === 'log-entry-mismatch' ? explainEntryMismatch(proof, entry) : explainLogFailure(entry, check);
}

/** sigstore-js has one code for what is given twice and for what does not verify. */
function isDuplicate(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('duplicate');
}
