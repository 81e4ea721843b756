/** The answer of `install` and `verify`. */
import type { RunResult } from '../result.ts';
import type { Answer } from './console.ts';
import { successReport } from './output-json.ts';
import { resultLine, summaryText } from './output-text.ts';

export function provedAnswer(result: RunResult): Answer {
  return {
    text: result.artifacts.map(resultLine).join(''),
    summary: (style) => result.artifacts.map((artifact) => summaryText(artifact, style)).join(''),
    json: successReport(result),
  };
}
