import { type ReleaseArtifact, releaseArtifact } from './artifact.ts';
import { COMPONENTS, platformsOf } from './component.ts';
import { PLATFORMS } from './platform.ts';
import { readReleaseVersion } from './version.ts';

/** Paths of a release, each with its artifact; made once for each release. */
const known = new Map<string, ReadonlyMap<string, ReleaseArtifact>>();

/** The artifact of the table at a path such as `release/v1.30.2/bin/linux/amd64/kubectl`; undefined if there is none. */
export function artifactAt(path: string): ReleaseArtifact | undefined {
  const text = /^release\/(v[^/]+)\//.exec(path)?.[1] ?? '';
  const version = readReleaseVersion(text);
  if (version === undefined) return undefined;
  const artifacts =
    known.get(text) ??
    new Map(
      COMPONENTS.flatMap((component) => {
        const platforms =
          component.platforms === 'none' ? PLATFORMS.slice(0, 1) : platformsOf(component, version);
        return platforms.map((platform) => {
          const artifact = releaseArtifact({ component: component.name, version, platform });
          return [artifact.path, artifact] as const;
        });
      }),
    );
  known.set(text, artifacts);
  return artifacts.get(path);
}
