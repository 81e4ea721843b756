import { type Note, note } from '../notes.ts';
import type { UsedException } from '../policy/policy.ts';
import type { ReleaseManifest } from '../records/release-manifest.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
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
  /** `bin/linux/amd64/kubectl`; of a file out of a tarball, the tarball's. */
  readonly pathInRelease: string;
}

/** The release's own manifest, or why there is none to go by. */
export type ManifestAnswer =
  | {
      readonly kind: 'proved';
      readonly manifest: ReleaseManifest;
      /** Of the document, hex. */
      readonly sha256: string;
      /** Of the bundle that proves it, hex. */
      readonly bundleSha256?: string;
      /** Exceptions of the policy file without which it would not count. */
      readonly exceptions?: readonly UsedException[];
      /** What is odd about it, and no contradiction. */
      readonly notes: readonly Note[];
    }
  | {
      readonly kind: 'none';
      readonly why: string;
      /** Every source said that it has none. Otherwise one may be there that is not proved, or could not be fetched. */
      readonly isAbsent?: boolean;
    };

/** What can bind a name. The first two are signed; the others are what you demanded. */
export type NameSource = 'release-manifest' | 'binary' | 'lockfile' | 'sha256';

export interface NameSources {
  /** Undefined where it was not asked for. */
  readonly manifest?: ManifestAnswer | undefined;
  /** What the bytes say of themselves; undefined where they say nothing, as those of a tarball. */
  readonly claimed: ClaimedName | undefined;
  /** Where you named the digest, and it is the proven one. */
  readonly demanded?: 'lockfile' | 'sha256' | undefined;
}

export type NameVerdict =
  | {
      readonly kind: 'bound';
      readonly by: readonly NameSource[];
      /** Of the manifest that lists the artifact, hex. */
      readonly manifestSha256?: string;
      /** Of the bundle that proves that manifest, hex. */
      readonly manifestBundleSha256?: string;
      /** Exceptions of the policy file without which that manifest would not count. */
      readonly manifestExceptions?: readonly UsedException[];
      readonly notes: readonly Note[];
    }
  /** Nothing says that it is what was asked for, and nothing says otherwise. */
  | { readonly kind: 'unbound'; readonly notes: readonly Note[] }
  | NameContradiction;

/** It is genuine, and something signed says that it is something else. */
export interface NameContradiction {
  readonly kind: 'contradicted';
  readonly by: 'release-manifest' | 'binary';
  /** `manifest`: the release manifest itself cannot be that of the release; `file`: the file is another one. */
  readonly wrong: 'manifest' | 'file';
  /** "kubectl v1.36.0 linux/amd64", and what the manifest says of it. */
  readonly wanted: string;
  /** "kubectl v1.24.9 linux/amd64, genuine". */
  readonly found: string;
}

type Opinion =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'silent'; readonly why?: Note }
  | NameContradiction;

/**
 * Holds a proven digest against the name under which it was asked for. A signature binds bytes to a signer and to no
 * name. But the release's manifest and the binary itself are both from the release signer, and no mirror can change
 * them: either binds, and either refuses. A digest that you demanded binds too, and never outranks a contradiction.
 *
 * @param sha256 the proven digest, hex.
 */
export function bindName(wanted: Coordinates, sha256: string, sources: NameSources): NameVerdict {
  const { manifest, claimed, demanded } = sources;
  const listed: Opinion =
    manifest === undefined ? { kind: 'silent' } : askManifest(wanted, sha256, manifest, claimed);
  if (listed.kind === 'contradicted') return listed;
  const said = askBytes(wanted, claimed, listed.kind === 'agrees');
  if (said.kind === 'contradicted') return said;
  const by: readonly NameSource[] = [
    ...(listed.kind === 'agrees' || (said.kind === 'agrees' && isManifest(wanted))
      ? (['release-manifest'] as const)
      : []),
    ...(said.kind === 'agrees' && !isManifest(wanted) ? (['binary'] as const) : []),
    ...(demanded === undefined ? [] : [demanded]),
  ];
  const notes = [
    ...(manifest?.kind === 'proved' ? manifest.notes : []),
    ...[listed, said].flatMap((one) => (one.kind === 'silent' && one.why !== undefined ? [one.why] : [])),
  ];
  if (by.length === 0) return { kind: 'unbound', notes };
  const listedIn = listed.kind === 'agrees' && manifest?.kind === 'proved' ? identityOf(manifest) : {};
  return { kind: 'bound', by, ...listedIn, notes };
}

