import { excerpt } from '../encoding/base64.ts';
import { RequestError } from '../errors.ts';
import { nearestFew } from './nearest.ts';
import { formatPlatform, PLATFORMS, type Platform, samePlatform } from './platform.ts';
import { formatReleaseVersion, type ReleaseVersion } from './version.ts';

/**
 * `binary`: one executable; `image`: a container image as a tar (`docker load`); `tarball`: a `.tar.gz` of many files;
 * `sbom`: an SPDX document.
 */
export type ArtifactKind = 'binary' | 'image' | 'tarball' | 'sbom';

/** A minor release: `[1, 26]`. */
export type Minor = readonly [major: number, minor: number];

/** Platforms that a component is published for, in all minors or in some. Bounds are inclusive. */
export interface Availability {
  readonly platforms: readonly Platform[];
  readonly since?: Minor;
  readonly until?: Minor;
}

/** Something that Kubernetes publishes with every release. */
export interface Component {
  readonly name: string;
  readonly kind: ArtifactKind;
  /** What it is, in a few words. */
  readonly purpose: string;
  /** `none`: one file for all platforms. */
  readonly platforms: readonly Availability[] | 'none';
}

function on(...names: readonly string[]): readonly Platform[] {
  return PLATFORMS.filter((platform) => names.includes(formatPlatform(platform)));
}

/*
 * Sources. Binaries: the release_binaries.json of kubernetes-sigs/downloadkubernetes over its history, made from the
 * SHA256SUMS of 137 releases, v1.25.12 to v1.36.2 (read October 2026). v1.22 to v1.25.11 and the rest:
 * kubernetes/kubernetes hack/lib/golang.sh (KUBE_SUPPORTED_*_PLATFORMS), build/lib/release.sh (which tarballs; that
 * each image is written beside its binary as <binary>.tar), build/common.sh (which binaries get an image), CHANGELOG-1.23
 * (first with windows/arm64), kubernetes/sig-release#2260 (kubectl image from v1.28), and kubernetes/release
 * (CopyBinaries: all of server/bin is published under bin/<os>/<arch>/). Not tabled, as no source shows it under
 * bin/: the conformance image, and images for Windows.
 */
const SERVER = on('linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x');
const LINUX_ARM = on('linux/arm');
const WINDOWS_ARM64 = on('windows/arm64');

/** Control plane: Linux servers; 32-bit ARM was dropped with v1.27. */
const ON_SERVERS: readonly Availability[] = [{ platforms: SERVER }, { platforms: LINUX_ARM, until: [1, 26] }];
/** Nodes: as servers, and Windows. */
const ON_NODES: readonly Availability[] = [...ON_SERVERS, { platforms: on('windows/amd64') }];
/** Clients: everywhere. */
const ON_CLIENTS: readonly Availability[] = [
  { platforms: PLATFORMS.filter((platform) => !WINDOWS_ARM64.includes(platform)) },
  { platforms: WINDOWS_ARM64, since: [1, 23] },
];
const ON_TESTED: readonly Availability[] = [
  ...ON_NODES,
  { platforms: on('darwin/amd64', 'darwin/arm64') },
  { platforms: WINDOWS_ARM64, since: [1, 23] },
];

