/** A part of `npm run test:mutate-steps`: turns each decision of verdicts and verification summaries, and looks for one that then differs. */
import { SUMMARY_MUTATIONS } from './summaries.ts';
import { turnEach } from './turn-each.ts';

await turnEach(
  SUMMARY_MUTATIONS,
  new URL('./summary-mutant.ts', import.meta.url),
  {},
  'decisions of a summary',
);
