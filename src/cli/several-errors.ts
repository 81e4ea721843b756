import { exitCodeFor } from '../exit-codes.ts';
import { countsText } from './counts-text.ts';
import { exitLine, isRefusal } from './disk-state.ts';
import { blockLines, headlineOf, lastLines } from './error-text.ts';
import { aboutOne, type Invocation } from './invocation.ts';
import type { TextStyle } from './style.ts';
import type { Failure, Judged } from './verdicts.ts';

/**
 * What became of several files that are not all proved: the first failure of each kind in full, and of the others what
 * they are.
 *
 * @param worst of the failures among them, which decides the exit code.
 */
export function severalErrorsText(
  judged: readonly Judged[],
  worst: Failure,
  style: TextStyle,
  invocation: Invocation,
): string {
  const failures = judged.filter((one) => one.kind === 'failed');
  const told = new Set<string>();
  const lines = failures.flatMap(({ error, operand }) => {
    const one = aboutOne(invocation, operand);
    if (told.has(error.code)) return [headlineOf(error, style, one)];
    told.add(error.code);
    return blockLines(error, style, one);
  });
  const counts = `${countsOf(judged)}.`;
  const refused = failures.filter(({ error }) => isRefusal(exitCodeFor(error)));
  const state =
    refused.length === 0
      ? counts
      : `${counts} Do not use ${refused.map(({ operand }) => operand).join(', ')}.`;
  const exit = exitLine(worst.error.code, exitCodeFor(worst.error));
  return `${[...lines, ...lastLines(state, exit, style)].join('\n')}\n`;
}

const OTHERS = [
  'attested',
  'refused',
  'unsigned',
  'not-allowed',
  'not-judged',
  'other-builder',
  'inconsistent',
  'missing',
  'unreadable',
] as const;

/** What the policy forbids is genuine too, and is counted by its own verdict. */
function countsOf(judged: readonly Judged[]): string {
  const verdicts = judged.map((one) => (one.kind === 'proved' ? one.artifact.claim : one.verdict));
  const count = (verdict: (typeof verdicts)[number]): number =>
    verdicts.filter((one) => one === verdict).length;
  const others = OTHERS.map((verdict) => [count(verdict), verdict] as const);
  return countsText({ genuine: count('genuine'), found: judged.length }, others);
}
