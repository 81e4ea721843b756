/** What one run of the action is about, and what it works with. */
import path from 'node:path';
import type { Client } from '../client.ts';
import type { NetworkRequest, TrustRequest } from '../plan/request.ts';
import { GivenPolicy } from '../policy/given-policy.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { ActionInputs } from './inputs.ts';
import { mirrorOf } from './mirror-directory.ts';
import type { ResolvedArtifact } from './plan-artifacts.ts';
import { resolvePath, type Runner } from './runner.ts';
import type { CachedFile } from './tool-cache.ts';

export interface Job {
  readonly inputs: ActionInputs;
  /** Read once for the whole run. */
  readonly policy: GivenPolicy | undefined;
  readonly runner: Runner;
  readonly sources: NetworkRequest;
  readonly client: Client;
  readonly signal: AbortSignal;
  /** Where the files go. */
  readonly directory: string;
}

/** An artifact, and the file of the tool cache that was copied into the job's directory for it. */
export interface SeededArtifact extends ResolvedArtifact {
  readonly cached: CachedFile | undefined;
}

/** Where the files are looked for, and the log. */
export function sourcesOf({ mirrors, rekorUrl }: ActionInputs, runner: Runner): NetworkRequest {
  return {
    ...(mirrors === undefined ? {} : { sources: mirrors.map((text) => mirrorOf(runner, text)) }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
  };
}

/** The input counts before the variable, as an option of the command does. */
export function givenPolicy({ policyFile }: ActionInputs, runner: Runner): GivenPolicy | undefined {
  const named = policyFile ?? runner.policyFile;
  if (named === undefined) return undefined;
  const namedBy = policyFile === undefined ? 'variable' : 'option';
  return new GivenPolicy({ kind: 'file', path: resolvePath(runner, named), namedBy });
}

export function policyOf(policy: GivenPolicy | undefined): Pick<TrustRequest, 'policy'> {
  return policy === undefined ? {} : { policy };
}

/** Who must have signed, and by which trusted root. */
export function trustOf({ inputs, runner, policy }: Pick<Job, 'inputs' | 'runner' | 'policy'>): TrustRequest {
  const { trustedRootFile, tuf, identity } = inputs;
  return {
    ...policyOf(policy),
    ...(trustedRootFile === undefined ? {} : { trustedRootFile: resolvePath(runner, trustedRootFile) }),
    ...(tuf === undefined ? {} : { tuf: { ...tuf, rootFile: resolvePath(runner, tuf.rootFile) } }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/** The bundle that is saved next to a file. */
export function bundleIn(directory: string, fileName: string): string {
  return path.join(directory, `${fileName}.sigstore.json`);
}

/** `kubectl v1.30.2` */
export function labelOf({ component, version }: ReleaseArtifact): string {
  return `${component} ${formatReleaseVersion(version)}`;
}
