import { type ErrorCode, K8sVerifyError } from './errors.ts';
import type { ExitCode } from './exit-code-meanings.ts';

export { EXIT_CODE_MEANINGS, type ExitCode } from './exit-code-meanings.ts';

/** One exit code per reason, for scripts. Codes 10 to 19 all mean: do not use this artifact. */
export const EXIT_CODES: Readonly<Record<ErrorCode, Exclude<ExitCode, 0 | 1>>> = {
  usage: 2,
  'version-malformed': 2,
  'file-not-readable': 2,
  'component-unknown': 3,
  'platform-impossible': 3,
  'release-not-found': 3,
  'artifact-not-found': 3,
  network: 4,
  'http-status': 4,
  timeout: 4,
  'response-invalid': 4,
  'log-unreachable': 4,
  'trust-root-unavailable': 5,
  'signature-not-published': 10,
  'material-malformed': 11,
  'material-oversized': 11,
  'digest-mismatch': 12,
  'signature-mismatch': 13,
  'certificate-untrusted': 14,
  'sct-invalid': 14,
  'identity-mismatch': 15,
  'log-entry-not-found': 16,
  'log-entry-invalid': 16,
  'log-entry-mismatch': 16,
  'time-untrusted': 17,
  'trusted-root-invalid': 18,
  'destination-unwritable': 20,
  'destination-unsuitable': 20,
  'disk-full': 20,
  'place-failed': 20,
  'archive-rejected': 21,
  'archive-member-missing': 21,
  interrupted: 130,
};

/** The exit code for whatever a run ended with. */
export function exitCodeFor(error: unknown): ExitCode {
  return error instanceof K8sVerifyError ? EXIT_CODES[error.code] : 1;
}
