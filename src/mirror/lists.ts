/** The lists that a mirror has of its files, for people and for other tools. Each is made anew of what is there and proved. */
import {
  compareReleaseVersions,
  formatReleaseVersion,
  markerPath,
  parseReleaseVersion,
  type ReleaseVersion,
} from '../release/version.ts';
import type { MirroredFile } from './index-file.ts';
import { FEEDS, RELEASES } from './layout.ts';

/** Texts by path. */
export type Lists = ReadonlyMap<string, string>;

/** `SHA256SUMS` of each release, as Kubernetes writes it: paths from the release's own directory on. */
export function sumsOf(files: readonly MirroredFile[]): Lists {
  const releases = Map.groupBy(files, ({ version }) => version);
  return new Map(
    Array.from(releases, ([version, members]) => {
      const root = `${RELEASES}/${version}/`;
      const lines = members.map(({ path, sha256 }) => `${sha256}  ${path.slice(root.length)}\n`);
      return [`${root}SHA256SUMS`, lines.toSorted(byPath).join('')];
    }),
  );
}

function byPath(one: string, other: string): number {
  return one.slice(66) < other.slice(66) ? -1 : 1;
}

/** `stable.txt` and its like, without a line break: the newest of what is there, and never a release that is not. */
export function markersOf(files: readonly MirroredFile[]): Lists {
  const versions = [...new Set(files.map(({ version }) => version))].map(parseReleaseVersion);
  const newest = new Map<string, ReleaseVersion>();
  for (const version of versions) {
    const { major, minor, prerelease } = version;
    const channel = prerelease === undefined ? 'stable' : 'latest';
    for (const scope of [{}, { major }, { major, minor }]) {
      const path = markerPath({ channel, major: undefined, minor: undefined, ...scope });
      const before = newest.get(path);
      if (before !== undefined && compareReleaseVersions(before, version) >= 0) continue;
      newest.set(path, version);
    }
  }
  return new Map(Array.from(newest, ([path, version]) => [path, formatReleaseVersion(version)]));
}

/** `feed/kubectl-linux-amd64.json` in the shape of Renovate's custom data sources: each release with its proven digest. */
export function feedsOf(files: readonly MirroredFile[]): Lists {
  const groups = Map.groupBy(files, ({ component, platform }) =>
    [component, ...(platform?.split('/') ?? [])].join('-'),
  );
  return new Map(
    Array.from(groups, ([name, members]) => {
      const sorted = members
        .map((file) => ({ file, version: parseReleaseVersion(file.version) }))
        .toSorted((a, b) => compareReleaseVersions(a.version, b.version));
      const releases = sorted.map(({ file }) => releaseOf(file));
      const feed = { releases, homepage: 'https://kubernetes.io' };
      return [`${FEEDS}/${name}.json`, `${JSON.stringify(feed, undefined, 1)}\n`];
    }),
  );
}

function releaseOf({ version, signedAt, sha256 }: MirroredFile): object {
  const digest = `sha256:${sha256}`;
  return signedAt === undefined ? { version, digest } : { version, releaseTimestamp: signedAt, digest };
}
