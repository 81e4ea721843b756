/** A release with everything that the table of components has for it, signed as Kubernetes signs, and its lists. */
import { createHash } from 'node:crypto';
import type { LocalSigstore } from './local-sigstore.ts';
import type { PublishedFile, ReleaseServer } from './release-server.ts';
import type { SignOptions } from './sigstore/signing.ts';

/** A file of the release by its path there. */
export interface WholeFile extends PublishedFile {
  readonly pathInRelease: string;
  readonly bytes: Uint8Array;
}

export interface WholeReleaseOptions {
  readonly version: string;
  /** Paths in the release: `bin/linux/amd64/kubectl`, `kubernetes-src.tar.gz`. */
  readonly paths: readonly string[];
  readonly sigstore: Pick<LocalSigstore, 'signBlob'>;
  readonly sign?: (path: string) => SignOptions | undefined;
  /** The bytes of a file; default: a line that says what it is. */
  readonly bytesOf?: (path: string) => Uint8Array;
}

const MANIFEST = 'kubernetes-release.spdx';

/** Publishes the files, the two SPDX documents, the checksum lists and a provenance.json; what the manifest lists has SHA-512 too. */
export async function publishWholeRelease(
  releases: ReleaseServer,
  {
    version,
    paths,
    sigstore,
    sign,
    bytesOf = (path) => Buffer.from(`${path} of ${version}\n`),
  }: WholeReleaseOptions,
): Promise<ReadonlyMap<string, WholeFile>> {
  const root = `/release/${version}/`;
  releases.withoutManifest(version);
  const files = new Map<string, WholeFile>();
  for (const pathInRelease of paths.filter((path) => path !== MANIFEST)) {
    const bytes = bytesOf(pathInRelease);
    const own = sign?.(pathInRelease);
    const published = await releases.publishSigned(`${root}${pathInRelease}`, {
      bytes,
      sigstore,
      ...(own === undefined ? {} : { sign: own }),
    });
    files.set(pathInRelease, { ...published, pathInRelease, bytes });
  }
  const listed = [...files.values()].filter(({ pathInRelease }) => !pathInRelease.endsWith('.spdx'));
  const manifest = await releases.publishManifest(version, {
    sigstore,
    files: listed.map(({ pathInRelease: path, sha256, bytes }) => ({
      path,
      sha256,
      sha512: sha512Of(bytes),
    })),
  });
  if (paths.includes(MANIFEST))
    files.set(MANIFEST, { ...manifest, pathInRelease: MANIFEST, bytes: Buffer.of() });
  publishLists(releases, version, listed);
  return files;
}

/** As krel writes them: documents are in none of them, and images are not in the provenance. */
function publishLists(releases: ReleaseServer, version: string, files: readonly WholeFile[]): void {
  const root = `/release/${version}/`;
  const sums = (algorithm: string): string =>
    files
      .map(
        ({ bytes, pathInRelease }) =>
          `${createHash(algorithm).update(bytes).digest('hex')}  ${pathInRelease}\n`,
      )
      .join('');
  releases.publishFile(`${root}SHA256SUMS`, sums('sha256'));
  releases.publishFile(`${root}SHA512SUMS`, sums('sha512'));
  releases.publishFile(
    `${root}provenance.json`,
    provenanceOf(
      version,
      files.filter(({ pathInRelease }) => !pathInRelease.endsWith('.tar')),
    ),
  );
}

/** An unsigned statement about these files, as a release has it. */
export function provenanceOf(
  version: string,
  files: readonly Pick<WholeFile, 'pathInRelease' | 'bytes' | 'sha256'>[],
): string {
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: files.map(({ pathInRelease, sha256, bytes }) => ({
      name: `gs://kubernetes-release/release/${version}/${pathInRelease}`,
      digest: { sha256, sha512: sha512Of(bytes) },
    })),
    predicate: {},
  });
}

function sha512Of(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex');
}
