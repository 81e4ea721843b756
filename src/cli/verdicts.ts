/** What became of each file that `verify` was asked about: a verdict for each. */
import { resolve } from 'node:path';
import { type ErrorCode, K8sVerifyError, RequestError, UnavailableError, UntrustedError } from '../errors.ts';
import { exitCodeFor, WORST_FIRST } from '../exit-codes.ts';
import type { ArtifactResult } from '../result.ts';
import { aboutOne, type Invocation } from './invocation.ts';
import { type ErrorReport, errorReport } from './output-json.ts';

/** `not-judged`: nothing was learnt about it. */
export type FailedVerdict = 'refused' | 'unsigned' | 'not-judged' | 'unreadable';

export interface Failure {
  readonly kind: 'failed';
  /** As it was typed. */
  readonly operand: string;
  readonly verdict: FailedVerdict;
  readonly error: K8sVerifyError;
}

export type Judged =
  | { readonly kind: 'proved'; readonly operand: string; readonly artifact: ArtifactResult }
  | Failure;

/** These say nothing of one file, and would be said of every other one too. */
const OF_THE_RUN: ReadonlySet<ErrorCode> = new Set([
  'trusted-root-invalid',
  'trust-root-unavailable',
  'clock-wrong',
  'machine-cannot-judge',
]);

/** @throws the error itself where it is not about the file: it ends the run. */
export function judgedBy(error: unknown, operand: string): Failure {
  const failed = (verdict: FailedVerdict, cause: K8sVerifyError): Failure => ({
    kind: 'failed',
    operand,
    verdict,
    error: cause,
  });
  if (!(error instanceof K8sVerifyError) || OF_THE_RUN.has(error.code)) throw error;
  if (error instanceof UntrustedError) {
    return failed(error.code === 'signature-not-published' ? 'unsigned' : 'refused', error);
  }
  if (error instanceof UnavailableError) return failed('not-judged', error);
  // The file could be read: its evidence is what is missing.
  if (error instanceof RequestError && error.code === 'file-not-readable') return failed('not-judged', error);
  throw error;
}

/** The failure that decides the exit code of the run. */
export function worstOf(failures: readonly Failure[]): Failure | undefined {
  return failures.toSorted((a, b) => rank(a) - rank(b))[0];
}

function rank({ error }: Failure): number {
  return WORST_FIRST.indexOf(exitCodeFor(error));
}

/** A file with its verdict, as `--json` has it. */
export function jsonOf(one: Judged, invocation: Invocation): object {
  if (one.kind === 'proved') return provedJson(one.artifact);
  const { operand, verdict, error } = one;
  const report: ErrorReport = errorReport(error, aboutOne(invocation, operand));
  return { verdict, ...subjectOf(operand), error: report };
}

export function provedJson(artifact: ArtifactResult): object {
  return { verdict: artifact.claim, ...artifact };
}

/** The fields that say what it is about. */
export function subjectOf(operand: string): { readonly path?: string; readonly sha256?: string } {
  return operand.startsWith('sha256:')
    ? { sha256: operand.slice('sha256:'.length).toLowerCase() }
    : { path: resolve(operand) };
}
