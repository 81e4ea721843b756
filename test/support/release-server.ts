/**
 * A release server laid out as dl.k8s.io, over real HTTP on loopback: files under `/release/...` with the alias `/v...`,
 * byte ranges, no ETag. {@link ReleaseServer.publishRelease} signs an artifact and publishes it with its side files;
 * `server.http` takes faults, delays and a rate, and keeps the log of requests.
 */
import { createHash } from 'node:crypto';
import { LoopbackServer, type LoopbackServerOptions } from './http/loopback-server.ts';
import type { DigestedBody } from './http/large-bodies.ts';
import type { ReceivedRequest, Reply, ReplyBody } from './http/reply.ts';
import type { LocalSigstore } from './local-sigstore.ts';
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

export interface PublishedFile {
  readonly path: string;
  readonly url: string;
  readonly sha256: string;
  readonly sha512: string;
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
  /** `SHA256SUMS` and `SHA512SUMS` of what is published under the version; with a prefix, each line has an absolute path. */
  publishSums(version: string, prefix?: string): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface StoredFile {
  readonly body: ReplyBody;
  readonly headers: Readonly<Record<string, string>>;
}

export async function startReleaseServer(options: LoopbackServerOptions = {}): Promise<ReleaseServer> {
  const files = new Map<string, StoredFile>();
  const published: PublishedFile[] = [];
  const http = await LoopbackServer.start((request) => answer(files, request), options);
  const publishFile: ReleaseServer['publishFile'] = (path, body, headers = {}) => {
    files.set(path, { body, headers });
  };
  const publishSigned: ReleaseServer['publishSigned'] = async (path, file) => {
    const { sha256, sha512 } = await digestsOf(file.bytes);
    const signed = await signArtifact(file, sha256);
    publishFile(path, file.bytes);
    const sideFiles = { ...honestSideFiles(file, signed, { sha256, sha512 }), ...file.sideFiles };
    for (const [suffix, content] of Object.entries(sideFiles)) {
      if (content !== null) publishFile(`${path}${suffix}`, content);
    }
    const size = file.bytes instanceof Uint8Array ? file.bytes.length : file.bytes.size;
    const result = { path, url: `${http.url}${path}`, sha256, sha512, size, signed };
    published.push(result);
    return result;
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
    publishSums(version, prefix = '') {
      const root = `/release/${version}/`;
      const own = published.filter(({ path }) => path.startsWith(root));
      const lines = (digest: (file: PublishedFile) => string): string =>
        own.map((file) => `${digest(file)}  ${prefix}${file.path.slice(root.length)}\n`).join('');
      publishFile(
        `${root}SHA256SUMS`,
        lines(({ sha256 }) => sha256),
      );
      publishFile(
        `${root}SHA512SUMS`,
        lines(({ sha512 }) => sha512),
      );
    },
    close: () => http.close(),
    [Symbol.asyncDispose]: () => http.close(),
  };
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

interface Digests {
  readonly sha256: string;
  readonly sha512: string;
}

async function digestsOf(bytes: ArtifactBytes): Promise<Digests> {
  if (!(bytes instanceof Uint8Array)) {
    return { sha256: await bytes.sha256(), sha512: await bytes.sha512() };
  }
  const hex = (hash: string): string => createHash(hash).update(bytes).digest('hex');
  return { sha256: hex('sha256'), sha512: hex('sha512') };
}

async function signArtifact(file: SignedFileOptions, sha256: string): Promise<SignedBlob | undefined> {
  if (file.sigstore === undefined) return undefined;
  const content = file.bytes instanceof Uint8Array ? { bytes: file.bytes } : { digest: sha256 };
  return file.sigstore.signBlob({ ...file.sign, ...content });
}

function honestSideFiles(
  file: SignedFileOptions,
  signed: SignedBlob | undefined,
  digests: Digests,
): Record<string, string> {
  const sums = { '.sha256': digests.sha256, '.sha512': digests.sha512 };
  if (signed === undefined) return sums;
  const bundle = file.bundle === undefined ? {} : { '.sigstore.json': signed.bundle(file.bundle) };
  return { ...sums, '.sig': signed.signatureFile, '.cert': signed.certificateFile, ...bundle };
}
