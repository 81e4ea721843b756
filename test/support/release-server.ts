/**
 * A release server laid out as dl.k8s.io, over real HTTP on loopback: files under `/release/...` with the alias `/v...`,
 * byte ranges, no ETag. {@link ReleaseServer.publishRelease} signs an artifact and publishes it with its side files;
 * `server.http` takes faults, delays and a rate, and keeps the log of requests.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LoopbackServer, type LoopbackServerOptions } from './http/loopback-server.ts';
import { currentFile, type DigestedBody } from './http/large-bodies.ts';
import type { Reply, ReplyBody } from './http/reply.ts';
import type { ReceivedRequest } from './http/request.ts';
import type { LocalSigstore } from './local-sigstore.ts';
import { type ListedFile, type ManifestContent, renderManifest } from './release-manifest.ts';
import type { BundleVersion } from './sigstore/bundle.ts';
import type { SignedBlob, SignOptions } from './sigstore/signing.ts';

const LAST_MODIFIED = 'Thu, 08 Dec 2022 20:12:34 GMT';

/** As the storage bucket behind dl.k8s.io answers. */
const NOT_FOUND_BODY =
  "<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";

export type ArtifactBytes = Uint8Array | DigestedBody;

export interface SignedFileOptions {
  readonly bytes: ArtifactBytes;
  /** Without one the file is published with its checksum files alone. */
  readonly sigstore?: Pick<LocalSigstore, 'signBlob'>;
  readonly sign?: SignOptions;
  /** Publishes `.sigstore.json` too. */
  readonly bundle?: BundleVersion;
  /** Replaces side files by suffix (`.sig`, `.cert`, `.sha256`, `.sha512`, `.sigstore.json`); null leaves one out. */
  readonly sideFiles?: Readonly<Record<string, string | Uint8Array | null>>;
}

export interface ReleaseOptions extends SignedFileOptions {
  /** `v1.26.0`. */
  readonly version: string;
  /** `linux/amd64`; on windows the name gets `.exe`. */
  readonly platform: string;
  readonly component: string;
}

/** How a release manifest is, where it is not the honest one of what is published. */
export interface ManifestOptions extends Omit<SignedFileOptions, 'bytes'> {
  /** Lists these instead. */
  readonly files?: readonly ListedFile[];
  /** The version in its namespace; default: that of the release. */
  readonly namespace?: string;
  readonly created?: string;
  /** What becomes of the text before it is signed. */
  readonly change?: (text: string) => string;
}

export interface PublishedFile {
  readonly path: string;
  readonly url: string;
  readonly sha256: string;
  readonly size: number;
  readonly signed: SignedBlob | undefined;
}

