/** A worker: the code without one `throw`, and the vectors that should notice. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Evidence, Refusal } from '../vectors/vector.ts';
import { rewriteThrows } from './rewrite-throws.ts';

export interface MutantData {
  readonly site: string;
  readonly vectors: readonly {
    readonly name: string;
    readonly evidence: Evidence;
    readonly refusal: Refusal;
  }[];
}

export type MutantOutcome =
  | { readonly kind: 'accepts' | 'says-otherwise'; readonly vector: string }
  | { readonly kind: 'survives' };

const { site, vectors }: MutantData = workerData;
// What was thrown is still made, and then dropped.
rewriteThrows((candidate) => (candidate === site ? 'void ' : undefined));
const { verifyEvidence } = await import('../vectors/vector.ts');

function judge({ name, evidence, refusal: [code, check] }: MutantData['vectors'][number]): MutantOutcome {
  try {
    verifyEvidence(evidence);
    return { kind: 'accepts', vector: name };
  } catch (error) {
    const thrown = Object(error);
    const same = thrown.code === code && thrown.check === check;
    return same ? { kind: 'survives' } : { kind: 'says-otherwise', vector: name };
  }
}

let outcome: MutantOutcome = { kind: 'survives' };
for (const vector of vectors) {
  const next = judge(vector);
  if (next.kind === 'accepts' || (next.kind === 'says-otherwise' && outcome.kind === 'survives'))
    outcome = next;
  if (outcome.kind === 'accepts') break;
}
parentPort?.postMessage(outcome);
