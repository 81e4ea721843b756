/**
 * URIs of what was verified, in the form of RFC 3986: ASCII alone. Names of files are those of anyone, so that everything
 * in them that is not plain is encoded, and nothing in them can end the URI or pose as another part of it.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RequestError } from '../errors.ts';
import { IN_MEMORY } from '../evidence/evidence.ts';
import { MANIFEST_NAME, manifestPath, releaseArtifact } from '../release/artifact.ts';
import { parsePlatform, PLATFORMS } from '../release/platform.ts';
import { readReleaseVersion } from '../release/version.ts';

/** Characters that a path of a URI has as they are. */
const NOT_IN_A_PATH = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]|%(?![0-9A-Fa-f]{2})/g;

/** @param location a URL, of which only the place counts, without a password; or a path of this machine. */
export function locationUri(location: string): string {
  const url = /^https?:\/\//i.test(location) ? URL.parse(location) : null;
  if (url === null) return fileUri(location);
  return `${url.protocol}//${url.host}${encoded(url.pathname)}`;
}

/** The same of where evidence was found; undefined where that is no place: it was given as a value. */
export function evidenceUri(location: string): string | undefined {
  return location === IN_MEMORY ? undefined : locationUri(location);
}

/** @param path of a file of this machine; where it is relative, from the working directory. */
export function fileUri(path: string): string {
  const { host, pathname } = pathToFileURL(resolve(path));
  return `file://${host}${encoded(pathname)}`;
}

/** The name of bytes of which nothing but the digest is known (RFC 6920). */
export function digestUri(sha256: string): string {
  return `ni:///sha-256;${Buffer.from(sha256, 'hex').toString('base64url')}`;
}

/** A part of what a URI names: a file in a tarball. */
export function partOf(uri: string, member: string): string {
  return `${uri}#${encoded(encodeURI(member))}`;
}

/** What a file of a release is called. */
export interface ReleasedName {
  readonly component: string;
  /** `v1.30.2` */
  readonly version: string;
  /** `os/arch` */
  readonly platform?: string | undefined;
}

/**
 * Where a release server has the file; undefined where the table of releases lacks it.
 *
 * @param server a URL, or a directory that is laid out like one.
 */
export function releasedUri(
  { component, version: written, platform }: ReleasedName,
  server: string,
): string | undefined {
  const version = readReleaseVersion(written);
  if (version === undefined) return undefined;
  if (component === MANIFEST_NAME) return below(server, manifestPath(version));
  try {
    const where = platform === undefined ? PLATFORMS[0] : parsePlatform(platform);
    return where && below(server, releaseArtifact({ component, version, platform: where }).path);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

/** The URI of a path below a release server. */
export function below(server: string, path: string): string {
  return `${locationUri(server).replace(/\/+$/, '')}/${path}`;
}

function encoded(pathname: string): string {
  return pathname.replaceAll(NOT_IN_A_PATH, (character) =>
    character === '%' ? '%25' : encodeURIComponent(character),
  );
}