export interface ReleaseServer {
  readonly http: LoopbackServer;
  /** For `--mirror`; the server also answers at its root as dl.k8s.io does. */
  readonly url: string;
  /** Any file, by its path from the root. */
  publishFile(path: string, body: ReplyBody, headers?: Readonly<Record<string, string>>): void;
  unpublish(path: string): void;
  /** A marker: `publishMarker('stable-1.26', 'v1.26.4')`. */
  publishMarker(name: string, version: string): void;
  /** An artifact at any path with its side files. */
  publishSigned(path: string, options: SignedFileOptions): Promise<PublishedFile>;
  /** A release binary at its place with its side files. */
  publishRelease(options: ReleaseOptions): Promise<PublishedFile>;
  /**
   * The release manifest of a version, instead of the honest one that every signed artifact of a release brings with it.
   * That is then not renewed any more.
   */
  publishManifest(version: string, options: ManifestOptions): Promise<PublishedFile>;
  /** The release has no manifest, as old ones; or no release has one. */
  withoutManifest(version?: string): void;
  /** `SHA256SUMS` and `SHA512SUMS` of what is published under the version; with a prefix, each line has an absolute path. */
  publishSums(version: string, prefix?: string): Promise<void>;
  /** Nothing is published, and `http` is as it was at the start. */
  reset(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Published {
  readonly bytes: ArtifactBytes;
  readonly sha256: string;
  /** Whether the honest manifest lists it: not what has the signature of another file. */
  readonly listed: boolean;
}

interface StoredFile {
  readonly body: ReplyBody;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReleaseServerOptions extends LoopbackServerOptions {
  /** Small files are kept there, and read anew for each request: what is changed there is what is served. */
  readonly directory?: string;
}

export async function startReleaseServer(options: ReleaseServerOptions = {}): Promise<ReleaseServer> {
  const files = new Map<string, StoredFile>();
  const published = new Map<string, Published>();
  const manifests = new OwnManifests();
  const http = await LoopbackServer.start((request) => answer(files, request), options);
  const publishFile: ReleaseServer['publishFile'] = (path, body, headers = {}) => {
    files.set(path, { body: keepIn(options.directory, path, body), headers });
  };
  const publishAlone: ReleaseServer['publishSigned'] = async (path, file) => {
    const sha256 = await digestOf(file.bytes, 'sha256');
    const signed = signArtifact(file, sha256);
    publishFile(path, file.bytes);
    const sideFiles = { ...(await honestSideFiles(file, signed, sha256)), ...file.sideFiles };
    for (const [suffix, content] of Object.entries(sideFiles)) {
      if (content !== null) publishFile(`${path}${suffix}`, content);
    }
    const size = file.bytes instanceof Uint8Array ? file.bytes.length : file.bytes.size;
    return { path, url: `${http.url}${path}`, sha256, size, signed };
  };
  const removeManifest = (version: string | undefined): void => {
    const root = version === undefined ? '/release/' : `/release/${version}/`;
    for (const path of files.keys()) {
      if (path.startsWith(root) && path.includes(`/${MANIFEST}`)) files.delete(path);
    }
  };
  const publishManifest = async (
    version: string,
    { files: listed, namespace = version, created, change, ...file }: ManifestOptions,
    isListed: (one: Published) => boolean = () => true,
  ): Promise<PublishedFile> => {
    const root = `/release/${version}/`;
    const own = Array.from(published, ([path, one]) => ({ path, ...one })).filter(
      (one) => isListed(one) && one.path.startsWith(root) && !one.path.endsWith('.spdx'),
    );
    const content: ManifestContent = {
      version: namespace,
      files: listed ?? own.map(({ path, sha256 }) => ({ path: path.slice(root.length), sha256 })),
      ...(created === undefined ? {} : { created }),
    };
    const text = renderManifest(content);
    const bytes = Buffer.from(change === undefined ? text : change(text));
    removeManifest(version);
    return publishAlone(`${root}${MANIFEST}`, { ...file, bytes });
  };
  const publishSigned: ReleaseServer['publishSigned'] = async (path, file) => {
    const done = await publishAlone(path, file);
    const listed = file.sideFiles?.['.sig'] === undefined && file.sideFiles?.['.cert'] === undefined;
    published.set(path, { bytes: file.bytes, sha256: done.sha256, listed });
    const version = manifests.toRenew(path);
    if (version !== undefined && file.sigstore !== undefined)
      await publishManifest(version, { sigstore: file.sigstore }, ({ listed: isHonest }) => isHonest);
    return done;
  };
  return {
    http,
    url: http.url,
    publishFile,
    unpublish: (path) => void files.delete(path),
    publishMarker: (name, version) =>
      publishFile(`/release/${name}.txt`, version, { 'content-type': 'text/plain' }),
    publishSigned,
    publishRelease: (release) => publishSigned(releasePath(release), release),
    publishManifest: (version, file) => {
      manifests.keep(version);
      return publishManifest(version, file);
    },
    withoutManifest(version) {
      manifests.keep(version);
      removeManifest(version);
    },
    async publishSums(version, prefix = '') {
      const root = `/release/${version}/`;
      const own = [...published].filter(([path]) => path.startsWith(root));
      for (const algorithm of ['sha256', 'sha512'] as const) {
        const lines = own.map(
          async ([path, { bytes }]) =>
            `${await digestOf(bytes, algorithm)}  ${prefix}${path.slice(root.length)}\n`,
        );
        publishFile(`${root}${algorithm.toUpperCase()}SUMS`, (await Promise.all(lines)).join(''));
      }
    },
    reset() {
      files.clear();
      published.clear();
      manifests.reset();
      http.reset();
    },
    close: () => http.close(),
    [Symbol.asyncDispose]: () => http.close(),
  };
}

const MANIFEST = 'kubernetes-release.spdx';

/** Which releases have the honest manifest, renewed with each artifact. */
class OwnManifests {
  readonly #kept = new Set<string | undefined>();

  /** @param version undefined for all of them. */
  keep(version: string | undefined): void {
    this.#kept.add(version);
  }

  reset(): void {
    this.#kept.clear();
  }

  /** The release of an artifact, where its manifest is to be renewed. */
  toRenew(path: string): string | undefined {
    const version = /^\/release\/(v[^/]+)\//.exec(path)?.[1];
    if (path.endsWith(`/${MANIFEST}`) && version !== undefined) this.keep(version);
    return this.#kept.has(undefined) || this.#kept.has(version) ? undefined : version;
  }
}

function keepIn(root: string | undefined, path: string, body: ReplyBody): ReplyBody {
  if (root === undefined || (typeof body !== 'string' && !(body instanceof Uint8Array))) return body;
  const file = join(root, ...path.split('/'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, body);
  return currentFile(file);
}

/** Where dl.k8s.io has a binary. */
export function releasePath(release: Pick<ReleaseOptions, 'version' | 'platform' | 'component'>): string {
  const { version, platform, component } = release;
  const suffix = platform.startsWith('windows/') && !component.includes('.') ? '.exe' : '';
  return `/release/${version}/bin/${platform}/${component}${suffix}`;
}

function answer(files: ReadonlyMap<string, StoredFile>, request: ReceivedRequest): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, headers: { 'content-type': 'text/plain', allow: 'GET, HEAD' }, body: '' };
  }
  const file = files.get(request.path) ?? files.get(`/release${request.path}`);
  if (file === undefined) {
    return {
      status: 404,
      headers: { 'content-type': 'application/xml; charset=UTF-8' },
      body: NOT_FOUND_BODY,
    };
  }
  return {
    status: 200,
    headers: {
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-type': 'application/octet-stream',
      'last-modified': LAST_MODIFIED,
      ...file.headers,
    },
    body: file.body,
    ranges: true,
  };
}

async function digestOf(bytes: ArtifactBytes, algorithm: 'sha256' | 'sha512'): Promise<string> {
  return bytes instanceof Uint8Array ? createHash(algorithm).update(bytes).digest('hex') : bytes[algorithm]();
}

function signArtifact(file: SignedFileOptions, sha256: string): SignedBlob | undefined {
  const content = file.bytes instanceof Uint8Array ? { bytes: file.bytes } : { digest: sha256 };
  return file.sigstore?.signBlob({ ...file.sign, ...content });
}

async function honestSideFiles(
  file: SignedFileOptions,
  signed: SignedBlob | undefined,
  sha256: string,
): Promise<Record<string, string>> {
  // A second pass over a large artifact is spared where the test replaces the file anyway.
  const replaced = file.sideFiles !== undefined && '.sha512' in file.sideFiles;
  const sha512 = replaced ? {} : { '.sha512': await digestOf(file.bytes, 'sha512') };
  const sums = { '.sha256': sha256, ...sha512 };
  if (signed === undefined) return sums;
  const bundle = file.bundle === undefined ? {} : { '.sigstore.json': signed.bundle(file.bundle) };
  return { ...sums, '.sig': signed.signatureFile, '.cert': signed.certificateFile, ...bundle };
}
