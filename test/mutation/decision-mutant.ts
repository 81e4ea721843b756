/** A worker: the code with one decision turned, and whatever then comes out otherwise. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Evidence } from '../vectors/vector.ts';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';

export interface DecisionMutantData {
  /** Undefined: the code as it is. */
  readonly mutation: DecisionMutation | undefined;
  readonly vectors: readonly { readonly name: string; readonly evidence: Evidence }[];
}

const { mutation, vectors }: DecisionMutantData = workerData;
turn(mutation, new URL('../../src/', import.meta.url));
const { verifyEvidence } = await import('../vectors/vector.ts');
const { loadTrustMaterial } = await import('../../src/trust/load-trust-material.ts');

async function outcomeOf(run: () => Promise<void> | void): Promise<string> {
  try {
    await run();
    return 'passes';
  } catch (error) {
    return String(Object(error).code);
  }
}

const outcomes: Record<string, string> = {};
for (const { name, evidence } of vectors) {
  outcomes[name] = await outcomeOf(() => void verifyEvidence(evidence));
}
const { currentAsOf } = await loadTrustMaterial(undefined, new Date('9999-01-01')).catch(() => ({
  currentAsOf: undefined,
}));
const first = currentAsOf?.getTime() ?? 0;
outcomes['the embedded root has a date'] = String(first > 0);
for (const [name, time] of [
  ['a clock on the day of the embedded root', first],
  ['a clock before the day of the embedded root', first - 1],
] as const) {
  outcomes[name] = await outcomeOf(async () => void (await loadTrustMaterial(undefined, new Date(time))));
}
parentPort?.postMessage(outcomes satisfies Outcomes);
