import { dirname } from 'node:path';
import { inspectDestination } from '../disk/inspect-destination.ts';
import { MAX_ARTIFACT_BYTES, MAX_PARALLEL_DOWNLOADS } from '../limits.ts';
import type { Becomes, PlannedArtifact } from '../plan/plan.ts';
import { type InstallRequest, publisherOf, sourcesOf } from '../plan/request.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { Client } from '../client.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import type { RecordsOf } from './run-records.ts';
import type { RunTrust } from './run-trust.ts';
import type { RunContext } from './download.ts';
import { confirmPlanned, manifestFor, provePlanned, withDownload } from './fetch-and-prove.ts';
import { nameFailure, nameJudged, nameLocked, nameMissing } from './name-failure.ts';
import type { Taken } from './occupant.ts';
import { evidencePathsOf, hasBundleOf, NO_EVIDENCE_PATHS } from './saved-bundle.ts';
import { discardPrepared, type PreparedArtifact } from './prepared-artifact.ts';
import { shareKeptManifests, shareManifests } from './release-manifest.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * Downloads and proves all planned artifacts in parallel, so that they only have to be placed. The first failure ends
 * the others and leaves nothing staged.
 *
 * @returns in the order of the plan.
 * @throws K8sVerifyError
 */
export async function prepareAll(
  planned: readonly PlannedArtifact[],
  request: InstallRequest,
  client: Client,
  trust: RunTrust,
  logMemory: RunLogMemory,
): Promise<readonly PreparedArtifact[]> {
  const sources = sourcesOf(request, client.http);
  const prepared: PreparedArtifact[] = [];
  const ended = new AbortController();
  const until = untilEnd(request.signal, ended.signal);
  const all = { network: request, sources, client, trust, logMemory, signal: until };
  try {
    const manifestOf = request.locked === undefined ? shareManifests(all) : shareKeptManifests(all);
    const recordsOf = await openRecords(request, sources, client, until);
    const run = async (plan: PlannedArtifact, signal: AbortSignal): Promise<readonly PreparedArtifact[]> => {
      const context = { ...all, recordsOf, manifestOf, signal };
      const some = await prepareArtifact(plan, context).catch((error: unknown) => {
        const known = nameJudged(nameMissing(nameLocked(error, plan), plan.artifact), plan.artifact);
        throw planned.length > 1 ? nameFailure(known, plan.label) : known;
      });
      prepared.push(...some);
      return some;
    };
    return (await sideBySide(planned, MAX_PARALLEL_DOWNLOADS, request.signal, run)).flat();
  } catch (error) {
    await discardPrepared(prepared);
    throw error;
  } finally {
    ended.abort();
  }
}

/** Fires when what is still being fetched is not needed any more. */
function untilEnd(signal: AbortSignal | undefined, ended: AbortSignal): AbortSignal {
  return signal === undefined ? ended : AbortSignal.any([signal, ended]);
}

/** @param until ends what is still being fetched when the run is over. */
async function openRecords(
  request: InstallRequest,
  sources: readonly ReleaseSource[],
  { report, http }: Client,
  until: AbortSignal,
): Promise<RecordsOf | undefined> {
  if (request.checkSums !== true) return undefined;
  const { shareRecords } = await import('./run-records.ts');
  return shareRecords({ sources, publisher: publisherOf(request, http), report, signal: until });
}

async function prepareArtifact(
  plan: PlannedArtifact,
  context: RunContext,
): Promise<readonly PreparedArtifact[]> {
  const { becomes } = plan;
  switch (becomes.kind) {
    case 'file':
      return [await prepareFile(plan, becomes, context)];
    case 'directory':
      return [await (await import('./prepare-tarball.ts')).prepareDirectory(plan, becomes, context)];
    case 'members': {
      const { knownMembers } = await import('./known-members.ts');
      const known = await knownMembers(plan, becomes.files, context);
      return (
        known ?? [await (await import('./prepare-tarball.ts')).prepareMembers(plan, becomes.files, context)]
      );
    }
  }
}

/**
 * Proves the digest while the bytes arrive, then compares the two. If the destination already exists, the proof comes
 * first: the file may be the right one, and need no download.
 */
async function prepareFile(
  plan: PlannedArtifact,
  file: Extract<Becomes, { readonly kind: 'file' }>,
  context: RunContext,
): Promise<PreparedArtifact> {
  const { destination, saveBundle } = file;
  const { artifact } = plan;
  const occupied = (await inspectDestination(destination)) === 'file';
  return withDownload(plan, destination, context, async (download) => {
    if (!occupied) void download.begin().catch(() => undefined);
    const occupant = occupied ? await import('./occupant.ts') : undefined;
    const asItIs = ({ output, proof }: Taken): PreparedArtifact => {
      const kept = saveBundle ? evidencePathsOf(destination, proof) : NO_EVIDENCE_PATHS;
      return { artifact, proof, source: undefined, ...kept, outputs: [output] };
    };
    const known = await occupant?.takeKnown(download, file);
    if (known?.taken !== undefined) return asItIs(known.taken);
    const own = await provePlanned(download);
    const proven = { ...own, notes: [...own.notes, ...(known?.notes ?? [])] };
    const there = await occupant?.takeOccupant(download, file, { proof: proven });
    if (there?.kind === 'taken') return asItIs(there);
    void download.begin().catch(() => undefined);
    const renewsBundle = await hasBundleOf(destination, there?.digest);
    const maxBytes = MAX_ARTIFACT_BYTES[artifact.kind];
    // While the bytes arrive. What is loaded before the first request is what that needs.
    const [{ archiveName }, { assertName }, { previousVersion }] = await Promise.all([
      import('./archive-name.ts'),
      import('./name.ts'),
      import('./previous-version.ts'),
    ]);
    const previous = occupied ? await previousVersion(destination, artifact.component, maxBytes) : undefined;
    const { proof, verified, source } = await confirmPlanned(download, proven);
    const { sha256 } = verified;
    const manifest = await manifestFor(download);
    const { signal } = download.context;
    const archive = archiveName(artifact, verified, dirname(destination), signal);
    const named = { file: verified, sha256, manifest, from: source, archive };
    const name = await assertName(artifact, named, plan);
    const had = `${verified.bytes} bytes downloaded`;
    const replaced = { replaces: occupied, previous };
    const output = { kind: 'installed', file, verified, ...replaced, sha256, had, name } as const;
    const kept = saveBundle || renewsBundle ? evidencePathsOf(destination, proof) : NO_EVIDENCE_PATHS;
    return { artifact, proof, source, ...kept, outputs: [output] };
  });
}
