/**
 * `npm run test:mutate-steps`, its third part: turns each comparison of {@link DECISION_MUTATIONS}, and looks for a vector
 * whose outcome then changes. A comparison that no test misses is not tested, or not needed; either way the run fails.
 */
import { VECTORS } from '../vectors/vectors.ts';
import type { DecisionMutantData } from './decision-mutant.ts';
import { DECISION_MUTATIONS } from './decisions.ts';
import { turnEach } from './turn-each.ts';

const NOTICING = ['unknownAuthority', 'clock', 'trustedRoot', 'integratedTime', 'sct', 'chain'] as const;
const vectors = NOTICING.flatMap((group) => VECTORS[group] ?? []).map(({ name, make }) => ({
  name,
  evidence: make(),
}));

const workerData: Omit<DecisionMutantData, 'mutation'> = { vectors };
await turnEach(DECISION_MUTATIONS, new URL('./decision-mutant.ts', import.meta.url), workerData, 'decisions');
