/**
 * `npm run test:mutate-steps`, its last part: leaves out or turns each check of {@link REFRESH_MUTATIONS}, those of tuf-js
 * among them, and looks for a refresh that then comes out otherwise.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecisionOutcomes } from './decision-mutant.ts';
import type { RefreshMutantData } from './refresh-mutant.ts';
import { REFRESH_MUTATIONS } from './refreshes.ts';

async function outcomesOf(mutation: RefreshMutantData['mutation']): Promise<DecisionOutcomes> {
  const workerData: RefreshMutantData = { mutation };
  const worker = new Worker(new URL('./refresh-mutant.ts', import.meta.url), { workerData });
  const [outcomes]: DecisionOutcomes[] = await once(worker, 'message');
  await worker.terminate();
  if (outcomes === undefined) throw new Error('a mutant told nothing');
  return outcomes;
}

const untouched = await outcomesOf(undefined);
const queue = [...REFRESH_MUTATIONS];
let missed = 0;
async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const outcomes = await outcomesOf(next);
    const first = Object.keys(untouched).find((name) => outcomes[name] !== untouched[name]);
    const found = first === undefined ? 'NOT TESTED' : `${first}: ${untouched[first]} -> ${outcomes[first]}`;
    console.log(`${next.file}: ${next.from.trim()} -> ${next.to.trim() || 'nothing'}\n    ${found}`);
    if (first === undefined) missed += 1;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${REFRESH_MUTATIONS.length - missed} of ${REFRESH_MUTATIONS.length} checks are tested`);
process.exitCode = missed === 0 ? 0 : 1;
