/** What an error says, part by part and nothing twice, for every face that shows it. */
import type { K8sVerifyError } from '../errors.ts';

/** The sentence alone: what a message ends with, `: FOUND (FROM)`, is told as a fact. */
export function sentenceOf({ message, found, from }: K8sVerifyError): string {
  const withoutFrom = withoutEnd(message, ` (${from})`);
  return withoutEnd(withoutFrom, `: ${found}`);
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

/** What an error says besides its sentence, with labels and in the order for messages. */
export function factsOf(
  error: K8sVerifyError,
): readonly (readonly [label: 'wanted' | 'found' | 'from' | 'why', text: string])[] {
  const sentence = sentenceOf(error);
  const facts = [
    ['wanted', error.wanted],
    ['found', error.found],
    ['from', error.from],
    ['why', error.why],
  ] as const;
  return facts.flatMap(([label, text]) =>
    text === undefined || sentence.includes(text) ? [] : [[label, text] as const],
  );
}
