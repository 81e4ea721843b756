import { releaseArtifact } from './artifact.ts';
import { type ArtifactKind, COMPONENTS, platformsOf } from './component.ts';
import { formatPlatform, type Platform, PLATFORMS, samePlatform } from './platform.ts';
import { describeSignedReleases, isSigned } from './signer.ts';
import { formatReleaseVersion, type ReleaseVersion } from './version.ts';

/** One published file, and whether a signature is published for it. */
export interface ListedArtifact {
  /** The name to ask for; for an unsigned file its own name. */
  readonly component: string;
  /** `metadata`: a file about the release that can only be read, not proved. */
  readonly kind: ArtifactKind | 'metadata';
  readonly purpose: string;
  /** `linux/amd64`; undefined where one file serves all platforms. */
  readonly platform: string | undefined;
  /** Relative to the release server, with `*` for any name; undefined where it is published in another place. */
  readonly path: string | undefined;
  readonly signed: boolean;
  /** Why it is, or is not, in a few words. */
  readonly reason: string;
}

export interface ListRequest {
  readonly version: ReleaseVersion;
  /** Only these, and what serves all platforms; default: every platform. */
  readonly platforms?: readonly Platform[];
}

/** Everything that Kubernetes publishes for a release, as the table has it; nothing is looked up. */
export function listArtifacts({ version, platforms = PLATFORMS }: ListRequest): readonly ListedArtifact[] {
  return [...listComponents(version, platforms), ...listMetadata(version)];
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
        reason: signed
          ? `signed by ${artifact.signers.map(({ subjectAlternativeName }) => subjectAlternativeName).join(' or ')}`
          : `this release is not signed; signed are ${describeSignedReleases()}`,
      };
    });
  });
}

type UnsignedFile = Pick<ListedArtifact, 'component' | 'purpose' | 'reason'> & {
  /** Within the release's directory. */
  readonly place: string | undefined;
};

const NOT_A_PROOF = 'never signed: it tells a broken transfer, not a forgery';
const COMPARED = 'never signed; --check-sums compares it with what is proved';

/** What is published with a release without a signature (krel signs none of these). */
export const UNSIGNED_FILES: readonly UnsignedFile[] = [
  { component: 'SHA256SUMS', purpose: 'checksums of the release', place: 'SHA256SUMS', reason: COMPARED },
  { component: 'SHA512SUMS', purpose: 'checksums of the release', place: 'SHA512SUMS', reason: COMPARED },
  { component: 'provenance.json', purpose: 'in-toto statement', place: 'provenance.json', reason: COMPARED },
  { component: '*.sha256', purpose: 'checksum of one file', place: '**.sha256', reason: NOT_A_PROOF },
  { component: '*.sha512', purpose: 'checksum of one file', place: '**.sha512', reason: NOT_A_PROOF },
  {
    component: '*.docker_tag',
    purpose: 'tag of a container image',
    place: 'bin/linux/*/*.docker_tag',
    reason: 'not signed; the image tar beside it is',
  },
  { component: 'release notes', purpose: 'what changed', place: undefined, reason: 'not signed' },
];

function listMetadata(version: ReleaseVersion): readonly ListedArtifact[] {
  const directory = `release/${formatReleaseVersion(version)}`;
  const files = UNSIGNED_FILES.map(({ component, purpose, place, reason }) =>
    describeMetadata(component, purpose, place === undefined ? undefined : `${directory}/${place}`, reason),
  );
  const markers = ['stable', 'latest'].map((channel) =>
    describeMetadata(
      `${channel} markers`,
      'the newest version',
      `release/${channel}*.txt`,
      'not signed: whoever serves it can name an older release, not forge one',
    ),
  );
  return [...files, ...markers];
}

function describeMetadata(
  component: string,
  purpose: string,
  path: string | undefined,
  reason: string,
): ListedArtifact {
  return { component, kind: 'metadata', purpose, platform: undefined, path, signed: false, reason };
}
