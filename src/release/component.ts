import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { nearest } from '../text/nearest.ts';
import { formatPlatform, PLATFORMS, type Platform, samePlatform } from './platform.ts';
import { formatReleaseVersion, type ReleaseVersion } from './version.ts';

/**
 * `binary`: one executable; `image`: a container image as a tar (`docker load`); `tarball`: a `.tar.gz` of many files;
 * `spdx-document`: an SPDX document.
 */
export type ArtifactKind = 'binary' | 'image' | 'tarball' | 'spdx-document';

/**
 * Who runs a binary: any user, each node, or the control plane. Each tarball of binaries contains its own tier and
 * the ones before.
 */
export type Tier = 'client' | 'node' | 'server';

/** A minor release: `[1, 26]`. */
export type Minor = readonly [major: number, minor: number];

/** Platforms that a component is published for, in all minors or only some. Both ends are included. */
export interface Availability {
  readonly platforms: readonly Platform[];
  readonly since?: Minor;
  readonly until?: Minor;
}

/** A kind of file that Kubernetes publishes with every release. */
export interface Component {
  readonly name: string;
  readonly kind: ArtifactKind;
  /** What it is, in a few words. */
  readonly purpose: string;
  /** Only for binaries and images. */
  readonly tier?: Tier;
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
 * each image is written next to its binary as <binary>.tar), build/common.sh (which binaries get an image), CHANGELOG-1.23
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

const ON_TIER: Readonly<Record<Tier, readonly Availability[]>> = {
  client: ON_CLIENTS,
  node: ON_NODES,
  server: ON_SERVERS,
};

function binary(name: string, purpose: string, tier: Tier, since?: Minor): Component {
  return { name, kind: 'binary', purpose, tier, platforms: from(since, ON_TIER[tier]) };
}

function image(of: string, since?: Minor): Component {
  const platforms = from(since, ON_SERVERS);
  return { name: `${of}.tar`, kind: 'image', purpose: `container image of ${of}`, tier: 'server', platforms };
}

function tarball(name: string, purpose: string, platforms: Component['platforms']): Component {
  return { name, kind: 'tarball', purpose, platforms };
}

function spdxDocument(name: string, purpose: string): Component {
  return { name, kind: 'spdx-document', purpose, platforms: 'none' };
}

/** The same platforms, for a component that was added later. */
function from(since: Minor | undefined, all: readonly Availability[]): readonly Availability[] {
  if (since === undefined) return all;
  return all
    .filter(({ until }) => until === undefined || compareMinors(since, until) <= 0)
    .map(({ platforms, since: theirs, until }) => {
      const start = theirs !== undefined && compareMinors(theirs, since) > 0 ? theirs : since;
      return until === undefined ? { platforms, since: start } : { platforms, since: start, until };
    });
}

/** The minor releases that the table was checked against. */
export const TABLED: { readonly since: Minor; readonly until: Minor } = { since: [1, 22], until: [1, 36] };

const NEWEST_TABLED = TABLED.until.join('.');
/** Lists every name; of a release that is there, so that no server has to say which one is the newest. */
export const ALL_NAMES: string = `k8s-verify list v${NEWEST_TABLED}.0 --all`;

/** Whether the table was checked against releases of that minor. For others it is a best guess. */
export function isTabled(version: ReleaseVersion): boolean {
  return holds(TABLED, version);
}

/** Every file with its own signature, in the order of lists. */
export const COMPONENTS: readonly Component[] = [
  binary('kubectl', 'command line for a cluster', 'client'),
  binary('kubectl-convert', 'kubectl plugin that converts manifests', 'client'),
  binary('kubeadm', 'sets up and upgrades clusters', 'node'),
  binary('kubelet', 'runs pods on a node', 'node'),
  binary('kube-proxy', 'service network on a node', 'node'),
  binary('kube-log-runner', 'redirects the output of another program', 'node', [1, 23]),
  binary('kube-apiserver', 'API server', 'server'),
  binary('kube-controller-manager', 'controllers', 'server'),
  binary('kube-scheduler', 'scheduler', 'server'),
  binary('kube-aggregator', 'API aggregation server', 'server'),
  binary('apiextensions-apiserver', 'custom resources server', 'server'),
  binary('mounter', 'mount helper of GCE images', 'server'),
  image('kube-apiserver'),
  image('kube-controller-manager'),
  image('kube-scheduler'),
  image('kube-proxy'),
  image('kubectl', [1, 28]),
  tarball('kubernetes-client', 'kubectl and kubectl-convert', ON_CLIENTS),
  tarball('kubernetes-node', 'what a node needs', ON_NODES),
  tarball('kubernetes-server', 'everything, images too', ON_SERVERS),
  tarball('kubernetes-test', 'test binaries', ON_TESTED),
  tarball('kubernetes-test-portable', 'test files for all platforms', 'none'),
  tarball('kubernetes-manifests', 'manifests of GCE clusters', 'none'),
  tarball('kubernetes-src', 'source code', 'none'),
  tarball('kubernetes', 'cluster scripts and documents', 'none'),
  spdxDocument('kubernetes-release.spdx', 'SPDX document of the release'),
  spdxDocument('kubernetes-source.spdx', 'SPDX document of the source code'),
];

