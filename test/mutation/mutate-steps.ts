/**
 * `npm run test:mutate-steps`: takes each step out of the proof in turn, then each check inside sigstore-js, and looks
 * for a vector that is then accepted although it must be refused. A check without such a vector is not tested, or not
 * needed; either way the run fails.
 */
import type { Evidence } from '../vectors/vector.ts';
import { SIGSTORE_JS_MUTATIONS } from './sigstore-js.ts';
import { switchSteps, withoutStep } from './without-step.ts';

switchSteps();
const { PROOF_STEPS } = await import('../../src/proof/steps.ts');
const { verifyEvidence } = await import('../vectors/vector.ts');
const { VECTORS } = await import('../vectors/vectors.ts');

interface Refused {
  readonly name: string;
  readonly evidence: Evidence;
}

const refused: readonly Refused[] = Object.values(VECTORS)
  .flat()
  .filter(({ refusal }) => refusal !== undefined)
  .map(({ name, make }) => ({ name, evidence: make() }));

function isAccepted(evidence: Evidence): boolean {
  try {
    verifyEvidence(evidence);
    return true;
  } catch {
    return false;
  }
}

/** The vectors that are accepted as the code is at this moment. */
function accepted(): readonly string[] {
  return refused.filter(({ evidence }) => isAccepted(evidence)).map(({ name }) => name);
}

function report(name: string, vectors: readonly string[]): boolean {
  const [first] = vectors;
  const found =
    first === undefined ? 'NOT TESTED' : `${String(vectors.length).padStart(3)} vectors, such as ${first}`;
  console.log(`${name.padEnd(48)} ${found}`);
  return first !== undefined;
}

const untouched = accepted();
if (untouched.length > 0) throw new Error(`accepted without any mutation: ${untouched.join(', ')}`);

const results = [
  ...PROOF_STEPS.map(({ section, name }) => report(`${section} ${name}`, withoutStep(name, accepted))),
  ...SIGSTORE_JS_MUTATIONS.map(({ name, apply }) => {
    const restore = apply();
    try {
      return report(name, accepted());
    } finally {
      restore();
    }
  }),
];
const tested = results.filter(Boolean).length;
console.log(`${tested} of ${results.length} checks bite, with ${refused.length} refused vectors`);
process.exitCode = tested === results.length ? 0 : 1;
