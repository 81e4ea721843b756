/** A part of `npm run test:mutate-steps`: takes each demand of a policy file away, and looks for a case that then has another outcome. */
import { POLICY_MUTATIONS } from './policies.ts';
import { turnEach } from './turn-each.ts';

await turnEach(POLICY_MUTATIONS, new URL('./policy-mutant.ts', import.meta.url), {}, 'decisions of a policy');
