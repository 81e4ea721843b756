/** A worker: the code with one decision of a policy file turned, and what then becomes of every case. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';

const { mutation }: { readonly mutation: DecisionMutation | undefined } = workerData;
turn(mutation, new URL('../../src/', import.meta.url));
const { openPolicy } = await import('../../src/policy/open-policy.ts');
const { assertMayAskUnder, requestUnder, underFile } = await import('../../src/plan/under-policy-file.ts');
const {
  FLAWED_POLICIES,
  MANIFEST_CASES,
  manifestOutcome,
  outcomeOf,
  POLICY_CASES,
  requestOutcome,
  REQUEST_CASES,
} = await import('../unit/policy/policy-cases.ts');

const code = { openPolicy, underFile, requestUnder, assertMayAskUnder };
const outcomes: Record<string, string> = {};
for (const [name, one] of Object.entries(POLICY_CASES)) outcomes[name] = await outcomeOf(one, code);
for (const [name, one] of Object.entries(MANIFEST_CASES)) outcomes[name] = await manifestOutcome(one, code);
for (const [name, one] of Object.entries(REQUEST_CASES)) outcomes[name] = await requestOutcome(one, code);
for (const [name, policy] of Object.entries(FLAWED_POLICIES))
  outcomes[name] = await outcomeOf({ policy, comes: '' }, code);

const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-policy-'));
try {
  const path = join(directory, 'policy.json');
  const identities = [{ subjectAlternativeName: 'a@b.example', issuer: 'https://i.example' }];
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, identities }));
  for (const namedBy of ['option', 'variable'] as const) {
    outcomes[`signers in a file that is named by ${namedBy}`] = await openPolicy({
      kind: 'file',
      path,
      namedBy,
    }).then(
      () => 'opened',
      (error: unknown) => String(Object(error).code),
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}
parentPort?.postMessage(outcomes satisfies Outcomes);
