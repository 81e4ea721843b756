/** The answer of `install` and `verify`. */
import type { Note } from '../notes.ts';
import { type ArtifactResult, type RunResult, successReport } from '../result.ts';
import type { Answer, Failed } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { errorText } from './error-text.ts';
import { severalErrorsText } from './several-errors.ts';
import { worstOf } from '../verdict.ts';
import { type Judged, jsonOf, provedJson, subjectOf } from './verdicts.ts';
import { checkLines } from './check-lines.ts';
import { memberLines, pathLine, tsvLine, verdictLine } from './output-text.ts';
import type { TextStyle } from './style.ts';
import { offlineLine, successText } from './success-text.ts';

/**
 * The path of each file for a program; a line for each on standard error for a person.
 *
 * @param notes for a person, in addition to the result.
 * @param isOffline whether the run was not to use the network.
 */
export function installAnswer(result: RunResult, notes: readonly Note[], isOffline: boolean): Answer {
  const { artifacts } = result;
  return {
    text: artifacts.map(pathLine).join(''),
    shown: () => '',
    summary: (style, aliases) =>
      successText(artifacts, style, aliases) + offlineText(artifacts, style, isOffline),
    policies: artifacts.map(({ policy }) => policy),
    notes,
    json: successReport('install', result),
  };
}

function offlineText(artifacts: readonly ArtifactResult[], style: TextStyle, isOffline: boolean): string {
  return isOffline ? offlineLine(artifacts, style, new Date()) : '';
}

/**
 * A verdict for each file: fields for a program, lines for a person.
 *
 * @param isOffline as of {@link installAnswer}.
 */
export function verifyAnswer(judged: readonly Judged[], notes: readonly Note[], isOffline: boolean): Answer {
  const artifacts = judged.flatMap((one) => (one.kind === 'proved' ? [one.artifact] : []));
  const opened = artifacts.filter(({ members }) => members !== undefined);
  const json: JsonAnswer & { readonly artifacts: readonly object[] } = {
    ...successReport('verify', { schemaVersion: 1, artifacts, notes }),
    artifacts: artifacts.map(provedJson),
  };
  return {
    text: judged.map(judgedLine).join(''),
    shown: (style) =>
      opened.length > 0
        ? opened.map(({ members = [] }) => memberLines(members)).join('')
        : successText(artifacts, { ...style, verbose: false }) + offlineText(artifacts, style, isOffline),
    summary: (style) =>
      style.verbose
        ? artifacts
            .flatMap((one) => checkLines(one, style))
            .map((line) => `${line}\n`)
            .join('')
        : '',
    policies: artifacts.map(({ policy }) => policy),
    json,
    failed: failedOf(judged),
  };
}

function judgedLine(one: Judged): string {
  if (one.kind === 'proved') return verdictLine(one.artifact);
  const { path, sha256 } = subjectOf(one.operand);
  const said = one.error.subject;
  return tsvLine([one.verdict, path, said?.component, said?.version, said?.platform, said?.sha256 ?? sha256]);
}

/** Undefined where every file is proved. */
function failedOf(judged: readonly Judged[]): Failed | undefined {
  const failures = judged.filter((one) => one.kind === 'failed');
  const worst = worstOf(failures);
  if (worst === undefined) return undefined;
  return {
    error: worst.error,
    artifacts: (invocation) => judged.map((one) => jsonOf(one, invocation)),
    text: (style, invocation) =>
      judged.length === 1
        ? errorText(worst.error, style, invocation)
        : severalErrorsText(judged, worst, style, invocation),
  };
}
