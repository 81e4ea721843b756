import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion, readReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { ClaimedName } from './claimed-name.ts';

/** Those whose builds of Kubernetes have a mark of their own in the version. */
const MARKS: ReadonlyMap<string, RegExp> = new Map([
  ['eks', /-eks-/],
  ['gke', /-gke\./],
  ['k3s', /\+k3s/],
  ['rke2', /\+rke2/],
]);

/** The builders that are known by their mark. */
export const BUILDERS: readonly string[] = [...MARKS.keys()];

/** The builder whose mark a version has, `gke` of `v1.31.1-gke.200`; undefined of a mark that is not known. */
export function builderOf(markedVersion: string): string | undefined {
  return [...MARKS].find(([, mark]) => mark.test(markedVersion))?.[0];
}

/** The release that a version with or without a builder's mark is of: v1.31.1 of `v1.31.1-gke.200`. */
export function markedRelease(version: string): ReleaseVersion | undefined {
  return readReleaseVersion(version) ?? readReleaseVersion(/^v[0-9.]+(?=[-+])/.exec(version)?.[0] ?? '');
}

/** What a file says that it is, for a result: each part is one of a closed list, or has the form of a version. */
export function saidParts(said: ClaimedName | undefined): {
  readonly component?: string;
  readonly version?: string;
  readonly platform?: string;
} {
  if (said === undefined) return {};
  const { component, platform } = said;
  const version = said.version === undefined ? said.markedVersion : formatReleaseVersion(said.version);
  return {
    component,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}
