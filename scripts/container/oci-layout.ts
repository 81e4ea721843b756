/**
 * An OCI image layout (github.com/opencontainers/image-spec): the files of an image for several platforms, named by their
 * SHA-256. No container engine is needed for it, and the same roots give the same digest, so the digest of an image is known,
 * and can be compared, before it is pushed anywhere.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { EXECUTABLE, USER } from './root.ts';

/** Times in an image say nothing that its digest does not; with the build's own, each would be another image. */
const EPOCH = new Date(0);
const CREATED = '1970-01-01T00:00:00Z';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface ImageRoot {
  readonly directory: string;
  readonly architecture: 'amd64' | 'arm64';
}

export interface ImageFacts {
  readonly version: string;
  /** `https://github.com/OWNER/k8s-verify`, if the build knows. */
  readonly source?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes the layout, and returns the digest of the image: `sha256:...`. */
export async function writeLayout(
  roots: readonly ImageRoot[],
  facts: ImageFacts,
  directory: string,
): Promise<{ readonly digest: string; readonly layerBytes: readonly number[] }> {
  const blobs = path.join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const keep = (mediaType: string, bytes: Buffer): Descriptor => {
    const hex = sha256(bytes);
    writeFileSync(path.join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const layerBytes: number[] = [];
  const manifests: (Descriptor & { readonly platform: object })[] = [];
  for (const { directory: root, architecture } of roots) {
    const tarball = await tarballOf(root);
    const layer = keep(LAYER, gzipSync(tarball, { level: 9 }));
    const config = keep(CONFIG, json(imageConfig(architecture, sha256(tarball), facts)));
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] };
    layerBytes.push(layer.size);
    manifests.push({ ...keep(MANIFEST, json(manifest)), platform: { os: 'linux', architecture } });
  }
  const index = keep(
    INDEX,
    json({ schemaVersion: 2, mediaType: INDEX, manifests, annotations: annotations(facts) }),
  );
  writeFileSync(path.join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  const named = { ...index, annotations: { 'org.opencontainers.image.ref.name': facts.version } };
  writeFileSync(
    path.join(directory, 'index.json'),
    json({ schemaVersion: 2, mediaType: INDEX, manifests: [named] }),
  );
  return { digest: index.digest, layerBytes };
}

/** Everything belongs to root, whichever user builds, in the order of the names: a user of the image can change nothing in it. */
async function tarballOf(root: string): Promise<Buffer> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  const options = { cwd: root, portable: true, mtime: EPOCH, noDirRecurse: true };
  const chunks: Buffer[] = [];
  for await (const chunk of create(options, paths)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function imageConfig(architecture: string, diffId: string, facts: ImageFacts): object {
  return {
    created: CREATED,
    architecture,
    os: 'linux',
    config: {
      User: `${USER}:${USER}`,
      Entrypoint: [`/${EXECUTABLE}`],
      Env: ['PATH=/usr/bin'],
      WorkingDir: '/',
      Labels: annotations(facts),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
  };
}

function annotations({ version, source }: ImageFacts): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.title': 'k8s-verify',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    ...(source === undefined ? {} : { 'org.opencontainers.image.source': source }),
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
