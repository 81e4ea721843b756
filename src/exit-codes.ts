import { type ErrorCode, K8sVerifyError } from './errors.ts';

/** Every exit code of the command. */
export type ExitCode =
  | 0
  | 1
  | 2
  | 3
  | 4
  | 5
  | 10
  | 11
  | 12
  | 13
  | 14
  | 15
  | 16
  | 17
  | 18
  | 19
  | 20
  | 21
  | 22
  | 23
  | 24
  | 130;

/** What each exit code means, in one phrase; README and `--help` print this table. */
export const EXIT_CODE_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'proved (and, where asked, installed)',
  1: 'a bug in k8s-verify (please report it), or its output could not be written, or this machine cannot judge',
  2: 'usage: the command line cannot be understood, a named file cannot be read, or the policy forbids the request',
  3: 'no such release or artifact',
  4: 'network: something needed could not be fetched (with --offline: is not here), or no signature was found, or nothing signed says the name that must be bound; nothing was learnt about the artifact',
  5: "this trusted root, or this machine's clock, cannot judge it; nothing was learnt about the artifact",
  10: 'do not use: no signature is published for this artifact',
  11: 'do not use: signature material is malformed or oversized',
  12: 'do not use: the digest of the file is not the proven one',
  13: 'do not use: the signature does not fit the file, or a signed statement says something else',
  14: 'do not use: the signing certificate is not trusted',
  15: 'do not use: signed by another identity',
  16: 'do not use: the transparency log entry is missing or invalid',
  17: 'do not use: no trustworthy time of signing',
  18: 'do not use: the trusted root is invalid',
  19: 'do not use: genuine, but another component, version or platform, or not the file that had the name before',
  20: 'could not be put in its place, or a file to verify could not be read; no check has failed',
  22: 'the lockfile or the mirror is out of date or not consistent, or lacks what is asked for; or the files and lists of a release do not fit each other, or one is missing',
  21: 'proved, but the archive holds something that is refused, or lacks what is asked for',
  23: 'genuine, but not allowed by the policy',
  24: 'not proved: its version has the mark of another builder than Kubernetes',
  130: 'interrupted',
};

/** One exit code per reason, for scripts. Codes 10 to 19 all mean: do not use this artifact. */
export const EXIT_CODES: Readonly<Record<ErrorCode, Exclude<ExitCode, 0>>> = {
  usage: 2,
  'version-malformed': 2,
  'file-not-readable': 2,
  'subject-not-readable': 20,
  'policy-forbids': 2,
  'component-unknown': 3,
  'platform-impossible': 3,
  'release-not-found': 3,
  'artifact-not-found': 3,
  network: 4,
  'http-status': 4,
  timeout: 4,
  'response-invalid': 4,
  'mirror-incomplete': 4,
  'mirror-unreadable': 4,
  'rate-limited': 4,
  offline: 4,
  'log-unreachable': 4,
  'name-unbound': 4,
  'evidence-not-found': 4,
  'other-builder': 24,
  'trust-root-unavailable': 5,
  'trusted-root-old': 5,
  'authority-unknown': 5,
  'clock-wrong': 5,
  'machine-cannot-judge': 1,
  'signature-not-published': 10,
  'material-malformed': 11,
  'material-oversized': 11,
  'digest-mismatch': 12,
  'signature-mismatch': 13,
  'claim-mismatch': 13,
  'certificate-untrusted': 14,
  'sct-invalid': 14,
  'identity-mismatch': 15,
  'log-entry-not-found': 16,
  'log-entry-invalid': 16,
  'log-entry-mismatch': 16,
  'log-inconsistent': 16,
  'time-untrusted': 17,
  'trusted-root-invalid': 18,
  'name-mismatch': 19,
  'name-digest-changed': 19,
  'not-allowed': 23,
  'destination-unwritable': 20,
  'destination-unsuitable': 20,
  'destination-busy': 20,
  'disk-full': 20,
  'place-failed': 20,
  'output-unwritable': 20,
  'mirror-inconsistent': 22,
  'release-inconsistent': 22,
  'release-incomplete': 22,
  'lock-outdated': 22,
  'archive-rejected': 21,
  'archive-member-missing': 21,
  interrupted: 130,
};

/** Of several failures in one run, its exit code is that of the first in this order. */
export const WORST_FIRST: readonly ExitCode[] = [
  12, 19, 13, 15, 14, 16, 17, 11, 18, 10, 22, 23, 24, 5, 4, 20, 21, 3, 2,
];

/** The exit code for the error that a run ended with; 1 for an error that is not ours. */
export function exitCodeFor(error: unknown): ExitCode {
  return error instanceof K8sVerifyError ? EXIT_CODES[error.code] : 1;
}
