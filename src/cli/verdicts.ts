/** What became of each file that `verify` was asked about: a verdict for each. */
import { resolve } from 'node:path';
import { K8sVerifyError } from '../errors.ts';
import type { ArtifactResult } from '../result.ts';
import { type FailedVerdict, verdictOf } from '../verdict.ts';
import { aboutOne, type Invocation } from './invocation.ts';
import { type ErrorReport, errorReport } from './output-json.ts';

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

/** @throws the error itself where it is not about the file: it ends the run. */
export function judgedBy(error: unknown, operand: string): Failure {
  const verdict = error instanceof K8sVerifyError ? verdictOf(error) : undefined;
  if (!(error instanceof K8sVerifyError) || verdict === undefined) throw error;
  return { kind: 'failed', operand, verdict, error };
}

/** A file with its verdict, as `--json` has it. */
export function jsonOf(one: Judged, invocation: Invocation): object {
  if (one.kind === 'proved') return provedJson(one.artifact);
  const { operand, verdict, error } = one;
  const report: ErrorReport = errorReport(error, aboutOne(invocation, operand));
  return { verdict, ...subjectOf(operand), ...error.subject, error: report };
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
