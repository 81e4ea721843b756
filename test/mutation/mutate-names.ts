/**
 * A part of `npm run test:mutate-steps`: takes each rule about names away in turn and runs the vectors of names. A rule
 * without which all of them pass is not tested, or not needed; either way the run fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { NAME_MUTANTS } from './name-mutants.ts';

const ROOT = resolve(import.meta.dirname, '../..');

for (const { rule, file, from } of NAME_MUTANTS) {
  const places = readFileSync(resolve(ROOT, file), 'utf8').split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places of the rule: ${rule}`);
}

/** @returns whether the vectors pass. */
async function passes(mutant: number): Promise<boolean> {
  const program = resolve(ROOT, 'node_modules/vitest/vitest.mjs');
  const config = resolve(ROOT, 'vitest.names.config.ts');
  const env = { ...process.env, K8S_VERIFY_NAME_MUTANT: String(mutant) };
  const child = spawn(process.execPath, [program, 'run', '--config', config], {
    cwd: ROOT,
    env,
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

if (!(await passes(-1))) throw new Error('the vectors fail without any mutation');

const queue = NAME_MUTANTS.entries();
let tested = 0;
async function work(): Promise<void> {
  for (const [index, { rule }] of queue) {
    const bites = !(await passes(index));
    console.log(`${rule.padEnd(56)} ${bites ? 'bites' : 'NOT TESTED'}`);
    if (bites) tested += 1;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${tested} of ${NAME_MUTANTS.length} rules about names bite`);
process.exitCode = tested === NAME_MUTANTS.length ? 0 : 1;
