/** Without a network: what the tool cache or the install directory has is proved where it is. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { setInstalledMode } from '../disk/installed.ts';
import { EXECUTABLE_MODE } from '../disk/place.ts';
import { UnavailableError } from '../errors.ts';
import { notePlaced } from '../flow/note-placed.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { Note } from '../notes.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { ArtifactResult, RunResult } from '../result.ts';
import { verifyFile } from '../verify.ts';
import type { ActionInputs } from './inputs.ts';
import { bundleIn, type Job, labelOf, type SeededArtifact, trustOf } from './job.ts';

/**
 * Whether the files that are there decide, without a network: a digest says which each one must be, and nothing else could
 * give it.
 */
export async function areDecidedInPlace(
  { directory, sources }: Job,
  seeded: readonly SeededArtifact[],
): Promise<boolean> {
  if (seeded.some(({ sha256 }) => sha256 === undefined)) return false;
  if (!(sources.sources ?? []).some((source) => typeof source !== 'string')) return true;
  const there = await Promise.all(
    seeded.map(({ artifact }) => isThere(path.join(directory, artifact.fileName))),
  );
  return there.every(Boolean);
}

/**
 * Without a network the evidence proves who signed, and the digest that is demanded says which version it is.
 *
 * @throws K8sVerifyError
 */
export async function proveInPlace(job: Job, seeded: readonly SeededArtifact[]): Promise<RunResult> {
  const results: ArtifactResult[] = [];
  const notes: Note[] = [];
  for (const one of seeded) {
    const proved = await proveOne(job, one);
    results.push(proved.result);
    notes.push(...proved.notes);
  }
  return { schemaVersion: 1, artifacts: await notePlaced(results, job.client.report), notes };
}

async function proveOne(
  job: Job,
  { artifact, sha256 }: SeededArtifact,
): Promise<{ readonly result: ArtifactResult; readonly notes: readonly Note[] }> {
  const file = path.join(job.directory, artifact.fileName);
  const bundlePath = bundleIn(job.directory, artifact.fileName);
  await assertPresent(file, labelOf(artifact), job.inputs);
  const by = job.inputs.lockfile === undefined ? 'sha256' : 'lockfile';
  const { artifacts, notes } = await verifyFile(
    {
      subject: { kind: 'file', path: file },
      evidence: (await isThere(bundlePath)) ? { kind: 'bundle', path: bundlePath } : { kind: 'beside' },
      as: artifact,
      ...(sha256 === undefined ? {} : { demanded: { sha256, by } }),
      ...trustOf(job),
      signal: job.signal,
    },
    job.client,
  );
  const [proved] = artifacts;
  if (proved === undefined) throw new Error(`nothing was said of ${labelOf(artifact)}`);
  if (artifact.executable) {
    const proven = { algorithm: 'sha256', hex: proved.sha256 } as const;
    const maxBytes = MAX_ARTIFACT_BYTES[artifact.kind];
    const installed = { destination: file, proven, executable: true, maxBytes };
    await setInstalledMode(installed, EXECUTABLE_MODE, job.signal);
  }
  // The outcome is the same as online: the file is in its place.
  const saved = (await isThere(bundlePath)) ? { bundlePath } : {};
  return { result: { ...proved, ...namesOf(artifact), outcome: 'kept', ...saved }, notes };
}

async function assertPresent(file: string, label: string, { installDirectory }: ActionInputs): Promise<void> {
  if (await isThere(file)) return;
  const where = installDirectory === undefined ? 'the tool cache' : installDirectory;
  throw new UnavailableError(
    'network',
    `${label} would have to be downloaded, but the input offline is true`,
    {
      wanted: `${path.basename(file)} with its bundle in ${where}`,
      found: 'nothing',
      next: `run once without offline on this runner, which fills ${where}`,
    },
  );
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function namesOf({ component, version, platform }: ReleaseArtifact): Partial<ArtifactResult> {
  return {
    component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}
