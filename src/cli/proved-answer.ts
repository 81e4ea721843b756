/** The answer of `install` and `verify`. */
import { type ArtifactResult, type RunResult, successReport } from '../result.ts';
import type { Answer } from './console.ts';
import { noteText, resultLine, summaryText } from './output-text.ts';

/** @param notes what a person should know beside the result. */
export function provedAnswer(result: RunResult, notes: readonly string[] = []): Answer {
  return {
    text: result.artifacts.map(resultLine).join(''),
    summary: (style) =>
      [
        ...result.artifacts.map((artifact) => summaryText(artifact, style)),
        totals(result),
        ...notes.map((note) => noteText(note, style)),
      ].join(''),
    json: successReport(result),
  };
}

const WORDS: Readonly<Record<ArtifactResult['outcome'], string>> = {
  installed: 'installed',
  'already-installed': 'already installed',
  extracted: 'unpacked',
  verified: 'verified',
};

/** The last line where there are several: `3 artifacts: 2 installed, 1 already installed`. */
function totals({ artifacts }: RunResult): string {
  if (artifacts.length < 2) return '';
  const groups = Array.from(
    Map.groupBy(artifacts, ({ outcome }) => outcome),
    ([outcome, members]) => `${members.length} ${WORDS[outcome]}`,
  );
  return `${artifacts.length} artifacts: ${groups.join(', ')}\n`;
}
