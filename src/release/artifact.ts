import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { MAX_FORCED_NAME_CHARACTERS } from '../limits.ts';
import { type ArtifactKind, assertAvailable, COMPONENTS, findComponent } from './component.ts';
import { formatPlatform, type Platform } from './platform.ts';
import { type CertificateIdentity, signersOf } from './signer.ts';
import { formatReleaseVersion, type ReleaseVersion } from './version.ts';

/** One file of one release. */
export interface ReleaseArtifact {
  /** `kubectl`, `kube-apiserver.tar`, `kubernetes-server`. */
  readonly component: string;
  readonly kind: ArtifactKind;
  /** `kubectl.exe`, `kubernetes-server-linux-amd64.tar.gz`. */
  readonly fileName: string;
  readonly version: ReleaseVersion;
  /** Undefined if one file serves all platforms. */
  readonly platform: Platform | undefined;
  /** Relative to the release server, without a leading slash: `release/v1.26.0/bin/linux/amd64/kubectl`. */
  readonly path: string;
  /** Relative to the release's own directory, as in checksum lists: `bin/linux/amd64/kubectl`. */
  readonly pathInRelease: string;
  /** Whether the file is a program and is installed with mode 0755. */
  readonly executable: boolean;
  /** One of these must have signed; empty if the release is unsigned. */
  readonly signers: readonly CertificateIdentity[];
}

/** The file name of a release's manifest: its SPDX document. */
export const MANIFEST_NAME = 'kubernetes-release.spdx';

/** Names one artifact. The platform does not matter if one file serves all. */
export interface ArtifactCoordinates {
  readonly component: string;
  readonly version: ReleaseVersion;
  readonly platform: Platform;
}

/** Files about a whole release, relative to the release server. None of them is signed. */
export interface ReleaseFilePaths {
  readonly sha256Sums: string;
  readonly sha512Sums: string;
  readonly provenance: string;
}

/**
 * Letters, digits and inner `.`, `_`, `-`: nothing that has a special meaning in a path, a URL, a shell or a
 * terminal.
 */
const SAFE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*$/;
const SAFE_PLATFORM_PART = /^[a-z0-9]{1,16}$/;
/** Names of devices on Windows, with any extension and in any case. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
/** The end of the name of what stands next to an artifact. */
export const SIDE_FILE: RegExp = /\.(?:sha256|sha512|sig|cert|pem|sigstore\.json|docker_tag)$/i;

/**
 * The artifact in the table for a component, version and platform.
 *
 * @throws RequestError `component-unknown` or `platform-impossible`, each with the nearest valid choices
 */
export function releaseArtifact({
  component: name,
  version,
  platform,
}: ArtifactCoordinates): ReleaseArtifact {
  const component = findComponent(name);
  assertAvailable(component, version, platform);
  const where = component.platforms === 'none' ? undefined : platform;
  return describeArtifact(component.name, component.kind, version, where);
}

/**
 * An artifact that the user insists on, although the table may lack it. A component in the table keeps its path and
 * file name, for any platform. Any other name means a file of that name: a `.tar.gz` or `.spdx` in the release's
 * directory, anything else under `bin/<os>/<arch>/`, with `.exe` on Windows unless it has an extension. Only the
 * table is skipped: the file must exist, and it must pass every check.
 *
 * @throws RequestError `component-unknown` if the text cannot be a file name; `platform-impossible` if it cannot be a
 *   platform
 */
export function forcedArtifact({ component: name, version, platform }: ArtifactCoordinates): ReleaseArtifact {
  assertSafePlatform(platform);
  const known = COMPONENTS.find((component) => component.name === name);
  if (known !== undefined) {
    const where = known.platforms === 'none' ? undefined : platform;
    return describeArtifact(known.name, known.kind, version, where);
  }
  if (!isFileName(name) || SIDE_FILE.test(name)) {
    throw new RequestError(
      'component-unknown',
      `${excerpt(name)} cannot be the name of a published artifact`,
      {
        wanted: 'a file name of letters, digits, ".", "_" and "-" that starts with a letter or digit',
        found: excerpt(name),
        next: 'give the file name on the server, without directories; side files are not artifacts',
      },
    );
  }
  if (name.endsWith('.tar.gz')) {
    return describeArtifact(name.slice(0, -'.tar.gz'.length), 'tarball', version, undefined);
  }
  if (name.endsWith('.spdx')) return describeArtifact(name, 'spdx-document', version, undefined);
  return describeArtifact(name, name.endsWith('.tar') ? 'image' : 'binary', version, platform);
}

