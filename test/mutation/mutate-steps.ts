/**
 * `npm run test:mutate-steps`: takes each step out of the proof in turn, then each check inside sigstore-js, and looks
 * for a vector that is then accepted although it must be refused. A check without such a vector is not tested, or not
 * needed; either way the run fails.
 */
import { PROOF_STEPS, type ProofStep } from '../../src/proof/steps.ts';
import { type Evidence, verifyEvidence } from '../vectors/vector.ts';
import { VECTORS } from '../vectors/vectors.ts';
import { type Mutation, SIGSTORE_JS_MUTATIONS } from './sigstore-js.ts';

interface Refused {
  readonly name: string;
  readonly evidence: Evidence;
}

const refused: readonly Refused[] = Object.values(VECTORS)
  .flat()
  .filter(({ refusal }) => refusal !== undefined)
  .map(({ name, make }) => ({ name, evidence: make() }));

function isAccepted(evidence: Evidence, steps: readonly ProofStep[]): boolean {
  try {
    verifyEvidence(evidence, steps);
    return true;
  } catch {
    return false;
  }
}

/** The vectors that a mutant accepts. */
function biting(steps: readonly ProofStep[]): readonly string[] {
  return refused.filter(({ evidence }) => isAccepted(evidence, steps)).map(({ name }) => name);
}

function report(name: string, vectors: readonly string[]): boolean {
  const [first] = vectors;
  const found =
    first === undefined ? 'NOT TESTED' : `${String(vectors.length).padStart(3)} vectors, such as ${first}`;
  console.log(`${name.padEnd(48)} ${found}`);
  return first !== undefined;
}

const untouched = biting(PROOF_STEPS);
if (untouched.length > 0) throw new Error(`accepted without any mutation: ${untouched.join(', ')}`);

const mutations: readonly Mutation[] = SIGSTORE_JS_MUTATIONS;
const results = [
  ...PROOF_STEPS.map((step) =>
    report(`${step.section} ${step.name}`, biting(PROOF_STEPS.filter((other) => other !== step))),
  ),
  ...mutations.map(({ name, apply }) => {
    const restore = apply();
    try {
      return report(name, biting(PROOF_STEPS));
    } finally {
      restore();
    }
  }),
];
const tested = results.filter(Boolean).length;
console.log(`${tested} of ${results.length} checks bite, with ${refused.length} refused vectors`);
process.exitCode = tested === results.length ? 0 : 1;
