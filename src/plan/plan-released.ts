import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { MAX_ARTIFACTS_PER_RUN, MAX_RELEASED_FILES_PER_RUN } from '../limits.ts';
import type { Policy } from '../policy/policy.ts';
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
import { assertSigned } from '../release/signer.ts';
import { formatReleaseVersion, parseVersionRequest, type ReleaseVersion } from '../release/version.ts';
import type { ReleasedRequest } from './request.ts';
import { versionResolver } from './resolve-version.ts';
import { policyOf } from './who-must-have-signed.ts';

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
  const resolveOnce = versionResolver(request, client);
  const files: PlannedRelease[] = [];
  const skipped: SkippedFile[] = [];
  for (const { component, version: text = 'stable' } of artifacts) {
    const version = await resolveOnce(text);
    if (request.identity === undefined && request.publicKeyPem === undefined) assertSigned(version);
    const planned = filesOf(component, version, platforms);
    files.push(...planned.artifacts.map((artifact) => planOne(artifact, request)));
    skipped.push(...planned.skipped);
  }
  if (files.length > MAX_RELEASED_FILES_PER_RUN)
    throw tooMany('files', MAX_RELEASED_FILES_PER_RUN, files.length);
  return { files, skipped };
}

/** The same with the signed manifest of each release, which binds the names of its files. */
export function withManifests(plan: ReleasedPlan, request: ReleasedRequest): ReleasedPlan {
  const releases = new Map(
    plan.files.map(({ artifact: { version } }) => [formatReleaseVersion(version), version]),
  );
  const [platform] = PLATFORMS;
  const manifests = Array.from(releases.values()).flatMap((version) =>
    platform === undefined ? [] : [releaseArtifact({ component: MANIFEST_NAME, version, platform })],
  );
  const isAsked = (path: string): boolean => plan.files.some(({ artifact }) => artifact.path === path);
  const added = manifests.filter(({ path }) => !isAsked(path)).map((one) => planOne(one, request));
  return { ...plan, files: [...plan.files, ...added] };
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

function planOne(artifact: ReleaseArtifact, request: ReleasedRequest): PlannedRelease {
  return { artifact, label: labelOf(artifact), policy: policyOf(request, artifact.signers) };
}
