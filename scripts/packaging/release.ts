/** A release of k8s-verify, as far as package managers need to know it. */
import { archiveName, TARGETS } from '../executable/targets.ts';

export interface Release {
  /** `1.2.3`. */
  readonly version: string;
  /** `OWNER/k8s-verify` on GitHub. */
  readonly repository: string;
  /** SHA-256 in hex, by the name of the file. */
  readonly digests: ReadonlyMap<string, string>;
}

export const DESCRIPTION = 'Verify the signatures of Kubernetes release binaries before you install them';

/**
 * Reads the SHA256SUMS of a release.
 *
 * @throws Error where a line has another form, or a file that package managers fetch is missing
 */
export function readRelease(sums: string, version: string, repository: string): Release {
  const lines = sums.trimEnd().split('\n');
  const digests = new Map(
    lines.map((line) => {
      const [, digest, name] = /^([0-9a-f]{64}) [ *]([^/]+)$/.exec(line) ?? [];
      if (digest === undefined || name === undefined)
        throw new Error(`SHA256SUMS has a line of another form: ${line}`);
      return [name, digest] as const;
    }),
  );
  const release = { version, repository, digests };
  for (const name of [...TARGETS.map(archiveName), packageName(release)]) digestOf(release, name);
  return release;
}

/** @throws Error where the release has no such file */
export function digestOf({ digests }: Release, name: string): string {
  const digest = digests.get(name);
  if (digest === undefined) throw new Error(`SHA256SUMS has no ${name}`);
  return digest;
}

export function urlOf({ repository, version }: Release, name: string): string {
  return `https://github.com/${repository}/releases/download/v${version}/${name}`;
}

/** The packed npm package. */
export function packageName({ version }: Pick<Release, 'version'>): string {
  return `k8s-verify-${version}.tgz`;
}
