import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { type ArtifactCoordinates, releaseArtifact, type ReleaseArtifact } from './artifact.ts';
import { type Component, COMPONENTS, findComponent, platformsOf, type Tier } from './component.ts';
import { nearest } from '../text/nearest.ts';
import { formatPlatform, type Platform, samePlatform } from './platform.ts';
import { formatReleaseVersion, type ReleaseVersion } from './version.ts';

/** One artifact that is also in a tarball of binaries. */
export interface TarballMember {
  readonly component: string;
  /** In the tarball: `kubernetes/server/bin/kubelet`. */
  readonly path: string;
  readonly executable: boolean;
}

/** The tarballs of binaries, smallest first; each contains the binaries of its tier and of the ones before. */
export const BINARY_TARBALLS: readonly Tier[] = ['client', 'node', 'server'];

/**
 * The components in `kubernetes-<tier>-<os>-<arch>.tar.gz` (kubernetes/kubernetes, build/lib/release.sh). They are
 * all in `kubernetes/<tier>/bin/`. The tarballs also contain licences, source code and addons. Empty if there is no
 * such tarball for the platform.
 */
export function tarballMembers(
  tier: Tier,
  version: ReleaseVersion,
  platform: Platform,
): readonly TarballMember[] {
  const tarball = findComponent(`kubernetes-${tier}`);
  if (!isFor(tarball, version, platform)) return [];
  const tiers = new Set(BINARY_TARBALLS.slice(0, BINARY_TARBALLS.indexOf(tier) + 1));
  return COMPONENTS.filter(
    (component) =>
      component.tier !== undefined && tiers.has(component.tier) && isFor(component, version, platform),
  ).map(({ name }) => {
    const { fileName, executable } = releaseArtifact({ component: name, version, platform });
    return { component: name, path: `kubernetes/${tier}/bin/${fileName}`, executable };
  });
}

/**
 * The tarball and its member that is the requested component.
 *
 * @throws RequestError `platform-impossible` if there is no such tarball for the platform, `component-unknown` if it
 *   does not contain the component
 */
export function memberOf(
  tier: Tier,
  { component, version, platform }: ArtifactCoordinates,
): { readonly tarball: ReleaseArtifact; readonly member: TarballMember } {
  const tarball = releaseArtifact({ component: `kubernetes-${tier}`, version, platform });
  const members = tarballMembers(tier, version, platform);
  const member = members.find((one) => one.component === component);
  if (member !== undefined) return { tarball, member };
  const names = members.map((one) => one.component);
  const other = BINARY_TARBALLS.find((one) =>
    tarballMembers(one, version, platform).some((each) => each.component === component),
  );
  const release = `${formatReleaseVersion(version)} for ${formatPlatform(platform)}`;
  throw new RequestError(
    'component-unknown',
    `kubernetes-${tier} of ${release} does not contain ${excerpt(component)}`,
    {
      wanted: names.join(', '),
      found: excerpt(component),
      next:
        other === undefined ? adviceFor(component, names) : `take it from another: --from-tarball ${other}`,
    },
  );
}

function adviceFor(component: string, names: readonly string[]): string {
  const near = nearest(component, names);
  return near === undefined ? 'name one of these' : `did you mean ${near}?`;
}

function isFor(component: Component, version: ReleaseVersion, platform: Platform): boolean {
  return platformsOf(component, version).some((one) => samePlatform(one, platform));
}
