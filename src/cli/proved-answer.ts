/** The answer of `install` and `verify`. */
import type { Note } from '../notes.ts';
import { type RunResult, successReport } from '../result.ts';
import type { Answer } from './console.ts';
import { checkLines } from './check-lines.ts';
import { memberLines, pathLine, verdictLine } from './output-text.ts';
import { successText } from './success-text.ts';

/**
 * The path of each file for a program; a line for each on standard error for a person.
 *
 * @param notes for a person, in addition to the result.
 */
export function installAnswer(result: RunResult, notes: readonly Note[]): Answer {
  const { artifacts } = result;
  return {
    text: artifacts.map(pathLine).join(''),
    shown: () => '',
    summary: (style, aliases) => successText(artifacts, style, aliases),
    notes,
    json: successReport('install', result),
  };
}

/** A verdict for each file: fields for a program, lines for a person. */
export function verifyAnswer(result: RunResult): Answer {
  const { artifacts } = result;
  return {
    text: artifacts.map(verdictLine).join(''),
    shown: (style) =>
      artifacts
        .map(({ members, ...one }) =>
          members === undefined ? successText([one], { ...style, verbose: false }) : memberLines(members),
        )
        .join(''),
    summary: (style) =>
      style.verbose
        ? artifacts
            .flatMap((one) => checkLines(one, style))
            .map((line) => `${line}\n`)
            .join('')
        : '',
    json: successReport('verify', result),
  };
}