/** Everything with a signature of its own, in the order in which lists show it. */
export const COMPONENTS: readonly Component[] = [
  { name: 'kubectl', kind: 'binary', purpose: 'command-line client', platforms: ON_CLIENTS },
  {
    name: 'kubectl-convert',
    kind: 'binary',
    purpose: 'kubectl plugin that converts manifests',
    platforms: ON_CLIENTS,
  },
  { name: 'kubeadm', kind: 'binary', purpose: 'cluster bootstrap', platforms: ON_NODES },
  { name: 'kubelet', kind: 'binary', purpose: 'node agent', platforms: ON_NODES },
  { name: 'kube-proxy', kind: 'binary', purpose: 'service proxy of a node', platforms: ON_NODES },
  {
    name: 'kube-log-runner',
    kind: 'binary',
    purpose: 'redirects the output of another program',
    platforms: ON_NODES.map((availability) => ({ ...availability, since: [1, 23] as const })),
  },
  { name: 'kube-apiserver', kind: 'binary', purpose: 'API server', platforms: ON_SERVERS },
  { name: 'kube-controller-manager', kind: 'binary', purpose: 'controllers', platforms: ON_SERVERS },
  { name: 'kube-scheduler', kind: 'binary', purpose: 'scheduler', platforms: ON_SERVERS },
  { name: 'kube-aggregator', kind: 'binary', purpose: 'API aggregation server', platforms: ON_SERVERS },
  {
    name: 'apiextensions-apiserver',
    kind: 'binary',
    purpose: 'custom resources server',
    platforms: ON_SERVERS,
  },
  { name: 'mounter', kind: 'binary', purpose: 'mount helper of GCE images', platforms: ON_SERVERS },
  { name: 'kube-apiserver.tar', kind: 'image', purpose: 'container image', platforms: ON_SERVERS },
  { name: 'kube-controller-manager.tar', kind: 'image', purpose: 'container image', platforms: ON_SERVERS },
  { name: 'kube-scheduler.tar', kind: 'image', purpose: 'container image', platforms: ON_SERVERS },
  { name: 'kube-proxy.tar', kind: 'image', purpose: 'container image', platforms: ON_SERVERS },
  {
    name: 'kubectl.tar',
    kind: 'image',
    purpose: 'container image',
    platforms: [{ platforms: SERVER, since: [1, 28] }],
  },
  { name: 'kubernetes-client', kind: 'tarball', purpose: 'client binaries', platforms: ON_CLIENTS },
  { name: 'kubernetes-node', kind: 'tarball', purpose: 'node and client binaries', platforms: ON_NODES },
  {
    name: 'kubernetes-server',
    kind: 'tarball',
    purpose: 'server, node and client binaries',
    platforms: ON_SERVERS,
  },
  { name: 'kubernetes-test', kind: 'tarball', purpose: 'test binaries', platforms: ON_TESTED },
  {
    name: 'kubernetes-test-portable',
    kind: 'tarball',
    purpose: 'test files for all platforms',
    platforms: 'none',
  },
  { name: 'kubernetes-manifests', kind: 'tarball', purpose: 'manifests of GCE clusters', platforms: 'none' },
  { name: 'kubernetes-src', kind: 'tarball', purpose: 'source code', platforms: 'none' },
  { name: 'kubernetes', kind: 'tarball', purpose: 'cluster scripts and documents', platforms: 'none' },
  {
    name: 'kubernetes-release.spdx',
    kind: 'sbom',
    purpose: 'SPDX document of the release',
    platforms: 'none',
  },
  {
    name: 'kubernetes-source.spdx',
    kind: 'sbom',
    purpose: 'SPDX document of the source code',
    platforms: 'none',
  },
];

/**
 * The component of that name; a tarball may be asked for as `kubernetes-src.tar.gz` too.
 *
 * @throws RequestError `component-unknown`, with the nearest names
 */
export function findComponent(name: string): Component {
  const found = COMPONENTS.find(
    (component) =>
      component.name === name || (component.kind === 'tarball' && `${component.name}.tar.gz` === name),
  );
  if (found !== undefined) return found;
  const names = COMPONENTS.map((component) => component.name);
  const near = nearestFew(name.toLowerCase(), names, 3);
  throw new RequestError('component-unknown', `Kubernetes publishes no component ${excerpt(name)}`, {
    expected: names.join(', '),
    found: excerpt(name),
    advice:
      near.length === 0 ? 'see what there is with: k8s-verify list' : `did you mean ${near.join(' or ')}?`,
  });
}

/** The platforms that the component is published for in that release; empty where it has none. */
export function platformsOf(component: Component, version: ReleaseVersion): readonly Platform[] {
  if (component.platforms === 'none') return [];
  const available = component.platforms.filter((availability) => holds(availability, version));
  return PLATFORMS.filter((platform) =>
    available.some(({ platforms }) => platforms.some((one) => samePlatform(one, platform))),
  );
}

/**
 * Refuses a pair that the table lacks in that release.
 *
 * @throws RequestError `platform-impossible`, naming what the component, or else the platform, has
 */
export function assertAvailable(component: Component, version: ReleaseVersion, platform: Platform): void {
  if (component.platforms === 'none') return;
  const platforms = platformsOf(component, version);
  if (platforms.some((one) => samePlatform(one, platform))) return;
  const [release, where] = [formatReleaseVersion(version), formatPlatform(platform)];
  const others = COMPONENTS.filter((other) =>
    platformsOf(other, version).some((one) => samePlatform(one, platform)),
  );
  const expected =
    platforms.length === 0
      ? `another release: ${release} has no ${component.name} at all`
      : `${component.name} of ${release} for ${platforms.map(formatPlatform).join(', ')}`;
  throw new RequestError('platform-impossible', `there is no ${component.name} of ${release} for ${where}`, {
    expected,
    found: where,
    advice:
      others.length === 0
        ? `nothing of ${release} is published for ${where}`
        : `${where} has ${others.map(({ name }) => name).join(', ')}`,
  });
}

function holds({ since, until }: Availability, { major, minor }: ReleaseVersion): boolean {
  const at: Minor = [major, minor];
  return (
    (since === undefined || compareMinors(since, at) <= 0) &&
    (until === undefined || compareMinors(at, until) <= 0)
  );
}

function compareMinors(a: Minor, b: Minor): number {
  return a[0] - b[0] || a[1] - b[1];
}
