/** Which artifacts a job is about: components, versions and the digests that they must have. */
import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { type AskedComponent, type AskedComponents, chooseArtifacts } from '../lockfile/chosen-artifacts.ts';
import type { LockedArtifact } from '../lockfile/lock.ts';
import { readLockfile } from '../lockfile/lockfile.ts';
import { assertMayAsk } from '../plan/policy-of.ts';
import type { PolicyRequest } from '../plan/policy-subject.ts';
import { versionResolver } from '../plan/resolve-version.ts';
import { type ReleaseArtifact, releaseArtifact } from '../release/artifact.ts';
import { findComponent } from '../release/component.ts';
import { formatPlatform, hostPlatform, parsePlatform, type Platform } from '../release/platform.ts';
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
  const platform = platformOf(inputs, client);
  const locked =
    inputs.lockfile === undefined ? undefined : await readLockfile(resolvePath(runner, inputs.lockfile));
  const meantInputs = { ...inputs, components: componentsOf(inputs, locked, formatPlatform(platform)) };
  const asked = await withFileVersions(meantInputs, runner, formatPlatform(platform));
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

/**
 * The platform that the files are for: the runner's, unless an input names another.
 *
 * @throws RequestError `platform-impossible`
 */
export function platformOf(
  { platform }: Pick<ActionInputs, 'platform'>,
  client: Pick<Client, 'host'>,
): Platform {
  if (platform?.includes('/') === true) return parsePlatform(platform);
  const host = hostPlatform(client.host);
  return platform === undefined ? host : parsePlatform(`${host.os}/${platform}`);
}

/**
 * What is asked for where no component is named: all that the lockfile has for the platform, else kubectl.
 *
 * @throws RequestError `lock-outdated` where it has nothing for the platform
 */
function componentsOf(
  { components }: ActionInputs,
  locked: readonly LockedArtifact[] | undefined,
  platform: string,
): readonly AskedComponent[] {
  if (components.length > 0) return components;
  if (locked === undefined) return [{ component: 'kubectl' }];
  const fitting = locked.filter((one) => one.platform === undefined || one.platform === platform);
  if (fitting.length > 0)
    return [...new Set(fitting.map(({ component }) => component))].map((component) => ({ component }));
  const others = [...new Set(locked.map((one) => one.platform ?? ''))].join(', ');
  throw new RequestError('lock-outdated', `the lockfile has nothing for ${platform}`, {
    wanted: `a file for ${platform}`,
    found: others === '' ? 'no file at all' : others,
    why: 'only artifacts in the lockfile are installed',
    next: `lock this platform too, with k8s-verify lock, and commit the file`,
  });
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