/**
 * Reads the `os/arch` of a forced artifact, which the table may lack.
 *
 * @throws RequestError `platform-impossible`
 */
export function parseForcedPlatform(text: string): Platform {
  const [os = '', arch = '', ...rest] = text.split('/', 3);
  if (rest.length > 0) throw unsafePlatform(text);
  const platform = { os, arch };
  assertSafePlatform(platform);
  return platform;
}

/** For messages: "kubectl v1.26.0 linux/amd64". */
export function labelOf({
  component,
  version,
  platform,
}: Pick<ReleaseArtifact, 'component' | 'version' | 'platform'>): string {
  const where = platform === undefined ? '' : ` ${formatPlatform(platform)}`;
  return `${component} ${formatReleaseVersion(version)}${where}`;
}

export function releaseFilePaths(version: ReleaseVersion): ReleaseFilePaths {
  const directory = releaseDirectory(version);
  return {
    sha256Sums: `${directory}/SHA256SUMS`,
    sha512Sums: `${directory}/SHA512SUMS`,
    provenance: `${directory}/provenance.json`,
  };
}

/** The path of a release's signed list of its files, relative to the release server. */
export function manifestPath(version: ReleaseVersion): string {
  return `${releaseDirectory(version)}/${MANIFEST_NAME}`;
}

/**
 * Whether a path in a checksum list or a statement means the artifact. It may be relative to the release
 * (`bin/linux/amd64/kubectl`), or a build path, bucket path or URL that ends with the release's directory and the
 * relative path (`.../v1.26.0/bin/...`).
 */
export function isPathOf(path: string, { version, pathInRelease }: ReleaseArtifact): boolean {
  const withVersion = `${formatReleaseVersion(version)}/${pathInRelease}`;
  return path === pathInRelease || path === withVersion || path.endsWith(`/${withVersion}`);
}

function releaseDirectory(version: ReleaseVersion): string {
  return `release/${formatReleaseVersion(version)}`;
}

function isFileName(name: string): boolean {
  if (name.length > MAX_FORCED_NAME_CHARACTERS) return false;
  return SAFE_NAME.test(name) && !name.endsWith('.') && !WINDOWS_DEVICE.test(name);
}

function assertSafePlatform({ os, arch }: Platform): void {
  if (!SAFE_PLATFORM_PART.test(os) || !SAFE_PLATFORM_PART.test(arch)) throw unsafePlatform(`${os}/${arch}`);
}

function unsafePlatform(text: string): RequestError {
  return new RequestError('platform-impossible', `${excerpt(text)} cannot be a platform`, {
    wanted: 'os/arch of lower-case letters and digits, as in linux/riscv64',
    found: excerpt(text),
    next: "write it with Go's names, for example linux/riscv64",
  });
}

function describeArtifact(
  component: string,
  kind: ArtifactKind,
  version: ReleaseVersion,
  platform: Platform | undefined,
): ReleaseArtifact {
  const fileName = fileNameOf(component, kind, platform);
  const inBin = platform !== undefined && kind !== 'tarball';
  const pathInRelease = inBin ? `bin/${platform.os}/${platform.arch}/${fileName}` : fileName;
  const path = `${releaseDirectory(version)}/${pathInRelease}`;
  return {
    component,
    kind,
    fileName,
    version,
    platform,
    path,
    pathInRelease,
    executable: kind === 'binary',
    signers: signersOf(version),
  };
}

function fileNameOf(component: string, kind: ArtifactKind, platform: Platform | undefined): string {
  if (kind === 'tarball') {
    return platform === undefined
      ? `${component}.tar.gz`
      : `${component}-${platform.os}-${platform.arch}.tar.gz`;
  }
  return kind === 'binary' && platform?.os === 'windows' && !component.includes('.')
    ? `${component}.exe`
    : component;
}
