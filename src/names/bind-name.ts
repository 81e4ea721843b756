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
}

export type NameVerdict =
  /** The bytes say that they are what was asked for. */
  | { readonly kind: 'bound' }
  /** They say nothing, or not all of it, and nothing else. */
  | { readonly kind: 'unbound' }
  /** They say that they are something else: "kubectl v1.24.9 linux/amd64". */
  | { readonly kind: 'contradicted'; readonly found: string };

/**
 * Holds what proven bytes say of themselves against the name under which they were asked for. A signature binds bytes to
 * a signer and to no name; but a binary that the release signer signed says what it is, and no mirror can change that.
 *
 * @param claimed undefined where the bytes say nothing, as a tarball or a document does.
 */
export function bindName(wanted: Coordinates, claimed: ClaimedName | undefined): NameVerdict {
  if (claimed === undefined || wanted.kind !== 'binary') return { kind: 'unbound' };
  const { component, platform, version } = claimed;
  const others = [
    component !== wanted.component,
    platform !== undefined && wanted.platform !== undefined && !samePlatform(platform, wanted.platform),
    version !== undefined && formatReleaseVersion(version) !== formatReleaseVersion(wanted.version),
  ];
  if (others.includes(true)) return { kind: 'contradicted', found: formatName(claimed) };
  return { kind: version === undefined || platform === undefined ? 'unbound' : 'bound' };
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
