import { UntrustedError } from '../errors.ts';
import {
  compareReleaseVersions,
  formatReleaseVersion,
  parseReleaseVersion,
  type ReleaseVersion,
} from './version.ts';

/** Who must have signed: the certificate's only SAN, and the OIDC issuer. Both are whole strings, never patterns. */
export interface CertificateIdentity {
  /** An e-mail address or the URI of a workflow, whole and exact. */
  readonly subjectAlternativeName: string;
  /** The URL of the OIDC issuer, whole and exact. */
  readonly issuer: string;
}

/** A range of releases, ordered by version precedence. */
export interface VersionRange {
  readonly since: ReleaseVersion;
  /** The last release of the range; undefined if it is open. */
  readonly until: ReleaseVersion | undefined;
  /** True if the range ends with the minor of `since`, for patch releases of an older minor. */
  readonly withinMinor: boolean;
}

/** An identity that signs release blobs, and the releases for which it is accepted. */
export interface ReleaseSigner {
  readonly identity: CertificateIdentity;
  readonly ranges: readonly VersionRange[];
  /** The day of its first signature, ISO 8601. */
  readonly sinceDate: string;
  /** Where this is documented. */
  readonly source: string;
}

/**
 * Every identity that has signed release blobs (binaries, image tars, tarballs, SPDX files), This table also decides
 * which releases are signed at all.
 *
 * Left out on purpose: `krel-trust@...`, which signs promoted container images, and `promoter-summaries@...`, which
 * signs their verification summaries. An independent signing job is planned (kubernetes/release#4507): its identity
 * will be another entry, and the ranges of this one will get an `until`.
 */
export const KUBERNETES_RELEASE_SIGNERS: readonly ReleaseSigner[] = [
  {
    identity: {
      subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
      issuer: 'https://accounts.google.com',
    },
    ranges: [
      { since: parseReleaseVersion('v1.26.0-rc.1'), until: undefined, withinMinor: false },
      { since: parseReleaseVersion('v1.25.5'), until: undefined, withinMinor: true },
      { since: parseReleaseVersion('v1.24.9'), until: undefined, withinMinor: true },
      { since: parseReleaseVersion('v1.23.15'), until: undefined, withinMinor: true },
      { since: parseReleaseVersion('v1.22.17'), until: undefined, withinMinor: true },
    ],
    sinceDate: '2022-11-30',
    source: 'kubernetes/release (krel sign blobs); kubernetes.io, "Verify Signed Kubernetes Artifacts"',
  },
];

/** One of these identities must have signed the release's blobs; empty if the release is unsigned. */
export function signersOf(version: ReleaseVersion): readonly CertificateIdentity[] {
  if (isBranchPoint(version)) return [];
  return KUBERNETES_RELEASE_SIGNERS.filter(({ ranges }) =>
    ranges.some((range) => covers(range, version)),
  ).map(({ identity }) => identity);
}

/** Every identity that has ever signed release blobs, for a file of unknown version. */
export function allReleaseSigners(): readonly CertificateIdentity[] {
  return KUBERNETES_RELEASE_SIGNERS.map(({ identity }) => identity);
}

/** Whether this signer has signed releases of Kubernetes. */
export function isReleaseSigner(
  signer:
    | ({ readonly kind: 'certificate-identity' } & CertificateIdentity)
    | { readonly kind: 'managed-key' },
): boolean {
  return (
    signer.kind === 'certificate-identity' &&
    allReleaseSigners().some(
      ({ subjectAlternativeName, issuer }) =>
        subjectAlternativeName === signer.subjectAlternativeName && issuer === signer.issuer,
    )
  );
}

/**
 * Whether Kubernetes publishes signatures for the release: everything from v1.26.0-rc.1 by precedence, and the later
 * patch releases of v1.22 to v1.25. `vX.Y.0-alpha.0` only marks where a branch begins and is not signed.
 */
export function isSigned(version: ReleaseVersion): boolean {
  return signersOf(version).length > 0;
}

/** The first release of the range in which the release's files are signed, `v1.26.0-rc.1`; undefined where they are not. */
export function signedSince(version: ReleaseVersion): string | undefined {
  const range = KUBERNETES_RELEASE_SIGNERS.flatMap(({ ranges }) => ranges).find((one) =>
    covers(one, version),
  );
  return range === undefined || !isSigned(version) ? undefined : formatReleaseVersion(range.since);
}

/**
 * Refuses an unsigned release before anything is fetched.
 *
 * @throws UntrustedError `signature-not-published`, with the nearest release that is signed
 */
export function assertSigned(version: ReleaseVersion): void {
  if (isSigned(version)) return;
  const name = formatReleaseVersion(version);
  throw new UntrustedError('signature-not-published', `no signatures are published for Kubernetes ${name}`, {
    wanted: describeSignedReleases(),
    found: name,
    why: 'without a signature nothing proves who built the file; a checksum from the same server proves nothing',
    next: `use ${formatReleaseVersion(nearestSigned(version))} or a later release`,
  });
}

/** `v1.26.0-rc.1 and later; v1.25.5 and later v1.25; ...`, from the table. */
export function describeSignedReleases(): string {
  return KUBERNETES_RELEASE_SIGNERS.flatMap(({ ranges }) => ranges.map(describeRange)).join('; ');
}

/** `v1.26.0-rc.1 and later`, `v1.25.5 and later v1.25`, `v1.36.0 to v1.36.4`. */
export function describeRange({ since, until, withinMinor }: VersionRange): string {
  const first = formatReleaseVersion(since);
  if (until !== undefined) return `${first} to ${formatReleaseVersion(until)}`;
  return withinMinor ? `${first} and later v${since.major}.${since.minor}` : `${first} and later`;
}

function covers({ since, until, withinMinor }: VersionRange, version: ReleaseVersion): boolean {
  if (withinMinor && (version.major !== since.major || version.minor !== since.minor)) return false;
  return (
    compareReleaseVersions(since, version) <= 0 &&
    (until === undefined || compareReleaseVersions(version, until) <= 0)
  );
}

function isBranchPoint(version: ReleaseVersion): boolean {
  return version.patch === 0 && version.prerelease?.stage === 'alpha' && version.prerelease.number === 0;
}

/** The final release of a pre-release, the first signed one of the minor, or the first signed final one of all. */
function nearestSigned(version: ReleaseVersion): ReleaseVersion {
  const final = { ...version, prerelease: undefined };
  if (isSigned(final)) return final;
  const starts = KUBERNETES_RELEASE_SIGNERS.flatMap(({ ranges }) => ranges.map(({ since }) => since));
  const sameMinor = starts.find(({ major, minor }) => major === version.major && minor === version.minor);
  return sameMinor ?? parseReleaseVersion('v1.26.0');
}
