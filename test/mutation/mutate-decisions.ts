/**
 * `npm run test:mutate-steps`, its third part: turns each comparison of {@link DECISION_MUTATIONS}, and looks for a vector
 * whose outcome then changes. A comparison that no test misses is not tested, or not needed; either way the run fails.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { VECTORS } from '../vectors/vectors.ts';
import type { DecisionMutantData, DecisionOutcomes } from './decision-mutant.ts';
import { DECISION_MUTATIONS, type DecisionMutation } from './decisions.ts';

const NOTICING = ['unknownAuthority', 'clock', 'trustedRoot', 'integratedTime', 'sct', 'chain'] as const;
const vectors = NOTICING.flatMap((group) => VECTORS[group] ?? []).map(({ name, make }) => ({
  name,
  evidence: make(),
}));

async function outcomesOf(mutation: DecisionMutation | undefined): Promise<DecisionOutcomes> {
  const workerData: DecisionMutantData = { mutation, vectors };
  const worker = new Worker(new URL('./decision-mutant.ts', import.meta.url), { workerData });
  const [outcomes]: DecisionOutcomes[] = await once(worker, 'message');
  if (outcomes === undefined) throw new Error('a mutant told nothing');
  return outcomes;
}

const untouched = await outcomesOf(undefined);
const queue = [...DECISION_MUTATIONS];
let missed = 0;
async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const outcomes = await outcomesOf(next);
    const first = Object.keys(untouched).find((name) => outcomes[name] !== untouched[name]);
    const found = first === undefined ? 'NOT TESTED' : `${first}: ${untouched[first]} -> ${outcomes[first]}`;
    console.log(`${next.file}: ${next.from} -> ${next.to || 'nothing'}\n    ${found}`);
    if (first === undefined) missed += 1;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${DECISION_MUTATIONS.length - missed} of ${DECISION_MUTATIONS.length} decisions are tested`);
process.exitCode = missed === 0 ? 0 : 1;
