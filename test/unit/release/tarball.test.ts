import { describe, expect, it } from 'vitest';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { BINARY_TARBALLS, memberOf, tarballMembers } from '../../../src/release/tarball.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { thrownBy } from '#support/thrown-by';

function coordinates(component: string, platform: string, version = 'v1.30.2') {
  return { component, version: parseReleaseVersion(version), platform: parsePlatform(platform) };
}

describe('tarballs of binaries', () => {
  it.each([
    ['client', 'kubectl', 'darwin/arm64', 'kubernetes/client/bin/kubectl'],
    ['client', 'kubectl', 'windows/386', 'kubernetes/client/bin/kubectl.exe'],
    ['node', 'kubelet', 'linux/amd64', 'kubernetes/node/bin/kubelet'],
    ['node', 'kubeadm', 'windows/amd64', 'kubernetes/node/bin/kubeadm.exe'],
    ['node', 'kubectl', 'linux/s390x', 'kubernetes/node/bin/kubectl'],
    ['server', 'kubelet', 'linux/amd64', 'kubernetes/server/bin/kubelet'],
    ['server', 'mounter', 'linux/arm64', 'kubernetes/server/bin/mounter'],
    ['server', 'kubectl-convert', 'linux/amd64', 'kubernetes/server/bin/kubectl-convert'],
    ['server', 'kube-apiserver.tar', 'linux/amd64', 'kubernetes/server/bin/kube-apiserver.tar'],
  ] as const)('%s has %s for %s at %s', (tier, component, platform, path) => {
    const wanted = coordinates(component, platform);
    expect(memberOf(tier, wanted)).toEqual({
      tarball: releaseArtifact({ ...wanted, component: `kubernetes-${tier}` }),
      member: { component, path, executable: !component.endsWith('.tar') },
    });
  });

  it.each([
    ['client', 'linux/386', 2],
    ['client', 'linux/amd64', 2],
    ['node', 'linux/amd64', 6],
    ['node', 'windows/amd64', 6],
    ['server', 'linux/amd64', 17],
    ['server', 'windows/amd64', 0],
    ['node', 'darwin/arm64', 0],
  ] as const)('%s for %s has %i members that are artifacts too', (tier, platform, count) => {
    const members = tarballMembers(tier, parseReleaseVersion('v1.30.2'), parsePlatform(platform));
    expect(members).toHaveLength(count);
  });

  it('are from the smallest to the largest', () => {
    const sizes = BINARY_TARBALLS.map(
      (tier) => tarballMembers(tier, parseReleaseVersion('v1.26.0'), parsePlatform('linux/amd64')).length,
    );
    expect(sizes).toEqual([2, 6, 16]);
  });

  it.each([
    ['client', 'kubelet', 'linux/amd64', 'kubectl, kubectl-convert'],
    ['node', 'kube-apiserver', 'linux/amd64', 'kubelet'],
    ['server', 'kubernetes-client', 'linux/amd64', 'kube-apiserver'],
    ['server', 'kubeclt', 'linux/amd64', 'kubectl'],
    ['server', '../kubectl', 'linux/amd64', 'kubectl'],
  ] as const)('%s does not hold %s, and the error says what it holds', (tier, component, platform, has) => {
    const error = thrownBy(() => memberOf(tier, coordinates(component, platform)));
    expect(error.code).toBe('component-unknown');
    expect(error.wanted).toContain(has);
  });

  it.each([
    ['client', 'kubelet', 'linux/amd64', 'take it from another: --from-tarball node'],
    ['node', 'kube-apiserver', 'linux/amd64', 'take it from another: --from-tarball server'],
    ['client', 'kubelet', 'darwin/arm64', 'name one of these'],
    ['server', 'kubeclt', 'linux/amd64', 'did you mean kubectl?'],
  ] as const)('%s without %s on %s: %s', (tier, component, platform, advice) => {
    expect(thrownBy(() => memberOf(tier, coordinates(component, platform)))).toMatchObject({ next: advice });
  });

  it.each([
    ['server', 'windows/amd64'],
    ['server', 'linux/arm'],
    ['node', 'darwin/arm64'],
  ] as const)('%s does not exist for %s', (tier, platform) => {
    expect(thrownBy(() => memberOf(tier, coordinates('kubectl', platform)))).toMatchObject({
      code: 'platform-impossible',
      found: platform,
    });
  });
});
