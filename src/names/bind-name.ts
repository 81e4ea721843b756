import type { ReleaseManifest } from '../records/release-manifest.ts';
import type { ArtifactKind } from '../release/component.ts';
import { formatPlatform, type Platform, samePlatform } from '../release/platform.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { ClaimedName } from './claimed-name.ts';

/** What was asked for, by name. */
export interface Coordinates {
  readonly component: string;
  readonly kind: ArtifactKind;
  readonly version: ReleaseVersion;
  /** Undefined where one file serves all platforms. */
  readonly platform: Platform | undefined;
  /** `bin/linux/amd64/kubectl`. */
  readonly pathInRelease: string;
}

/** The release's own manifest, or why there is none to go by. */
export type ManifestAnswer =
  | {
      readonly kind: 'proved';
      readonly manifest: ReleaseManifest;
      /** Of the document, hex. */
      readonly sha256: string;
    }
  | { readonly kind: 'none'; readonly why: string };

/** What can bind a name. The first two are signed; the others are a demand of the user's. */
export type NameSource = 'release-manifest' | 'binary' | 'lockfile' | 'sha256';

export interface NameSources {
  readonly manifest: ManifestAnswer;
  /** What the bytes say of themselves; undefined where they say nothing. */
  readonly claimed: ClaimedName | undefined;
  /** Where the user named the digest, and it is the proven one. */
  readonly demanded?: 'lockfile' | 'sha256' | undefined;
}

export type NameVerdict =
  | {
      readonly kind: 'bound';
      readonly by: readonly NameSource[];
      /** Of the manifest that lists the artifact, hex. */
      readonly manifestSha256?: string;
      readonly notes: readonly string[];
    }
  /** Nothing signed says that it is what was asked for, and nothing says otherwise. */
  | { readonly kind: 'unbound'; readonly notes: readonly string[] }
  /** It is genuine, and something signed says that it is something else. */
  | {
      readonly kind: 'contradicted';
      readonly by: 'release-manifest' | 'binary';
      /** Ends "wanted kubectl v1.36.0 linux/amd64, ". */
      readonly wanted: string;
      /** "kubectl v1.24.9 linux/amd64", or "another genuine Kubernetes file". */
      readonly found: string;
    };

type Opinion =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'silent'; readonly why?: string }
  | Extract<NameVerdict, { readonly kind: 'contradicted' }>;

/**
 * Holds a proven digest against the name under which it was asked for. The release's manifest and the binary itself are
 * both signed by the release signer; either of them binds, and either of them refuses. A digest that the user demands
 * binds too, but never outranks a contradiction.
 *
 * @param sha256 the proven digest, hex.
 */
export function bindName(wanted: Coordinates, sha256: string, sources: NameSources): NameVerdict {
  const { manifest, claimed, demanded } = sources;
  const listed = askManifest(wanted, sha256, manifest, claimed);
  if (listed.kind === 'contradicted') return listed;
  const said = askBinary(wanted, claimed, listed.kind === 'agrees');
  if (said.kind === 'contradicted') return said;
  const by: NameSource[] = [
    ...(listed.kind === 'agrees' ? ['release-manifest' as const] : []),
    ...(said.kind === 'agrees' ? ['binary' as const] : []),
    ...(demanded === undefined ? [] : [demanded]),
  ];
  const notes = [listed, said].flatMap((one) =>
    one.kind === 'silent' && one.why !== undefined ? [one.why] : [],
  );
  if (by.length === 0) return { kind: 'unbound', notes };
  const listedIn =
    listed.kind === 'agrees' && manifest.kind === 'proved' ? { manifestSha256: manifest.sha256 } : {};
  return { kind: 'bound', by, ...listedIn, notes };
}

function askManifest(
  wanted: Coordinates,
  sha256: string,
  answer: ManifestAnswer,
  claimed: ClaimedName | undefined,
): Opinion {
  if (answer.kind === 'none') return { kind: 'silent', why: answer.why };
  const { manifest } = answer;
  const [version, theirs] = [wanted.version, manifest.version].map(formatReleaseVersion);
  const contradicted = (text: string): Opinion => ({
    kind: 'contradicted',
    by: 'release-manifest',
    wanted: `${formatName(wanted)}, ${text}`,
    found: claimed === undefined ? 'another genuine Kubernetes file' : formatName(claimed),
  });
  if (version !== theirs) return contradicted(`but the signed kubernetes-release.spdx is that of ${theirs}`);
  const digests = manifest.digestsOf(wanted.pathInRelease);
  if (digests.length === 0) {
    return {
      kind: 'silent',
      why: `kubernetes-release.spdx of ${version} does not list ${wanted.pathInRelease}`,
    };
  }
  if (digests.length > 1) {
    return contradicted(
      `but the signed kubernetes-release.spdx of ${version} lists ${digests.length} digests for it`,
    );
  }
  return digests[0] === sha256
    ? { kind: 'agrees' }
    : contradicted(`sha256:${digests[0] ?? ''} in the signed kubernetes-release.spdx`);
}

/** @param listed whether the manifest binds the name: a version in the bytes that differs is a note then. */
function askBinary(wanted: Coordinates, claimed: ClaimedName | undefined, listed: boolean): Opinion {
  if (claimed === undefined || wanted.kind !== 'binary') return { kind: 'silent' };
  const { component, platform, version } = claimed;
  const contradicted = (): Opinion => ({
    kind: 'contradicted',
    by: 'binary',
    wanted: formatName(wanted),
    found: formatName(claimed),
  });
  if (component !== wanted.component) return contradicted();
  if (platform !== undefined && wanted.platform !== undefined && !samePlatform(platform, wanted.platform)) {
    return contradicted();
  }
  if (version !== undefined && formatReleaseVersion(version) !== formatReleaseVersion(wanted.version)) {
    if (!listed) return contradicted();
    const [theirs, ours] = [version, wanted.version].map(formatReleaseVersion);
    return {
      kind: 'silent',
      why: `the binary says ${theirs}, and the signed release manifest lists it as ${ours}`,
    };
  }
  if (version === undefined || platform === undefined) return { kind: 'silent' };
  return { kind: 'agrees' };
}

/** "kubectl v1.24.9 linux/amd64", as far as it is known. */
export function formatName({
  component,
  version,
  platform,
}: Pick<ClaimedName, 'component' | 'version'> & { readonly platform?: Platform | undefined }): string {
  return [
    component,
    ...(version === undefined ? [] : [formatReleaseVersion(version)]),
    ...(platform === undefined ? [] : [formatPlatform(platform)]),
  ].join(' ');
}
