/** Takes steps out of the proof: the table of steps is replaced as it is loaded, since the proof itself runs them all. */
import { registerHooks } from 'node:module';

const TABLE = new URL('../../src/proof/steps.ts', import.meta.url).href;
const UNTOUCHED = `${TABLE}?untouched`;

/** The real table, each of its steps done unless a test leaves it out. */
const SWITCHED = `
import { PROOF_STEPS as steps } from '${UNTOUCHED}';
export const PROOF_STEPS = steps.map((step) => ({
  ...step,
  verify: (proof) => {
    if (globalThis.leftOutStep !== step.name) step.verify(proof);
  },
}));`;

/** From now on the table is loaded with its switches; where it is loaded already, it stays as it is. */
export function switchSteps(): void {
  registerHooks({
    load: (url, context, nextLoad) =>
      url === TABLE ? { format: 'module', source: SWITCHED, shortCircuit: true } : nextLoad(url, context),
  });
}

/** Runs with every step but one. */
export function withoutStep<Result>(name: string, run: () => Result): Result {
  Object.assign(globalThis, { leftOutStep: name });
  try {
    return run();
  } finally {
    Object.assign(globalThis, { leftOutStep: undefined });
  }
}
