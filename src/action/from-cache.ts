/** A job's use of the runner's tool cache: what is copied out of it is proved again, and what was proved is kept in it. */
import { keepEvidence } from '../evidence/evidence-store.ts';
import { readUpTo } from '../files/local-file.ts';
import { MAX_BUNDLE_BYTES } from '../limits.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { RunResult } from '../result.ts';
import { bundleIn, type Job, labelOf, type SeededArtifact } from './job.ts';
import { logLine, logWarning } from './log.ts';
import type { ResolvedArtifact } from './plan-artifacts.ts';
import type { Runner } from './runner.ts';
import type { CachedFile } from './tool-cache.ts';

/** Copies what the tool cache has of the artifact into the job's directory, where no step uses it before it is proved. */
export async function seed(job: Job, resolved: ResolvedArtifact): Promise<SeededArtifact> {
  const { artifact } = resolved;
  try {
    const cached = await cacheOf(job)?.copyTo(job.directory, artifact);
    if (cached !== undefined) await keepBundle(job, artifact, cached);
    return { ...resolved, cached };
  } catch (error) {
    // A file that cannot be read counts as missing.
    logWarning('tool cache', `could not read ${labelOf(artifact)} there: ${String(error)}`);
    return { ...resolved, cached: undefined };
  }
}

/**
 * The bundle that lay next to a cached file is evidence for it, like any other. So a job needs no network where the tool
 * cache was restored and nothing else was.
 */
async function keepBundle(
  { client, directory }: Job,
  { fileName }: ReleaseArtifact,
  { sha256 }: CachedFile,
): Promise<void> {
  if ((await client.data.read('evidence', sha256)).length > 0) return;
  const bundle = await readUpTo(bundleIn(directory, fileName), MAX_BUNDLE_BYTES, 'found').catch(
    () => undefined,
  );
  if (bundle !== undefined) await keepEvidence(client.data, sha256, bundle);
}

/** The workflow's own directory may already be on PATH, so nothing unproven is copied there. */
function cacheOf({ inputs, runner }: Job): Runner['toolCache'] {
  return inputs.installDirectory === undefined && inputs.cache ? runner.toolCache : undefined;
}

/** Keeps proven files for later jobs, and reports cached files that turned out to be something else. */
export async function updateCache(
  job: Job,
  seeded: readonly SeededArtifact[],
  { artifacts }: RunResult,
): Promise<void> {
  const cache = cacheOf(job);
  for (const { artifact, cached } of cache === undefined ? [] : seeded) {
    const proved = artifacts.find(({ component }) => component === artifact.component);
    const label = labelOf(artifact);
    const hit = cached !== undefined && proved?.outcome === 'kept';
    if (hit) logLine(`${label} came from the tool cache, and was proved again`);
    else if (cached !== undefined) warnOfCache(label, cached);
    if (hit || proved?.path === undefined) continue;
    try {
      await cache?.store(artifact, proved.path, proved.bundlePath);
    } catch (error) {
      // The file is proved and in place. If the next job must download it again, this one has not failed.
      logWarning('tool cache', `${label} could not be kept there: ${String(error)}`);
    }
  }
}

function warnOfCache(label: string, cached: CachedFile): void {
  logWarning(
    'tool cache',
    `what lay there as ${label} is not what was released (${cached.path}, sha256:${cached.sha256}); ` +
      'it was not used, and the proven file takes its place. Another job on this runner may have put it there.',
  );
}