function identityOf({
  sha256,
  bundleSha256,
  exceptions,
}: Extract<ManifestAnswer, { readonly kind: 'proved' }>): Pick<
  Extract<NameVerdict, { readonly kind: 'bound' }>,
  'manifestSha256' | 'manifestBundleSha256' | 'manifestExceptions'
> {
  return {
    manifestSha256: sha256,
    ...(bundleSha256 === undefined ? {} : { manifestBundleSha256: bundleSha256 }),
    ...(exceptions === undefined ? {} : { manifestExceptions: exceptions }),
  };
}

function askManifest(
  wanted: Coordinates,
  sha256: string,
  answer: ManifestAnswer,
  claimed: ClaimedName | undefined,
): Opinion {
  if (answer.kind === 'none') return { kind: 'silent', why: note('release-manifest-not-used', answer.why) };
  const { manifest } = answer;
  const [release, theirs] = [wanted.version, manifest.version].map(formatReleaseVersion);
  const name = formatName(wanted);
  if (release !== theirs) {
    const what = claimed === undefined ? '' : `; the file is ${formatName(claimed)}`;
    return notListed(
      'manifest',
      `the release manifest of ${release}, for ${name}`,
      `that of ${theirs}, genuine${what}`,
    );
  }
  if (isManifest(wanted) && answer.sha256 === sha256) return { kind: 'agrees' };
  const digests = manifest.digestsOf(wanted.pathInRelease);
  const [listed] = digests;
  if (listed === undefined) {
    const text = `the release manifest of ${release} does not list ${wanted.pathInRelease}`;
    return { kind: 'silent', why: note('release-manifest-silent', text) };
  }
  if (digests.length > 1) {
    const all = digests.map((digest) => `sha256:${digest}`).join(' and ');
    return notListed('manifest', `one digest for ${name} in the release manifest`, all);
  }
  if (listed === sha256) return { kind: 'agrees' };
  const what = claimed === undefined ? 'another genuine file' : `${formatName(claimed)}, genuine`;
  const found = `${what}, sha256:${sha256}`;
  return notListed('file', `${name}, in the release manifest sha256:${listed}`, found);
}

function notListed(wrong: NameContradiction['wrong'], wanted: string, found: string): NameContradiction {
  return { kind: 'contradicted', by: 'release-manifest', wrong, wanted, found };
}

/** A release manifest does not list itself; its namespace says which release it is of. */
function isManifest({ kind, component }: Coordinates): boolean {
  return kind === 'spdx-document' && component === MANIFEST_NAME;
}

/** @param listed whether the manifest binds the name: a version in the bytes that differs is only a note then. */
function askBytes(wanted: Coordinates, claimed: ClaimedName | undefined, listed: boolean): Opinion {
  if (claimed === undefined) return { kind: 'silent' };
  const { component, platform, version } = claimed;
  const name = formatName(claimed);
  const isOther =
    component !== wanted.component ||
    (platform !== undefined && wanted.platform !== undefined && !samePlatform(platform, wanted.platform));
  const isOtherVersion =
    version !== undefined && formatReleaseVersion(version) !== formatReleaseVersion(wanted.version);
  if (isOther || (isOtherVersion && !listed)) {
    const found = `${name}, genuine`;
    const by = isManifest(wanted) ? 'release-manifest' : 'binary';
    return { kind: 'contradicted', by, wrong: 'file', wanted: formatName(wanted), found };
  }
  if (isOtherVersion) {
    const release = formatReleaseVersion(wanted.version);
    const text = `the binary says that it is ${name}, and the signed release manifest lists it in ${release}`;
    return { kind: 'silent', why: note('binary-says-other-version', text) };
  }
  // A tarball for all platforms holds a version, and nothing that says which tarball it is.
  const isForAll = wanted.platform === undefined && wanted.kind !== 'tarball';
  const isWhole = version !== undefined && (platform !== undefined || isForAll);
  return isWhole ? { kind: 'agrees' } : { kind: 'silent' };
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
