/** What the policy file of a run took, always told: a policy may come from the environment. */
import type { PolicyUse } from '../policy/policy.ts';
import { mergedUse } from '../policy/merged-uses.ts';
import { counted } from '../text/counted.ts';
import { printable } from './printable.ts';
import { shownPath } from './result-path.ts';
import { type TextStyle, wrapped } from './style.ts';

/**
 * One line for a run; empty where it was under no policy.
 *
 * @param uses of everything that was allowed.
 * @param isWhole whether everything that was asked about was; if not, only exceptions are told.
 */
export function policyText(
  uses: readonly (PolicyUse | undefined)[],
  isWhole: boolean,
  style: TextStyle,
): string {
  const use = mergedUse(uses);
  if (use === undefined) return '';
  const { path, exceptions } = use;
  const newest = [...new Set(uses.flatMap((one) => behindWords(one?.patchesBehind)))];
  const used = new Set(exceptions.map(({ reason, until }) => `${reason}, to ${until}`));
  const count = counted(exceptions.length, 'exception', 'exceptions');
  const facts = [
    ...(isWhole ? ['allowed', ...newest] : []),
    ...(exceptions.length === 0 ? [] : [`${count} used (${[...used].join('; ')})`]),
  ];
  if (facts.length === 0) return '';
  const line = printable(`policy${path === undefined ? '' : ` ${shownPath(path)}`}: ${facts.join('; ')}`);
  return style.terminal === undefined ? `${line}\n` : `  ${wrapped(line, 2, style, 6)}\n`;
}

function behindWords(behind: PolicyUse['patchesBehind']): readonly string[] {
  if (behind === undefined) return [];
  const { count, newest } = behind;
  const said = count === 0 ? 'the newest patch' : `${count} behind ${newest}`;
  return [`${said}, as an unsigned version marker says`];
}
