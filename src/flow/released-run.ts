/** A run that proves digests of released files and fetches none of them: what `digest` and `lock` have in common. */
import type { Client } from '../client.ts';
import { note, type Note } from '../notes.ts';
import type { ReleasedPlan, SkippedFile } from '../plan/plan-released.ts';
import { type ReleasedRequest, sourcesOf } from '../plan/request.ts';
import type { RunResult } from '../result.ts';
import type { KeptRoot } from '../trust/kept-root.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { ableToJudge } from './able-to-judge.ts';
import { finishRun } from './finish-run.ts';
import { openTrust } from './open-trust.ts';
import type { PreparedArtifact } from './prepared-artifact.ts';
import { type ProvenFile, proveReleased } from './prove-released.ts';
import { reportExpectedSigners } from './report.ts';
import { openLogMemory } from './run-log-memory.ts';
import type { RunTrust } from './run-trust.ts';

export interface ReleasedRun {
  /** In the order of the plan. */
  readonly proven: readonly ProvenFile[];
  /** The same for people and programs: one artifact for each. */
  readonly result: RunResult;
  /** The newest trusted root that this run has. */
  readonly trust: TrustMaterial;
  /** As {@link RunTrust.shownBy}. */
  readonly trustShownBy: KeptRoot | undefined;
}

/**
 * Proves what was planned, compares it with what this machine remembers of the log and of the names, and keeps the
 * evidence. A name that the release manifest does not bind is refused: there are no bytes that could say it.
 *
 * @throws K8sVerifyError as {@link proveReleased}, and as the trusted root is opened.
 */
export function runReleased(
  plan: ReleasedPlan,
  request: ReleasedRequest,
  client: Client,
): Promise<ReleasedRun> {
  return ableToJudge(async () => {
    const trust = await openTrust(request, client, request.signal);
    try {
      const run = await proveAndKeep(plan, request, client, trust);
      await trust.finish();
      return { ...run, trust: await trust.current(), trustShownBy: await trust.shownBy() };
    } catch (error) {
      // Reports the trusted root of a failed run too, even if nothing was judged by it.
      trust.drop();
      await trust.current().catch(() => undefined);
      throw error;
    }
  });
}

async function proveAndKeep(
  { files, skipped }: ReleasedPlan,
  request: ReleasedRequest,
  client: Client,
  trust: RunTrust,
): Promise<Pick<ReleasedRun, 'proven' | 'result'>> {
  const { report } = client;
  for (const one of noteSkipped(skipped)) report({ kind: 'note', ...one });
  for (const { label, policy } of files) reportExpectedSigners(report, label, policy);
  const logMemory = openLogMemory(request, client);
  const proven = await proveReleased(files, {
    network: request,
    client,
    sources: sourcesOf(request, client.http),
    trust,
    logMemory,
    signal: request.signal ?? new AbortController().signal,
    nameRequired: true,
  });
  const result = await finishRun(proven.map(withoutBytes), request, client, logMemory);
  return { proven, result: { ...result, notes: [...noteSkipped(skipped), ...result.notes] } };
}

export function withoutBytes({ artifact, proof, sha256, name }: ProvenFile): PreparedArtifact {
  const output = {
    kind: 'verified',
    path: undefined,
    members: undefined,
    had: 'nothing downloaded',
  } as const;
  return {
    artifact,
    proof,
    source: undefined,
    bundlePath: undefined,
    outputs: [{ ...output, sha256, name }],
  };
}

/** One note for each component and version, with all platforms that it lacks. */
function noteSkipped(skipped: readonly SkippedFile[]): readonly Note[] {
  const groups = Map.groupBy(skipped, ({ component, version }) => `${component} ${version}`);
  return Array.from(groups, ([what, pairs]) => {
    const platforms = pairs.map(({ platform }) => platform).join(', ');
    return note('platform-skipped', `${what} was never published for ${platforms}, and is left out there`);
  });
}
