import { type ReleaseArtifact, releaseArtifact } from './artifact.ts';
import { COMPONENTS, platformsOf } from './component.ts';
import { PLATFORMS } from './platform.ts';
import { readReleaseVersion } from './version.ts';

/**
 * The artifact of the table at a path such as `release/v1.30.2/bin/linux/amd64/kubectl`; undefined if there is none. Nothing is
 * remembered: a list of paths of an unknown author can have as many releases as lines.
 */
export function artifactAt(path: string): ReleaseArtifact | undefined {
  const version = readReleaseVersion(/^release\/(v[^/]+)\//.exec(path)?.[1] ?? '');
  if (version === undefined) return undefined;
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  // A file name begins with the component, and the path of what is for one platform has both of its words.
  for (const component of COMPONENTS.filter(({ name }) => fileName.startsWith(name))) {
    const platforms =
      component.platforms === 'none'
        ? PLATFORMS.slice(0, 1)
        : platformsOf(component, version).filter(({ os, arch }) => path.includes(os) && path.includes(arch));
    for (const platform of platforms) {
      const artifact = releaseArtifact({ component: component.name, version, platform });
      if (artifact.path === path) return artifact;
    }
  }
  return undefined;
}
