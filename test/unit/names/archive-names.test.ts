import { describe, expect, it } from 'vitest';
import { formatName } from '../../../src/names/bind-name.ts';
import type { ClaimedName } from '../../../src/names/claimed-name.ts';
import { containerSignature } from '../../../src/names/container-signature.ts';
import { imageName } from '../../../src/names/image-name.ts';
import { carriesName } from '../../../src/names/carries-name.ts';
import { mayNameTarball, readVersionFile, tarballName } from '../../../src/names/tarball-name.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';

function says(component: string, version?: string, platform?: string): ClaimedName {
  return {
    component,
    ...(version === undefined ? {} : { version: parseReleaseVersion(version) }),
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
  };
}

const textOf = (name: ClaimedName | undefined): string => (name === undefined ? '' : formatName(name));

describe('the name of a tarball', () => {
  const kubectl = { path: 'kubernetes/client/bin/kubectl', name: says('kubectl', 'v1.30.2', 'linux/amd64') };
  const kubeadm = { path: 'kubernetes/node/bin/kubeadm', name: says('kubeadm', 'v1.30.2', 'linux/amd64') };
  const release = parseReleaseVersion('v1.30.2');

  it('is what its programs and its version file say', () => {
    expect(textOf(tarballName('kubernetes-server', [kubectl], undefined))).toBe(
      'kubernetes-client v1.30.2 linux/amd64',
    );
    expect(textOf(tarballName('kubernetes-client', [kubectl, kubectl], release))).toBe(
      'kubernetes-client v1.30.2 linux/amd64',
    );
  });

  it('has no version where they disagree, and no platform', () => {
    const other = parseReleaseVersion('v1.30.3');
    expect(textOf(tarballName('kubernetes-client', [kubectl], other))).toBe('kubernetes-client linux/amd64');
    const arm = { ...kubectl, name: says('kubectl-convert', 'v1.30.2', 'linux/arm64') };
    expect(textOf(tarballName('kubernetes-client', [kubectl, arm], release))).toBe(
      'kubernetes-client v1.30.2',
    );
  });

  it('is the one that was asked for, and binds nothing, where no directory tells which it is', () => {
    expect(textOf(tarballName('kubernetes', [], release))).toBe('kubernetes v1.30.2');
    expect(textOf(tarballName('kubernetes-server', [kubectl, kubeadm], release))).toBe(
      'kubernetes-server v1.30.2',
    );
    const odd = { ...kubectl, path: 'kubernetes/platforms/bin/kubectl' };
    expect(textOf(tarballName('kubernetes-src', [odd], undefined))).toBe('kubernetes-src v1.30.2');
    expect(tarballName('kubernetes-src', [], undefined)).toBeUndefined();
  });

  it.each([
    ['kubernetes/version', true],
    ['kubernetes/client/bin/kubectl', true],
    ['kubernetes/node/bin/kubelet.exe', true],
    ['kubernetes/test/bin/e2e.test', false],
    ['kubernetes/test/bin/ginkgo', false],
    ['kubernetes/server/bin/kube-apiserver.tar', false],
    ['kubernetes/server/bin/kube-apiserver.docker_tag', false],
    ['version', false],
    ['elsewhere/kubernetes/version', false],
    ['kubernetes/client/bin/kubectl/README', false],
  ])('is looked for in %s: %s', (path, expected) => {
    expect(mayNameTarball(path)).toBe(expected);
  });

  it.each([
    ['v1.30.2\n', 'v1.30.2'],
    ['v1.30.2', 'v1.30.2'],
    ['1.30.2\n', undefined],
    ['v1.30.2+dirty\n', undefined],
    ['v1.30.2\nv1.30.3\n', undefined],
    ['', undefined],
  ])('in the version file %j: %s', (text, expected) => {
    const version = readVersionFile(Buffer.from(text));
    expect(version).toEqual(expected === undefined ? undefined : parseReleaseVersion(expected));
  });
});

const manifest = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const TAG = 'registry.k8s.io/kube-apiserver-amd64:v1.30.2';

describe('the name of an image', () => {
  it('is that of its tags', () => {
    expect(textOf(imageName(manifest([{ Config: 'a.json', RepoTags: [TAG], Layers: [] }])))).toBe(
      'kube-apiserver.tar v1.30.2 linux/amd64',
    );
    const older = 'k8s.gcr.io/kube-apiserver-amd64:v1.30.2';
    expect(textOf(imageName(manifest([{ RepoTags: [TAG, older] }])))).toBe(
      'kube-apiserver.tar v1.30.2 linux/amd64',
    );
  });

  it.each<readonly [string, Buffer]>([
    ['no JSON', Buffer.from('[')],
    ['an object', manifest({ RepoTags: [TAG] })],
    ['no image', manifest([])],
    ['no tags', manifest([{ RepoTags: null }])],
    ['an empty list of tags', manifest([{ RepoTags: [] }])],
    ['a tag that is no text', manifest([{ RepoTags: [1] }])],
    ['two names', manifest([{ RepoTags: [TAG, 'registry.k8s.io/kube-proxy-amd64:v1.30.2'] }])],
    ['two versions', manifest([{ RepoTags: [TAG] }, { RepoTags: [`${TAG}0`] }])],
    ['another registry', manifest([{ RepoTags: ['example.com/kube-apiserver-amd64:v1.30.2'] }])],
    [
      'an image that Kubernetes does not publish',
      manifest([{ RepoTags: ['registry.k8s.io/pause-amd64:v1.2.3'] }]),
    ],
    ['an architecture that it does not have', manifest([{ RepoTags: [TAG.replace('amd64', 'mips')] }])],
    ['a version that is none', manifest([{ RepoTags: [TAG.replace('v1.30.2', 'v1.30.2-gke.1')] }])],
    ['a key twice', Buffer.from(`[{"RepoTags":["${TAG}"],"RepoTags":["${TAG}"]}]`)],
    ['64 KiB', Buffer.alloc(64 * 1024 + 1, '[')],
  ])('is none with %s', (_, bytes) => {
    expect(imageName(bytes)).toBeUndefined();
  });
});

describe('the payload of a container image’s signature', () => {
  const imageDigest = `sha256:${'a'.repeat(64)}`;
  const critical = {
    identity: { 'docker-reference': 'registry.k8s.io/kube-apiserver' },
    image: { 'docker-manifest-digest': imageDigest },
    type: 'cosign container image signature',
  };

  it('is told by the image', () => {
    const reference = 'registry.k8s.io/kube-apiserver';
    expect(containerSignature(manifest({ critical, optional: null }))).toEqual({ reference, imageDigest });
  });

  it.each([
    ['another type', { critical: { ...critical, type: 'atomic container signature' } }],
    ['no image', { critical: { ...critical, image: {} } }],
    ['no digest', { critical: { ...critical, image: { 'docker-manifest-digest': 'latest' } } }],
    ['no name', { critical: { ...critical, identity: null } }],
    ['nothing critical', { optional: {} }],
    ['a list', [critical]],
  ])('is not one with %s', (_, value) => {
    expect(containerSignature(manifest(value))).toBeUndefined();
  });
});

describe('components that carry their name', () => {
  it.each([
    ['kubectl', 'v1.26.0', true],
    ['kubectl', 'v1.37.1', true],
    ['kubectl', 'v2.0.0', true],
    ['kubectl', 'v1.25.16', false],
    ['kubelet', 'v1.30.2', false],
  ])('%s %s: %s', (component, version, expected) => {
    expect(carriesName(component, parseReleaseVersion(version))).toBe(expected);
  });
});
