/** A verdict in words, and how it looks. */
import type { ReportedError } from './report-data.ts';
import type { Tone } from './parts.ts';

interface Verdict {
  readonly words: string;
  readonly tone: Tone;
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  genuine: { words: 'genuine', tone: 'good' },
  attested: { words: 'attested', tone: 'none' },
  refused: { words: 'refused', tone: 'bad' },
  unsigned: { words: 'not signed', tone: 'bad' },
  'not-allowed': { words: 'not allowed by the policy', tone: 'look' },
  'not-judged': { words: 'not judged', tone: 'none' },
  'other-builder': { words: "another builder's", tone: 'look' },
  inconsistent: { words: 'inconsistent', tone: 'look' },
  missing: { words: 'missing', tone: 'look' },
  unreadable: { words: 'cannot be read', tone: 'none' },
};

/** Why a file is refused, in three words. */
const REFUSALS: Readonly<Record<number, string>> = {
  12: 'not what was signed',
  15: 'another signer',
  19: 'another file of Kubernetes',
};

export function verdictOf({
  verdict,
  error,
}: {
  readonly verdict: string;
  readonly error?: ReportedError;
}): Verdict {
  const known = VERDICTS[verdict] ?? { words: verdict, tone: 'look' };
  if (verdict !== 'refused') return known;
  const why = error === undefined ? undefined : REFUSALS[error.exitCode];
  return why === undefined ? known : { ...known, words: `refused: ${why}` };
}
