import { type ReleaseArtifact, releaseArtifact } from '../release/artifact.ts';
import { everyPlatformOf, findComponent, platformsOf } from '../release/component.ts';
import { type Platform, parsePlatform, PLATFORMS } from '../release/platform.ts';
import { parseReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { WrittenName } from '../release/written-name.ts';

/** What a file must be, by name. */
export interface AskedName {
  readonly component: string;
  readonly version: ReleaseVersion;
  /** Undefined where any will do, and of what is for all platforms. */
  readonly platform: Platform | undefined;
}

/** @throws RequestError `component-unknown`, `version-malformed`, `platform-impossible` */
export function askedName(asked: WrittenName): AskedName {
  const component = findComponent(asked.component);
  const platform =
    asked.platform === undefined || component.platforms === 'none'
      ? undefined
      : parsePlatform(asked.platform, everyPlatformOf(component));
  return { component: component.name, version: parseReleaseVersion(asked.version), platform };
}

/**
 * The files of the release that have that name: one, or one for each platform where none is named.
 *
 * @throws RequestError `platform-impossible`
 */
export function filesOf({ component: name, version, platform }: AskedName): readonly ReleaseArtifact[] {
  const component = findComponent(name);
  const [first, ...more] = platform === undefined ? platformsOf(component, version) : [platform];
  // What is for all platforms, or for none in that release, has one answer for each of them.
  const platforms = first === undefined ? PLATFORMS.slice(0, 1) : [first, ...more];
  return platforms.map((one) => releaseArtifact({ component: name, version, platform: one }));
}
