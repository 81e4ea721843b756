import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';

/**
 * The path of a file in its release (`bin/linux/amd64/kubectl`), out of what a record of the release calls it: that path
 * itself, or a build path, bucket path or URL that ends with the release's directory and it (`.../v1.26.0/bin/...`). It is
 * the file of another release, or of none, where it still has a `/v` or a scheme in it.
 */
export function pathInReleaseOf(written: string, version: ReleaseVersion): string {
  const directory = `${formatReleaseVersion(version)}/`;
  if (written.startsWith(directory)) return written.slice(directory.length);
  const at = written.lastIndexOf(`/${directory}`);
  return at < 0 ? written : written.slice(at + directory.length + 1);
}
