/** Each path of a release leads back to its artifact, and no other path to any. */
import { describe, expect, it } from 'vitest';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { artifactAt } from '../../../src/release/artifact-at.ts';
import { COMPONENTS, platformsOf } from '../../../src/release/component.ts';
import { PLATFORMS } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';

describe('the artifact at a path', () => {
  it.each(['v1.19.0', 'v1.26.0', 'v1.30.2', 'v1.34.0-rc.1'])(
    'is that of the table, for all of %s',
    (text) => {
      const version = parseReleaseVersion(text);
      const artifacts = COMPONENTS.flatMap((component) =>
        (component.platforms === 'none' ? PLATFORMS.slice(0, 1) : platformsOf(component, version)).map(
          (platform) => releaseArtifact({ component: component.name, version, platform }),
        ),
      );
      expect(artifacts.length).toBeGreaterThan(30);
      for (const artifact of artifacts) expect(artifactAt(artifact.path)).toEqual(artifact);
    },
  );

  it.each([
    'release/v1.30.2/bin/linux/amd64/kubectl.exe',
    'release/v1.30.2/bin/linux/amd64/Kubectl',
    'release/1.30.2/bin/linux/amd64/kubectl',
    'release/v1.30.2/bin/linux/mips/kubectl',
    'release/v1.30.2/bin/linux/amd64/../amd64/kubectl',
    'release/v1.30.2/bin//linux/amd64/kubectl',
    'release/v1.30.2/kubectl',
    'release/v1.30.2/',
    '/release/v1.30.2/bin/linux/amd64/kubectl',
  ])('is none for %s', (path) => {
    expect(artifactAt(path)).toBeUndefined();
  });
});
