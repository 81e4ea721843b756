/** How many files have which verdict, in words. */
import type { FailedVerdict } from '../verdict.ts';

/** What stands after the number of files with a verdict. */
const WORDS: Readonly<Record<'attested' | FailedVerdict, string>> = {
  attested: 'attested',
  refused: 'refused',
  unsigned: 'not signed',
  'not-allowed': 'not allowed by the policy',
  'not-judged': 'not judged',
  'other-builder': 'by another builder',
  inconsistent: 'inconsistent',
  missing: 'missing',
  unreadable: 'not readable',
};

/**
 * `2 of 4 genuine, 1 by another builder, 1 refused`.
 *
 * @param others in the order in which they are told; a count of 0 is left out.
 */
export function countsText(
  { genuine, found }: { readonly genuine: number; readonly found: number },
  others: readonly (readonly [count: number, verdict: keyof typeof WORDS])[],
): string {
  const parts = others.flatMap(([count, verdict]) => (count === 0 ? [] : [`${count} ${WORDS[verdict]}`]));
  return [`${genuine} of ${found} genuine`, ...parts].join(', ');
}
