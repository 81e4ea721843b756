import { K8sVerifyError } from '../errors.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';

/** One thing that a run depends on. */
export interface Finding {
  readonly subject:
    | 'k8s-verify'
    | 'environment'
    | 'downloads'
    | 'public log'
    | 'trusted root'
    | 'policy'
    | 'clock'
    | 'install'
    | 'evidence'
    | 'data directory';
  /** `note`: a run can work, but the user should know. */
  readonly outcome: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly advice?: string;
  /** What a run would end with; 0 unless it is a problem. */
  readonly exitCode: ExitCode;
}

export function ok(subject: Finding['subject'], found: string): Finding {
  return { subject, outcome: 'ok', found, exitCode: 0 };
}

export function noted(subject: Finding['subject'], found: string, advice: string): Finding {
  return { subject, outcome: 'note', found, advice, exitCode: 0 };
}

/** What a run would fail with. */
export function problem(subject: Finding['subject'], error: unknown): Finding {
  if (!(error instanceof K8sVerifyError)) throw error;
  const { message, found: detail } = error;
  const found = detail === undefined || message.includes(detail) ? message : `${message}: ${detail}`;
  const advice = error.next === undefined ? {} : { advice: error.next };
  return { subject, outcome: 'problem', found, ...advice, exitCode: exitCodeFor(error) };
}

/** The findings of a look that may fail as a run would. */
export function attempt(subject: Finding['subject'], look: () => readonly Finding[]): readonly Finding[] {
  try {
    return look();
  } catch (error) {
    return [problem(subject, error)];
  }
}

/** The same, where a run can work all the same. */
export function asNote(finding: Finding, advice: string | undefined = finding.advice): Finding {
  return { ...finding, outcome: 'note', exitCode: 0, ...(advice === undefined ? {} : { advice }) };
}
