/** The action's story: proves the requested artifacts in a private directory, and only then hands them over. */
import type { Client } from '../client.ts';
import { PrivateDirectory } from '../disk/private-directory.ts';
import { InstallError } from '../errors.ts';
import { clientWithLock } from '../flow/locked-install.ts';
import { installRelease } from '../install.ts';
import { underPolicy } from '../plan/policy-of.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { RunResult } from '../result.ts';
import { seed, updateCache } from './from-cache.ts';
import type { ActionInputs } from './inputs.ts';
import { givenPolicy, type Job, policyOf, type SeededArtifact, sourcesOf, trustOf } from './job.ts';
import { planArtifacts } from './plan-artifacts.ts';
import { areDecidedInPlace, proveInPlace } from './prove-in-place.ts';
import { assertFitsPath, resolvePath, type Runner } from './runner.ts';

export interface SetUp {
  /** Where the files are. */
  readonly directory: string;
  readonly result: RunResult;
}

/** What a run works with, and a callback for what it is about. */
export interface Surroundings {
  readonly runner: Runner;
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly planned: (artifacts: readonly ReleaseArtifact[]) => void;
}

/**
 * @throws K8sVerifyError; the directory is gone then, unless it is the workflow's own, which is left as it was.
 */
export async function setUp(
  inputs: ActionInputs,
  { runner, client: plain, signal, planned }: Surroundings,
): Promise<SetUp> {
  const { lockfile } = inputs;
  // What `k8s-verify lock` wrote has evidence next to it: with it no log is asked for the files.
  const client = lockfile === undefined ? plain : clientWithLock(plain, resolvePath(runner, lockfile));
  const asked =
    inputs.installDirectory === undefined ? undefined : resolvePath(runner, inputs.installDirectory);
  assertFitsPath(runner, asked ?? runner.temporary);
  const sources = sourcesOf(inputs, runner);
  const policy = givenPolicy(inputs, runner);
  const request = await underPolicy({ ...sources, ...policyOf(policy), signal }, client);
  const artifacts = await planArtifacts(inputs, runner, client, request);
  planned(artifacts.map(({ artifact }) => artifact));
  const own = asked === undefined ? await openDirectory(runner, 'k8s-verify-') : undefined;
  const directory = asked ?? own?.path ?? '';
  const job: Job = { inputs, runner, sources, client, signal, directory, policy };
  try {
    const seeded = await Promise.all(artifacts.map((one) => seed(job, one)));
    const inPlace = inputs.offline && (await areDecidedInPlace(job, seeded));
    const result = inPlace ? await proveInPlace(job, seeded) : await install(job, seeded);
    await updateCache(job, seeded, result);
    // Later steps may be another user's, in a container or by sudo. Until all is proved, the directory is private.
    await own?.publish();
    return { directory, result };
  } catch (error) {
    await own?.remove();
    throw error;
  }
}

/**
 * A directory for this job alone.
 *
 * @throws InstallError `destination-unwritable`
 */
export async function openDirectory(
  { temporary }: Pick<Runner, 'temporary'>,
  prefix: string,
): Promise<PrivateDirectory> {
  try {
    return await PrivateDirectory.make(temporary, prefix);
  } catch (cause) {
    throw new InstallError('destination-unwritable', 'no directory can be made for this job', {
      wanted: `RUNNER_TEMP, in which this job may write: ${temporary}`,
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'look at that directory of the runner, or give an install-dir',
      cause,
    });
  }
}

function install(job: Job, seeded: readonly SeededArtifact[]): Promise<RunResult> {
  const { inputs, sources, directory, signal, client } = job;
  return installRelease(
    {
      artifacts: seeded.map(({ artifact, sha256 }) => ({
        component: artifact.component,
        version: formatReleaseVersion(artifact.version),
        ...(artifact.platform === undefined ? {} : { platform: formatPlatform(artifact.platform) }),
        ...(sha256 === undefined ? {} : { sha256, locked: inputs.lockfile !== undefined }),
      })),
      destination: { kind: 'directory', path: directory },
      ...(inputs.requireName === undefined ? {} : { requireName: inputs.requireName }),
      saveBundle: true,
      ...sources,
      ...trustOf(job),
      signal,
    },
    client,
  );
}