/**
 * The component with that name. A tarball may also be named with its ending: `kubernetes-src.tar.gz`.
 *
 * @throws RequestError `component-unknown`, with the nearest name
 */
export function findComponent(name: string): Component {
  const found = lookUp(name);
  if (found !== undefined) return found;
  const names = COMPONENTS.map((component) => component.name);
  const near = nearest(name.toLowerCase(), names);
  const [first = '', ...rest] = name.split(/[,=:]/);
  const severed = rest.length > 0 && names.includes(first) ? name.charAt(first.length) : undefined;
  throw new RequestError('component-unknown', `Kubernetes publishes no component ${excerpt(name)}`, {
    found: excerpt(name),
    next: adviceFor(near, severed),
  });
}

/** Whether the table has a component of that name. */
export function isComponent(name: string): boolean {
  return lookUp(name) !== undefined;
}

function lookUp(name: string): Component | undefined {
  return COMPONENTS.find(
    (component) =>
      component.name === name || (component.kind === 'tarball' && `${component.name}.tar.gz` === name),
  );
}

/** @param severed the separator after the name of a component, if there is one */
function adviceFor(near: string | undefined, severed: string | undefined): string {
  if (severed === ',') return 'write one argument for each component, without commas';
  if (severed !== undefined) return 'write the version of a component after @, as in kubectl@v1.26.0';
  return near === undefined ? `see what there is with: ${ALL_NAMES}` : `did you mean ${near}?`;
}

/** The platforms that the component is published for in that release; empty if there are none. */
export function platformsOf(component: Component, version: ReleaseVersion): readonly Platform[] {
  if (component.platforms === 'none') return [];
  const available = component.platforms.filter((availability) => holds(availability, version));
  return PLATFORMS.filter((platform) =>
    available.some(({ platforms }) => platforms.some((one) => samePlatform(one, platform))),
  );
}

/** The platforms that the component has been published for in any release; all platforms if one file serves all. */
export function everyPlatformOf({ platforms }: Component): readonly Platform[] {
  if (platforms === 'none') return PLATFORMS;
  return PLATFORMS.filter((platform) =>
    platforms.some((availability) => availability.platforms.some((one) => samePlatform(one, platform))),
  );
}

/**
 * Refuses a component and platform that the table lacks for that release.
 *
 * @throws RequestError `platform-impossible`, naming the platforms of the component, or else the components for the
 *   platform
 */
export function assertAvailable(component: Component, version: ReleaseVersion, platform: Platform): void {
  if (component.platforms === 'none') return;
  const platforms = platformsOf(component, version);
  if (platforms.some((one) => samePlatform(one, platform))) return;
  const [release, where] = [formatReleaseVersion(version), formatPlatform(platform)];
  const others = COMPONENTS.filter((other) =>
    platformsOf(other, version).some((one) => samePlatform(one, platform)),
  );
  const wanted =
    platforms.length === 0
      ? `another release: ${release} has no ${component.name} at all`
      : `${component.name} of ${release} for ${platforms.map(formatPlatform).join(', ')}`;
  throw new RequestError('platform-impossible', `there is no ${component.name} of ${release} for ${where}`, {
    wanted,
    found: where,
    next:
      others.length === 0
        ? `nothing of ${release} is published for ${where}`
        : `${where} has ${others.map(({ name }) => name).join(', ')}`,
  });
}

function holds(
  { since, until }: Pick<Availability, 'since' | 'until'>,
  { major, minor }: ReleaseVersion,
): boolean {
  const at: Minor = [major, minor];
  return (
    (since === undefined || compareMinors(since, at) <= 0) &&
    (until === undefined || compareMinors(at, until) <= 0)
  );
}

function compareMinors(a: Minor, b: Minor): number {
  return a[0] - b[0] || a[1] - b[1];
}
