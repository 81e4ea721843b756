/** The action's story: proves the requested artifacts in a private directory, and only then hands them over. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { InstallError, UnavailableError } from '../errors.ts';
import { EXECUTABLE_MODE } from '../disk/place.ts';
import { setInstalledMode } from '../disk/installed.ts';
import { PrivateDirectory } from '../disk/private-directory.ts';
import { notePlaced } from '../flow/note-placed.ts';
import { installRelease } from '../install.ts';
import type { Note } from '../notes.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { MAX_ARTIFACT_BYTES, MAX_BUNDLE_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { keepEvidence } from '../evidence/evidence-store.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { underPolicy } from '../plan/policy-of.ts';
import { GivenPolicy } from '../policy/given-policy.ts';
import type { NetworkRequest, TrustRequest } from '../plan/request.ts';
import type { ArtifactResult, RunResult } from '../result.ts';
import { verifyFile } from '../verify.ts';
import type { Client } from '../client.ts';
import type { ActionInputs } from './inputs.ts';
import { logNotice, logWarning } from './log.ts';
import { mirrorOf } from './mirror-directory.ts';
import { planArtifacts, type ResolvedArtifact } from './plan-artifacts.ts';
import { assertFitsPath, resolvePath, type Runner } from './runner.ts';
import type { CachedFile } from './tool-cache.ts';

export interface SetUp {
  /** For PATH. */
  readonly directory: string;
  readonly result: RunResult;
}

/** What a run is about and what it works with. */
interface Run {
  readonly inputs: ActionInputs;
  /** Read once for the whole run. */
  readonly policy: GivenPolicy | undefined;
  readonly runner: Runner;
  readonly sources: NetworkRequest;
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly directory: string;
}

/** An artifact, and the file of the tool cache that was copied into the run's directory for it. */
interface SeededArtifact extends ResolvedArtifact {
  readonly cached: CachedFile | undefined;
}

/**
 * @throws K8sVerifyError; the directory is gone then, unless it is the workflow's own, which is left as it was.
 */
export async function setUp(
  inputs: ActionInputs,
  runner: Runner,
  client: Client,
  signal: AbortSignal,
): Promise<SetUp> {
  const asked =
    inputs.installDirectory === undefined ? undefined : resolvePath(runner, inputs.installDirectory);
  assertFitsPath(runner, asked ?? runner.temporary);
  const sources = sourcesOf(inputs, runner);
  const policy = givenPolicy(inputs, runner);
  const request = await underPolicy({ ...sources, ...policyOfRun(policy), signal }, client);
  const planned = await planArtifacts(inputs, runner, client, request);
  const own = asked === undefined ? await openDirectory(runner) : undefined;
  const directory = asked ?? own?.path ?? '';
  const run: Run = { inputs, runner, sources, client, signal, directory, policy };
  try {
    const seeded = await Promise.all(planned.map((one) => seed(run, one)));
    const inPlace = inputs.offline && (await areDecidedInPlace(run, seeded));
    const result = inPlace ? await proveInPlace(run, seeded) : await install(run, seeded);
    await updateCache(run, seeded, result);
    // Later steps may be another user's, in a container or by sudo. Until all is proved, the directory is private.
    await own?.publish();
    return { directory, result };
  } catch (error) {
    await own?.remove();
    throw error;
  }
}

async function openDirectory({ temporary }: Runner): Promise<PrivateDirectory> {
  try {
    return await PrivateDirectory.make(temporary, 'k8s-verify-');
  } catch (cause) {
    throw new InstallError('destination-unwritable', 'no directory can be made for this job', {
      wanted: `RUNNER_TEMP, in which this job may write: ${temporary}`,
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'look at that directory of the runner, or give an install-dir',
      cause,
    });
  }
}

async function seed(run: Run, { artifact, sha256 }: ResolvedArtifact): Promise<SeededArtifact> {
  try {
    const cached = await cacheOf(run)?.copyTo(run.directory, artifact);
    if (cached !== undefined) await keepBundle(run, artifact, cached);
    return { artifact, sha256, cached };
  } catch (error) {
    // A file that cannot be read counts as missing.
    logWarning('tool cache', `could not read ${labelOf(artifact)} there: ${String(error)}`);
    return { artifact, sha256, cached: undefined };
  }
}

/**
 * The bundle that lay next to a cached file is evidence for it, like any other. So a job needs no network where the tool
 * cache was restored and nothing else was.
 */
async function keepBundle(
  { client, directory }: Run,
  { fileName }: ReleaseArtifact,
  { sha256 }: CachedFile,
): Promise<void> {
  if ((await client.data.read('evidence', sha256)).length > 0) return;
  const bundle = await readUpTo(bundleIn(directory, fileName), MAX_BUNDLE_BYTES, 'found').catch(
    () => undefined,
  );
  if (bundle !== undefined) await keepEvidence(client.data, sha256, bundle);
}

function bundleIn(directory: string, fileName: string): string {
  return path.join(directory, `${fileName}.sigstore.json`);
}

/** The workflow's own directory may already be on PATH, so nothing unproven is copied there. */
function cacheOf({ inputs, runner }: Run): Runner['toolCache'] {
  return inputs.installDirectory === undefined && inputs.cache ? runner.toolCache : undefined;
}

