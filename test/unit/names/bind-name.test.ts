import { describe, expect, it } from 'vitest';
import { bindName, type Coordinates } from '../../../src/names/bind-name.ts';
import type { ClaimedName } from '../../../src/names/claimed-name.ts';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';

const asked = (component = 'kubectl', version = 'v1.30.2', platform = 'linux/amd64'): Coordinates =>
  releaseArtifact({ component, version: parseReleaseVersion(version), platform: parsePlatform(platform) });

function says(component: string, version?: string, platform?: string): ClaimedName {
  return {
    component,
    ...(version === undefined ? {} : { version: parseReleaseVersion(version) }),
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
  };
}

describe('the name of proven bytes', () => {
  it('is bound where they say component, version and platform', () => {
    expect(bindName(asked(), says('kubectl', 'v1.30.2', 'linux/amd64'))).toEqual({ kind: 'bound' });
  });

  it.each([
    ['another component', says('kubeadm', 'v1.30.2', 'linux/amd64'), 'kubeadm v1.30.2 linux/amd64'],
    ['another component alone', says('kubeadm'), 'kubeadm'],
    ['another platform', says('kubectl', 'v1.30.2', 'linux/arm64'), 'kubectl v1.30.2 linux/arm64'],
    ['another platform, with no version', says('kubectl', undefined, 'linux/arm64'), 'kubectl linux/arm64'],
    ['another version', says('kubectl', 'v1.24.9', 'linux/amd64'), 'kubectl v1.24.9 linux/amd64'],
    ['another version, with no platform', says('kubectl', 'v1.30.3'), 'kubectl v1.30.3'],
    ['a pre-release', says('kubectl', 'v1.30.2-rc.1', 'linux/amd64'), 'kubectl v1.30.2-rc.1 linux/amd64'],
  ])('is refused where they say %s', (_, claimed, found) => {
    expect(bindName(asked(), claimed)).toEqual({ kind: 'contradicted', found });
  });

  it.each([
    ['nothing', undefined],
    ['no version', says('kubectl', undefined, 'linux/amd64')],
    ['no platform', says('kubectl', 'v1.30.2')],
    ['the component alone', says('kubectl')],
  ])('stays unbound where they say %s', (_, claimed) => {
    expect(bindName(asked(), claimed)).toEqual({ kind: 'unbound' });
  });

  it('of what is no binary stays unbound', () => {
    expect(bindName(asked('kubernetes-test'), says('kubectl', 'v1.2.3'))).toEqual({ kind: 'unbound' });
  });
});
