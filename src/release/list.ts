import { RequestError } from '../errors.ts';
import { releaseArtifact } from './artifact.ts';
import { type ArtifactKind, COMPONENTS, platformsOf, TABLED } from './component.ts';
import { formatPlatform, type Platform, PLATFORMS, samePlatform } from './platform.ts';
import { describeSignedReleases, isSigned, signedSince } from './signer.ts';
import { formatReleaseVersion, type ReleaseVersion } from './version.ts';

/** One published file, and whether it has a published signature. */
export interface ListedArtifact {
  /** The name to request; for an unsigned file its own name. */
  readonly component: string;
  /** `metadata`: a file about the release that can only be read, not proved. */
  readonly kind: ArtifactKind | 'metadata';
  /** What it is for, in a few words. */
  readonly purpose: string;
  /** `linux/amd64`; undefined if one file serves all platforms. */
  readonly platform: string | undefined;
  /** Relative to the release server, with `*` for any name; undefined if it is published elsewhere. */
  readonly path: string | undefined;
  /** Whether Kubernetes signs it in this release. */
  readonly signed: boolean;
  /** The first release whose files are signed; absent if this release's files are unsigned. */
  readonly since?: string | undefined;
  /** Why it is signed or not, in a few words. */
  readonly reason: string;
}

export interface ListRequest {
  readonly version: ReleaseVersion;
  /** List only files for these platforms and for all platforms; default: every platform. */
  readonly platforms?: readonly Platform[];
}

/**
 * Everything that Kubernetes publishes for a release, according to the table. Does not check whether the release
 * exists.
 *
 * @throws RequestError `release-not-found` for a major version that is not in the table
 */
export function listArtifacts({ version, platforms = PLATFORMS }: ListRequest): readonly ListedArtifact[] {
  if (version.major !== TABLED.until[0]) throw unknownMajor(version);
  return [...listComponents(version, platforms), ...listMetadata(version)];
}

function unknownMajor(version: ReleaseVersion): RequestError {
  const name = formatReleaseVersion(version);
  return new RequestError('release-not-found', `k8s-verify knows of no Kubernetes release ${name}`, {
    wanted: `a release of v${TABLED.until[0]}, such as v1.30.2`,
    found: name,
    next: 'name another version, or stable for the newest one',
  });
}

function listComponents(version: ReleaseVersion, wanted: readonly Platform[]): readonly ListedArtifact[] {
  const signed = isSigned(version);
  return COMPONENTS.flatMap((component) => {
    const places =
      component.platforms === 'none'
        ? PLATFORMS.slice(0, 1)
        : platformsOf(component, version).filter((one) => wanted.some((other) => samePlatform(one, other)));
    return places.map((place) => {
      const artifact = releaseArtifact({ component: component.name, version, platform: place });
      return {
        component: component.name,
        kind: component.kind,
        purpose: component.purpose,
        platform: artifact.platform === undefined ? undefined : formatPlatform(artifact.platform),
        path: artifact.path,
        signed,
        since: signedSince(version),
        reason: signed
          ? `signed by ${artifact.signers.map(({ subjectAlternativeName }) => subjectAlternativeName).join(' or ')}`
          : `this release is not signed; signed are ${describeSignedReleases()}`,
      };
    });
  });
}

/** Files that are published without a signature. */
export interface UnsignedFile {
  readonly name: string;
  readonly purpose: string;
  /** Relative to the release server, `<version>` for the release and `*` for any name; undefined: in another place. */
  readonly path: string | undefined;
  readonly reason: string;
}

const NOT_A_PROOF = 'never signed: it reveals a broken transfer, not a forgery';
const COMPARED = 'never signed; --check-sums compares it with what is proved';
const ONLY_A_NAME = 'not signed: a server can name an older release here, but not forge one';

function unsigned(name: string, purpose: string, path: string | undefined, reason: string): UnsignedFile {
  return { name, purpose, path, reason };
}

/** Files that krel does not sign (kubernetes/release, `krel sign blobs`). */
export const UNSIGNED_FILES: readonly UnsignedFile[] = [
  unsigned('SHA256SUMS', 'checksums of the release', 'release/<version>/SHA256SUMS', COMPARED),
  unsigned('SHA512SUMS', 'checksums of the release', 'release/<version>/SHA512SUMS', COMPARED),
  unsigned(
    'provenance.json',
    'in-toto statement of the build',
    'release/<version>/provenance.json',
    COMPARED,
  ),
  unsigned('*.sha256', 'checksum of one file', 'release/<version>/**.sha256', NOT_A_PROOF),
  unsigned('*.sha512', 'checksum of one file', 'release/<version>/**.sha512', NOT_A_PROOF),
  unsigned(
    '*.docker_tag',
    'tag of a container image',
    'release/<version>/bin/linux/*/*.docker_tag',
    'not signed; the image tar next to it is',
  ),
  unsigned('stable markers', 'newest final version', 'release/stable*.txt', ONLY_A_NAME),
  unsigned('latest markers', 'newest pre-release', 'release/latest*.txt', ONLY_A_NAME),
  unsigned('release notes', 'what changed', undefined, 'not signed'),
];

function listMetadata(version: ReleaseVersion): readonly ListedArtifact[] {
  return UNSIGNED_FILES.map(({ name, purpose, path, reason }) => ({
    component: name,
    kind: 'metadata',
    purpose,
    platform: undefined,
    path: path?.replace('<version>', formatReleaseVersion(version)),
    signed: false,
    reason,
  }));
}
