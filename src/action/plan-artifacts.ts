/** Which artifacts a job is about: components, versions and the digests that they must have. */
import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { type AskedComponents, chooseArtifacts } from '../lockfile/chosen-artifacts.ts';
import { readLockfile } from '../lockfile/lockfile.ts';
import { assertMayAsk } from '../plan/policy-of.ts';
import type { PolicyRequest } from '../plan/policy-subject.ts';
import { versionResolver } from '../plan/resolve-version.ts';
import { type ReleaseArtifact, releaseArtifact } from '../release/artifact.ts';
import { findComponent } from '../release/component.ts';
import { formatPlatform, hostPlatform } from '../release/platform.ts';
import { excerpt } from '../text/excerpt.ts';
import type { ActionInputs } from './inputs.ts';
import { logNotice } from './log.ts';
import { resolvePath, type Runner } from './runner.ts';
import { readVersionFile } from './version-file.ts';

export interface ResolvedArtifact {
  readonly artifact: ReleaseArtifact;
  /** Hex; the digest that the lockfile, or the input sha256, demands. */
  readonly sha256: string | undefined;
}

/**
 * With exact versions, since the tool cache is looked up by these.
 *
 * @param request with what the policy file adds.
 * @throws RequestError; UnavailableError if a version cannot be looked up
 */
export async function planArtifacts(
  inputs: ActionInputs,
  runner: Runner,
  client: Client,
  request: PolicyRequest,
): Promise<readonly ResolvedArtifact[]> {
  const platform = hostPlatform(client.host);
  const locked =
    inputs.lockfile === undefined ? undefined : await readLockfile(resolvePath(runner, inputs.lockfile));
  const asked = await withFileVersions(inputs, runner, formatPlatform(platform));
  const chosen = chooseArtifacts(asked, locked, formatPlatform(platform));
  for (const { component } of chosen) findComponent(component);
  const components = chosen.map(({ component }) => component);
  await assertMayAsk(request, components, client);
  const resolveOnce = versionResolver(request, client);
  const planned: ResolvedArtifact[] = [];
  for (const { component, version, sha256 = inputs.sha256 } of chosen) {
    const resolved = await resolveOnce(meant(version));
    planned.push({ artifact: releaseArtifact({ component, version: resolved, platform }), sha256 });
  }
  if (chosen.some(({ version }) => version === 'latest')) tellOfLatest();
  return planned;
}

/** The input version counts before the file, and a component's own before both. */
async function withFileVersions(
  { components, version, versionFile }: ActionInputs,
  runner: Runner,
  platform: string,
): Promise<AskedComponents> {
  if (versionFile === undefined || version !== undefined) {
    return { components, ...(version === undefined ? {} : { version }) };
  }
  const path = resolvePath(runner, versionFile);
  const versionOf = await readVersionFile(path, platform);
  return {
    components: components.map((asked) => {
      const found = asked.version ?? versionOf(asked.component);
      if (found !== undefined) return { component: asked.component, version: found };
      throw new RequestError(
        'usage',
        `the version file ${path} has no version of ${excerpt(asked.component)}`,
        {
          wanted: `a version of ${excerpt(asked.component)}`,
          found: 'none',
          next: 'add it to the file, or give the input version instead',
        },
      );
    }),
  };
}

/**
 * `latest` is the newest release to azure/setup-kubectl and most tools, and so it is here. With a minor release, the word is
 * only known from Kubernetes, where it means a pre-release, so it is asked back.
 *
 * @throws RequestError `usage`
 */
function meant(version: string): string {
  if (version === 'latest') return 'stable';
  if (!/^latest-\d+(?:\.\d+)?$/.test(version)) return version;
  const [stable, prerelease] = ['stable', 'prerelease'].map((word) => version.replace('latest', word));
  throw new RequestError('usage', `${version} has two meanings`, {
    wanted: `${stable}, the newest final release, or ${prerelease}, the newest pre-release`,
    found: version,
    next: `write version: ${stable}, or version: ${prerelease}`,
  });
}

function tellOfLatest(): void {
  logNotice(
    'version',
    'latest means stable, the newest final release, as in azure/setup-kubectl; write stable to say so, or prerelease ' +
      'for what Kubernetes itself calls latest',
  );
}
