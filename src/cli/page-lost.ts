/** What a run answers whose page could not be written. */
import type { K8sVerifyError } from '../errors.ts';
import { exitCodeFor, WORST_FIRST } from '../exit-codes.ts';
import type { Answer } from './answer.ts';

/** Whether the lost page decides the exit code: all else was well, or failed for a lesser reason. */
export function decides(lost: K8sVerifyError, { failed }: Answer): boolean {
  return failed === undefined || rankOf(lost) < rankOf(failed.error);
}

function rankOf(error: K8sVerifyError): number {
  return WORST_FIRST.indexOf(exitCodeFor(error));
}

/** The same results, with the lost page as what decides. */
export function withLostPage(answer: Answer, lost: K8sVerifyError): Answer {
  const { failed, json } = answer;
  const { schemaVersion: _schema, command: _command, ok: _ok, exitCode: _code, ...rest } = json;
  const { results = [], ...more }: { readonly results?: readonly object[] } = rest;
  return {
    ...answer,
    failed: {
      error: lost,
      text: () => '',
      artifacts: failed?.artifacts ?? (() => results),
      more: failed?.more ?? more,
    },
  };
}
