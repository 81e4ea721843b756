/**
 * `npm run test:mutate-throws`: drops each `throw` of the modules that decide, one at a time, and runs the vectors that
 * reach it. At least one must then be accepted, or be refused for another reason; a refusal that no test would miss is
 * not tested, or not needed.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { MutantData, MutantOutcome } from './mutant.ts';
import { rewriteThrows, type ThrowSite } from './rewrite-throws.ts';

const HANG_MS = 20_000;

type Noticing = MutantData['vectors'][number];

const REFUSALS: ReadonlySet<string> = new Set(['UntrustedError', 'UnavailableError']);

const sites = new Set<ThrowSite>();
let reached = new Set<ThrowSite>();
Object.assign(globalThis, { reachThrow: (site: ThrowSite) => void reached.add(site) });
rewriteThrows((site) => {
  sites.add(site);
  return `throw reachThrow(${JSON.stringify(site)}), `;
});
const { VECTORS } = await import('../vectors/vectors.ts');
const { verifyEvidence } = await import('../vectors/vector.ts');

const noticing = new Map<ThrowSite, Noticing[]>();
for (const { name, make, refusal } of Object.values(VECTORS).flat()) {
  if (refusal === undefined) continue;
  const evidence = make();
  reached = new Set();
  try {
    verifyEvidence(evidence);
    throw new Error(`${name} is accepted`);
  } catch (error) {
    if (!REFUSALS.has(Object(error).name)) throw error;
  }
  for (const site of reached)
    noticing.set(site, [...(noticing.get(site) ?? []), { name, evidence, refusal }]);
}

function runMutant(data: MutantData): Promise<MutantOutcome | { readonly kind: 'hangs' }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./mutant.ts', import.meta.url), { workerData: data });
    const timer = setTimeout(() => {
      worker.terminate().then(() => resolve({ kind: 'hangs' }), reject);
    }, HANG_MS);
    worker.once('message', (outcome: MutantOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
    worker.once('error', reject);
  });
}

const outcomes = new Map<ThrowSite, string>();
const queue = [...sites].sort();
async function work(): Promise<void> {
  for (let site = queue.shift(); site !== undefined; site = queue.shift()) {
    const vectors = noticing.get(site);
    if (vectors === undefined) {
      outcomes.set(site, 'NOT REACHED by any vector');
      continue;
    }
    const outcome = await runMutant({ site, vectors });
    if (outcome.kind === 'survives')
      outcomes.set(site, `SURVIVES ${vectors.map(({ name }) => name).join(', ')}`);
    else outcomes.set(site, 'vector' in outcome ? `${outcome.kind} ${outcome.vector}` : outcome.kind);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
const lines = Array.from(outcomes, ([site, outcome]) => `${site.padEnd(44)} ${outcome}`);
console.log(lines.sort().join('\n'));
const missed = [...outcomes.values()].filter((outcome) => /^[A-Z]{3}/.test(outcome)).length;
console.log(`${sites.size - missed} of ${sites.size} refusals are needed by a vector`);
process.exitCode = missed === 0 ? 0 : 1;
