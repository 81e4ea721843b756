/**
 * `npm run test:mutate-steps`: takes each step out of the proof in turn, then each check inside sigstore-js, and looks
 * for a vector that is then accepted although it must be refused. A check without such a vector is not tested, or not
 * needed; either way the run fails.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PROOF_STEPS } from '../../src/proof/steps.ts';
import { VECTORS } from '../vectors/vectors.ts';
import { SIGSTORE_JS_MUTATIONS } from './sigstore-js.ts';
import type { StepMutant, StepMutantOutcome, StepMutantsData } from './step-mutants.ts';

const refused = Object.values(VECTORS)
  .flat()
  .filter(({ refusal }) => refusal !== undefined)
  .map(({ name, make }) => ({ name, evidence: make() }));

const checks: readonly (StepMutant & { readonly label: string })[] = [
  ...PROOF_STEPS.map(({ section, name }) => ({ kind: 'step', name, label: `${section} ${name}` }) as const),
  ...SIGSTORE_JS_MUTATIONS.map(({ name }) => ({ kind: 'sigstore-js', name, label: name }) as const),
];

async function run(mutants: readonly StepMutant[]): Promise<readonly StepMutantOutcome[]> {
  const workerData: StepMutantsData = { mutants, refused };
  const worker = new Worker(new URL('./step-mutants.ts', import.meta.url), { workerData });
  const outcomes: StepMutantOutcome[] = [];
  worker.on('message', (outcome: StepMutantOutcome) => outcomes.push(outcome));
  await once(worker, 'exit');
  return outcomes;
}

const mutants: readonly StepMutant[] = [{ kind: 'none' }, ...checks];
const threads = availableParallelism();
const shares = Array.from({ length: threads }, (_, thread) =>
  mutants.filter((_mutant, index) => index % threads === thread),
);
const outcomes = (await Promise.all(shares.map(run))).flat();

function acceptedBy({ kind, name }: { readonly kind: string; readonly name?: string }): readonly string[] {
  const outcome = outcomes.find(
    ({ mutant }) => mutant.kind === kind && (mutant.kind === 'none' || mutant.name === name),
  );
  if (outcome === undefined) throw new Error(`nothing is known of the code without ${name}`);
  return outcome.accepted;
}

const untouched = acceptedBy({ kind: 'none' });
if (untouched.length > 0) throw new Error(`accepted without any mutation: ${untouched.join(', ')}`);

let tested = 0;
for (const { label, ...mutant } of checks) {
  const names = acceptedBy(mutant);
  const [first] = names;
  const found =
    first === undefined ? 'NOT TESTED' : `${String(names.length).padStart(3)} vectors, such as ${first}`;
  console.log(`${label.padEnd(48)} ${found}`);
  if (first !== undefined) tested += 1;
}
console.log(`${tested} of ${checks.length} checks bite, with ${refused.length} refused vectors`);
process.exitCode = tested === checks.length ? 0 : 1;
