/** A worker: takes one check after another away, and tells which vectors the rest accepts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Evidence } from '../vectors/vector.ts';
import { SIGSTORE_JS_MUTATIONS } from './sigstore-js.ts';
import { switchSteps, withoutStep } from './without-step.ts';

/** What is taken away. */
export type StepMutant =
  | { readonly kind: 'none' }
  | { readonly kind: 'step' | 'sigstore-js'; readonly name: string };

export interface StepMutantsData {
  readonly mutants: readonly StepMutant[];
  /** Vectors that must be refused. */
  readonly refused: readonly { readonly name: string; readonly evidence: Evidence }[];
}

export interface StepMutantOutcome {
  readonly mutant: StepMutant;
  /** The names of those that it accepts. */
  readonly accepted: readonly string[];
}

const { mutants, refused }: StepMutantsData = workerData;
switchSteps();
const { verifyEvidence } = await import('../vectors/vector.ts');

function isAccepted(evidence: Evidence): boolean {
  try {
    verifyEvidence(evidence);
    return true;
  } catch {
    return false;
  }
}

function accepted(): readonly string[] {
  return refused.filter(({ evidence }) => isAccepted(evidence)).map(({ name }) => name);
}

function acceptedBy(mutant: StepMutant): readonly string[] {
  if (mutant.kind === 'none') return accepted();
  if (mutant.kind === 'step') return withoutStep(mutant.name, accepted);
  const mutation = SIGSTORE_JS_MUTATIONS.find(({ name }) => name === mutant.name);
  if (mutation === undefined) throw new Error(`there is no mutation ${mutant.name}`);
  const restore = mutation.apply();
  try {
    return accepted();
  } finally {
    restore();
  }
}

for (const mutant of mutants) {
  const outcome: StepMutantOutcome = { mutant, accepted: acceptedBy(mutant) };
  parentPort?.postMessage(outcome);
}
