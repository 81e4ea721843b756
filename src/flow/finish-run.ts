import type { Client } from '../client.ts';
import type { Note } from '../notes.ts';
import type { NamesRequest } from '../plan/request.ts';
import type { RunResult } from '../result.ts';
import { allowOutputs, type PolicyUses } from './allow.ts';
import { describeRun } from './describe.ts';
import { keepAllEvidence, type KeptPaths } from './kept-evidence.ts';
import { placePrepared } from './place.ts';
import { discardPrepared, type PreparedArtifact } from './prepared-artifact.ts';
import { rememberNames } from './remember-names.ts';
import type { RunLogMemory } from './run-log-memory.ts';

/**
 * Ends a run in which everything is proved: holds it against the policy file, compares it with what this machine
 * remembers of the log and of the names, keeps the evidence, puts everything in its place, and says what was done.
 *
 * @throws K8sVerifyError: nothing was placed then, and nothing stays staged.
 */
export async function finishRun(
  prepared: readonly PreparedArtifact[],
  { forgetNames, signal }: NamesRequest & { readonly signal?: AbortSignal },
  client: Client,
  logMemory: RunLogMemory,
): Promise<RunResult> {
  const notes: Note[] = [];
  let uses: PolicyUses;
  let kept: KeptPaths;
  try {
    uses = await allowOutputs(prepared);
    notes.push(...(await logMemory.finish()));
    notes.push(...(await rememberNames(prepared, client, forgetNames)));
    kept = await keepAllEvidence(prepared, client.data);
    notes.push(...(await placePrepared(prepared, signal)));
  } finally {
    await discardPrepared(prepared);
  }
  return describeRun(prepared, { notes, uses, kept }, client.report);
}