function install(run: Run, seeded: readonly SeededArtifact[]): Promise<RunResult> {
  const { inputs, sources, directory, signal, client } = run;
  return installRelease(
    {
      artifacts: seeded.map(({ artifact, sha256 }) => ({
        component: artifact.component,
        version: formatReleaseVersion(artifact.version),
        ...(sha256 === undefined ? {} : { sha256, locked: inputs.lockfile !== undefined }),
      })),
      destination: { kind: 'directory', path: directory },
      ...(inputs.requireName === undefined ? {} : { requireName: inputs.requireName }),
      saveBundle: true,
      ...sources,
      ...trustOf(run),
      signal,
    },
    client,
  );
}

/**
 * Whether the files that are there decide, without a network: a digest says which each one must be, and nothing else could
 * give it.
 */
async function areDecidedInPlace(
  { directory, sources }: Run,
  seeded: readonly SeededArtifact[],
): Promise<boolean> {
  if (seeded.some(({ sha256 }) => sha256 === undefined)) return false;
  if (!(sources.sources ?? []).some((source) => typeof source !== 'string')) return true;
  const there = await Promise.all(
    seeded.map(({ artifact }) => isThere(path.join(directory, artifact.fileName))),
  );
  return there.every(Boolean);
}

/** Without a network the evidence proves who signed, and the digest that is demanded says which version it is. */
async function proveInPlace(run: Run, seeded: readonly SeededArtifact[]): Promise<RunResult> {
  const results: ArtifactResult[] = [];
  const runNotes: Note[] = [];
  const by = run.inputs.lockfile === undefined ? 'sha256' : 'lockfile';
  for (const { artifact, sha256 } of seeded) {
    const file = path.join(run.directory, artifact.fileName);
    const bundlePath = bundleIn(run.directory, artifact.fileName);
    const label = labelOf(artifact);
    await assertPresent(file, label, run.inputs);
    const { artifacts, notes } = await verifyFile(
      {
        subject: { kind: 'file', path: file },
        evidence: (await isThere(bundlePath)) ? { kind: 'bundle', path: bundlePath } : { kind: 'beside' },
        as: artifact,
        ...(sha256 === undefined ? {} : { demanded: { sha256, by } }),
        ...trustOf(run),
        signal: run.signal,
      },
      run.client,
    );
    runNotes.push(...notes);
    const [proved] = artifacts;
    if (proved === undefined) throw new Error(`nothing was said of ${label}`);
    if (artifact.executable) {
      const proven = { algorithm: 'sha256', hex: proved.sha256 } as const;
      const maxBytes = MAX_ARTIFACT_BYTES[artifact.kind];
      const installed = { destination: file, proven, executable: true, maxBytes };
      await setInstalledMode(installed, EXECUTABLE_MODE, run.signal);
    }
    // The outcome is the same as online: the file is in its place.
    const saved = (await isThere(bundlePath)) ? { bundlePath } : {};
    results.push({ ...proved, ...namesOf(artifact), outcome: 'kept', ...saved });
  }
  const artifacts = await notePlaced(results, run.client.report);
  return { schemaVersion: 1, artifacts, notes: runNotes };
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

/** Keeps proven files for later jobs, and reports cached files that turned out to be something else. */
async function updateCache(
  run: Run,
  seeded: readonly SeededArtifact[],
  { artifacts }: RunResult,
): Promise<void> {
  const cache = cacheOf(run);
  for (const { artifact, cached } of cache === undefined ? [] : seeded) {
    const proved = artifacts.find(({ component }) => component === artifact.component);
    const label = labelOf(artifact);
    const hit = cached !== undefined && proved?.outcome === 'kept';
    if (hit) logNotice('tool cache', `${label} came from the tool cache, and was proved again`);
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

function labelOf({ component, version }: ReleaseArtifact): string {
  return `${component} ${formatReleaseVersion(version)}`;
}

function namesOf({ component, version, platform }: ReleaseArtifact): Partial<ArtifactResult> {
  return {
    component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}

function sourcesOf({ mirrors, rekorUrl }: ActionInputs, runner: Runner): NetworkRequest {
  return {
    ...(mirrors === undefined ? {} : { sources: mirrors.map((text) => mirrorOf(runner, text)) }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
  };
}

function givenPolicy({ policyFile }: ActionInputs, runner: Runner): GivenPolicy | undefined {
  if (policyFile === undefined) return undefined;
  return new GivenPolicy({ kind: 'file', path: resolvePath(runner, policyFile), namedBy: 'option' });
}

function policyOfRun(policy: GivenPolicy | undefined): Pick<TrustRequest, 'policy'> {
  return policy === undefined ? {} : { policy };
}

function trustOf({ inputs, runner, policy }: Run): TrustRequest {
  const { trustedRootFile, tuf, identity } = inputs;
  return {
    ...policyOfRun(policy),
    ...(trustedRootFile === undefined ? {} : { trustedRootFile: resolvePath(runner, trustedRootFile) }),
    ...(tuf === undefined ? {} : { tuf: { ...tuf, rootFile: resolvePath(runner, tuf.rootFile) } }),
    ...(identity === undefined ? {} : { identity }),
  };
}
