import { exitCodeFor } from '../exit-codes.ts';
import { exitLine, isRefusal } from './disk-state.ts';
import { blockLines, headlineOf, lastLines } from './error-text.ts';
import { aboutOne, type Invocation } from './invocation.ts';
import type { TextStyle } from './style.ts';
import type { Failure } from './verdicts.ts';

/**
 * What became of several files that are not all proved: the first failure of each kind in full, and of the others what
 * they are.
 */
export function severalErrorsText(
  failures: readonly Failure[],
  { of, worst }: { readonly of: number; readonly worst: Failure },
  style: TextStyle,
  invocation: Invocation,
): string {
  const told = new Set<string>();
  const lines = failures.flatMap(({ error, operand }) => {
    const one = aboutOne(invocation, operand);
    if (told.has(error.code)) return [headlineOf(error, style, one)];
    told.add(error.code);
    return blockLines(error, style, one);
  });
  const proved = `${of - failures.length} of ${of} proved.`;
  const refused = failures.filter(({ error }) => isRefusal(exitCodeFor(error)));
  const state =
    refused.length === 0
      ? proved
      : `${proved} Do not use ${refused.map(({ operand }) => operand).join(', ')}.`;
  const exit = exitLine(worst.error.code, exitCodeFor(worst.error));
  return `${[...lines, ...lastLines(state, exit, style)].join('\n')}\n`;
}
