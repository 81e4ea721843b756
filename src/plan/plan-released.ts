import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { MAX_ARTIFACTS_PER_RUN, MAX_RELEASED_FILES_PER_RUN } from '../limits.ts';
import { type Policy, policyOfManifest } from '../policy/policy.ts';
import { labelOf, MANIFEST_NAME, type ReleaseArtifact, releaseArtifact } from '../release/artifact.ts';
import { findComponent, platformsOf } from '../release/component.ts';
import {
  formatPlatform,
  hostPlatform,
  type Platform,
  parsePlatform,
  PLATFORMS,
  samePlatform,
} from '../release/platform.ts';
import { formatReleaseVersion, parseVersionRequest, type ReleaseVersion } from '../release/version.ts';
import { assertMayAsk, assertSignedBySome, policyOf } from './policy-of.ts';
import type { ReleasedRequest } from './request.ts';
import { versionResolver } from './resolve-version.ts';

/** A file of a release whose digest is to be proved, and not the file fetched. */
export interface PlannedRelease {
  readonly artifact: ReleaseArtifact;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly label: string;
  readonly policy: Policy;
}

/** A component that its release never had for a platform that was asked for. */
export interface SkippedFile {
  /** As it was asked for. */
  readonly component: string;
  /** As `v1.30.2`. */
  readonly version: string;
  /** `os/arch` */
  readonly platform: string;
}

export interface ReleasedPlan {
  /** By component in the order of the request, and then by platform. */
  readonly files: readonly PlannedRelease[];
  readonly skipped: readonly SkippedFile[];
}

/**
 * Turns what was asked for into files of releases. Only version markers are looked up. A platform that a component of
 * that release never had is skipped: kubelet for linux/arm, when several components are asked for with it.
 *
 * @throws RequestError, or UntrustedError `signature-not-published` for a release that is not signed.
 */
export async function planReleased(request: ReleasedRequest, client: Client): Promise<ReleasedPlan> {
  const { artifacts } = request;
  assertNumber(artifacts.length, MAX_ARTIFACTS_PER_RUN, 'components');
  const platforms = platformsAsked(request, client);
  for (const { component, version } of artifacts) {
    findComponent(component);
    if (version !== undefined) parseVersionRequest(version);
  }
  const components = artifacts.map(({ component }) => component);
  await assertMayAsk(request, components, client);
  const resolveOnce = versionResolver(request, client);
  const files: PlannedRelease[] = [];
  const skipped: SkippedFile[] = [];
  for (const { component, version: text = 'stable' } of artifacts) {
    const version = await resolveOnce(text);
    const planned = filesOf(component, version, platforms);
    for (const artifact of planned.artifacts) files.push(await planOne(artifact, request, client));
    skipped.push(...planned.skipped);
  }
  if (files.length > MAX_RELEASED_FILES_PER_RUN)
    throw tooMany('files', MAX_RELEASED_FILES_PER_RUN, files.length);
  return { files, skipped };
}

/** The same with the signed manifest of each release, which binds the names of its files. */
export function withManifests(plan: ReleasedPlan): ReleasedPlan {
  const { files } = plan;
  const releases = new Map(files.map((file) => [formatReleaseVersion(file.artifact.version), file]));
  const [platform] = PLATFORMS;
  // They are not asked for, so that the policy for them is that of a manifest, whatever a policy file says of names.
  const manifests = Array.from(releases.values()).flatMap(({ artifact: { version }, policy }) => {
    if (platform === undefined) return [];
    const artifact = releaseArtifact({ component: MANIFEST_NAME, version, platform });
    return [{ artifact, label: labelOf(artifact), policy: policyOfManifest(policy) }];
  });
  const isAsked = ({ artifact }: PlannedRelease): boolean =>
    files.some((one) => one.artifact.path === artifact.path);
  return { ...plan, files: [...files, ...manifests.filter((one) => !isAsked(one))] };
}

function assertNumber(found: number, most: number, what: string): void {
  if (found === 0) throw new RequestError('usage', 'no component is named');
  if (found > most) throw tooMany(what, most, found);
}

function tooMany(what: string, most: number, found: number): RequestError {
  return new RequestError('usage', `too many ${what} for one run`, {
    wanted: `at most ${most}`,
    found: String(found),
    next: 'make several runs of it',
  });
}

type Asked = readonly Platform[] | 'all' | 'all-linux';

function platformsAsked({ platforms }: ReleasedRequest, client: Client): Asked {
  if (platforms === 'all' || platforms === 'all-linux') return platforms;
  if (platforms.length === 0) return [hostPlatform(client.host)];
  const asked = platforms.map((text) => parsePlatform(text));
  return asked.filter((one, index) => asked.findIndex((other) => samePlatform(one, other)) === index);
}

/** @param platforms those that every component is wanted for; `all`: each for all of its own. */
function filesOf(
  name: string,
  version: ReleaseVersion,
  platforms: Asked,
): { readonly artifacts: readonly ReleaseArtifact[]; readonly skipped: readonly SkippedFile[] } {
  const component = findComponent(name);
  const artifactFor = (platform: Platform): ReleaseArtifact =>
    releaseArtifact({ component: name, version, platform });
  // One file serves all platforms.
  if (component.platforms === 'none')
    return { artifacts: PLATFORMS.slice(0, 1).map(artifactFor), skipped: [] };
  const available = platformsOf(component, version);
  if (platforms === 'all') return { artifacts: available.map(artifactFor), skipped: [] };
  if (platforms === 'all-linux') {
    return { artifacts: available.filter(({ os }) => os === 'linux').map(artifactFor), skipped: [] };
  }
  const isThere = (platform: Platform): boolean => available.some((one) => samePlatform(one, platform));
  return {
    artifacts: platforms.filter(isThere).map(artifactFor),
    skipped: platforms
      .filter((platform) => !isThere(platform))
      .map((platform) => ({
        component: component.name,
        version: formatReleaseVersion(version),
        platform: formatPlatform(platform),
      })),
  };
}

async function planOne(
  artifact: ReleaseArtifact,
  request: ReleasedRequest,
  client: Client,
): Promise<PlannedRelease> {
  const policy = await policyOf(request, { kind: 'released', artifact }, client);
  assertSignedBySome(policy, artifact.version);
  return { artifact, label: labelOf(artifact), policy };
}
