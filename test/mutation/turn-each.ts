/** Turns one decision after another, each in a worker, and tells which of them nothing notices. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecisionMutation } from './decisions.ts';
import type { Outcomes } from './turned.ts';

/**
 * Prints for each mutation the first outcome that it changes; one that changes none makes the process fail.
 *
 * @param worker posts the {@link Outcomes} of the `mutation` in its data
 * @param workerData what else the worker is given
 * @param called what the mutations turn: `decisions`
 */
export async function turnEach(
  mutations: readonly DecisionMutation[],
  worker: URL,
  workerData: object,
  called: string,
): Promise<void> {
  const untouched = await outcomesOf(undefined, worker, workerData);
  const queue = [...mutations];
  let missed = 0;
  async function work(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcomes = await outcomesOf(next, worker, workerData);
      const first = Object.keys(untouched).find((name) => outcomes[name] !== untouched[name]);
      const found =
        first === undefined ? 'NOT TESTED' : `${first}: ${untouched[first]} -> ${outcomes[first]}`;
      console.log(`${next.file}: ${next.from.trim()} -> ${next.to.trim() || 'nothing'}\n    ${found}`);
      if (first === undefined) missed += 1;
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`${mutations.length - missed} of ${mutations.length} ${called} are tested`);
  process.exitCode = missed === 0 ? 0 : 1;
}

async function outcomesOf(
  mutation: DecisionMutation | undefined,
  file: URL,
  workerData: object,
): Promise<Outcomes> {
  const worker = new Worker(file, { workerData: { ...workerData, mutation } });
  const [outcomes]: Outcomes[] = await once(worker, 'message');
  // Its connections and timers would keep it.
  await worker.terminate();
  if (outcomes === undefined) throw new Error('a mutant told nothing');
  return outcomes;
}
