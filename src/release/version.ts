import { excerpt } from '../text/excerpt.ts';
import { RequestError, UnavailableError } from '../errors.ts';
import { MAX_MARKER_BYTES, MAX_VERSION_CHARACTERS } from '../limits.ts';
import { nearest } from '../text/nearest.ts';

/** The stages of a Kubernetes pre-release, in their order. */
export type PrereleaseStage = 'alpha' | 'beta' | 'rc';

export interface Prerelease {
  readonly stage: PrereleaseStage;
  readonly number: number;
}

/** A version that names exactly one Kubernetes release. */
export interface ReleaseVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: Prerelease | undefined;
}

/**
 * `stable`: the newest final release; `latest`: the newest pre-release. Both within a major or minor, as published.
 */
export interface VersionMarker {
  readonly channel: 'stable' | 'latest';
  readonly major: number | undefined;
  readonly minor: number | undefined;
}

/** The requested version: an exact one, or the current value of a marker. */
export type VersionRequest =
  | { readonly kind: 'exact'; readonly version: ReleaseVersion }
  | { readonly kind: 'marker'; readonly marker: VersionMarker };

/** Five digits at most: far beyond any release, far below where numbers lose precision. */
const NUMBER = String.raw`(0|[1-9][0-9]{0,4})`;
const VERSION = new RegExp(String.raw`^v?${NUMBER}\.${NUMBER}\.${NUMBER}(?:-(alpha|beta|rc)\.${NUMBER})?$`);
const MINOR = new RegExp(String.raw`^v?${NUMBER}\.${NUMBER}$`);
const MARKER = new RegExp(String.raw`^(stable|latest|prerelease)(?:-${NUMBER}(?:\.${NUMBER})?)?$`);
const LOOSE =
  /^[^0-9]{0,20}([0-9]{1,5})\.([0-9]{1,5})(?:\.([0-9]{1,5}))?(?:[-._]?(alpha|beta|rc)[-._]?([0-9]{1,5}))?/;
const STAGES: readonly PrereleaseStage[] = ['alpha', 'beta', 'rc'];

/**
 * Reads `v1.26.0`, `1.26.0` or `v1.26.0-rc.1`. No leading zeros, no build metadata, no white space: the text becomes
 * part of a URL and of the printed result.
 *
 * @throws RequestError `version-malformed`
 */
export function parseReleaseVersion(text: string): ReleaseVersion {
  const version = readReleaseVersion(text);
  if (version !== undefined) return version;
  const choice = nearestVersionText(text);
  const exact = choice === undefined || readReleaseVersion(choice) === undefined ? undefined : choice;
  throw malformed(text, 'a release version such as v1.26.0 or v1.26.0-rc.1', exact);
}

/** `v1.26.0-rc.1`: the canonical form, which is also the directory's name on the release server. */
export function formatReleaseVersion(version: ReleaseVersion): string {
  const { major, minor, patch, prerelease } = version;
  const final = `v${major}.${minor}.${patch}`;
  return prerelease === undefined ? final : `${final}-${prerelease.stage}.${prerelease.number}`;
}

/** Precedence of Semantic Versioning 2.0.0, section 11: negative if `a` comes before `b`, 0 if they are equal. */
export function compareReleaseVersions(a: ReleaseVersion, b: ReleaseVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrereleases(a, b);
}

/**
 * Reads the version that a user typed: an exact one, `1.26` (the newest final release of that minor), or a marker
 * (`stable`, `stable-1`, `stable-1.26`; for pre-releases `prerelease`, `prerelease-1`, `prerelease-1.26`, which the
 * release server calls `latest`).
 *
 * @throws RequestError `version-malformed`, with the nearest valid version
 */
export function parseVersionRequest(text: string): VersionRequest {
  const version = readReleaseVersion(text);
  if (version !== undefined) return { kind: 'exact', version };
  const marker = readMarkerName(text);
  if (marker === undefined) {
    throw malformed(
      text,
      'v1.26.0, 1.26, stable, stable-1.26, prerelease or prerelease-1.26',
      nearestVersionText(text),
    );
  }
  return { kind: 'marker', marker };
}

/** `stable-1.26`: the marker's name on the command line and on the release server. */
export function formatMarker(marker: VersionMarker): string {
  const scope = [marker.major, marker.minor].filter((number) => number !== undefined);
  return scope.length === 0 ? marker.channel : `${marker.channel}-${scope.join('.')}`;
}

/** Path of the marker's file, relative to the release server: `release/stable-1.26.txt`. */
export function markerPath(marker: VersionMarker): string {
  return `release/${formatMarker(marker)}.txt`;
}

/**
 * Reads a marker file: a canonical version, with or without a newline at the end, that fits the marker. Servers have
 * sent empty and stale markers, and proxies HTML pages, so nothing here has a default.
 *
 * @param options `quoted`: whether an error may quote the content; not if another host answered.
 * @throws UnavailableError `response-invalid`
 */
export function parseMarker(
  bytes: Uint8Array,
  marker: VersionMarker,
  { quoted = true }: { readonly quoted?: boolean } = {},
): ReleaseVersion {
  const shown = (text: string): string =>
    quoted ? excerpt(text) : `other text of ${text.length} characters`;
  const name = `${formatMarker(marker)}.txt`;
  if (bytes.byteLength > MAX_MARKER_BYTES) {
    throw invalidMarker(name, `a version, at most ${MAX_MARKER_BYTES} bytes`, `${bytes.byteLength} bytes`);
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const line = text.replace(/\r?\n$/, '');
  const version = line.startsWith('v') ? readReleaseVersion(line) : undefined;
  if (version === undefined) throw invalidMarker(name, 'a version such as v1.26.0', shown(text));
  const within =
    (marker.major === undefined || marker.major === version.major) &&
    (marker.minor === undefined || marker.minor === version.minor);
  if (!within) {
    throw invalidMarker(name, `a version of ${marker.major}.${marker.minor ?? 'x'}`, shown(line));
  }
  if (marker.channel === 'stable' && version.prerelease !== undefined) {
    throw invalidMarker(name, 'a final version', shown(line));
  }
  return version;
}

/** As {@link parseReleaseVersion}, for a text that no user wrote; undefined if it is no release version. */
export function readReleaseVersion(text: string): ReleaseVersion | undefined {
  if (text.length > MAX_VERSION_CHARACTERS) return undefined;
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, stageText, number] = match;
  const stage = STAGES.find((known) => known === stageText);
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    prerelease: stage === undefined ? undefined : { stage, number: Number(number) },
  };
}

/** A minor release. */
export interface Minor {
  readonly major: number;
  readonly minor: number;
}

/** Reads `1.30` or `v1.30`; undefined if it is anything else. */
export function readMinor(text: string): Minor | undefined {
  const found = text.length > MAX_VERSION_CHARACTERS ? null : MINOR.exec(text);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

function readMarkerName(text: string): VersionMarker | undefined {
  if (text.length > MAX_VERSION_CHARACTERS) return undefined;
  const minor = readMinor(text);
  if (minor !== undefined) return { channel: 'stable', ...minor };
  const match = MARKER.exec(text);
  if (match === null) return undefined;
  const [, channel, ofMajor, ofMinor] = match;
  return {
    channel: channel === 'stable' ? 'stable' : 'latest',
    major: ofMajor === undefined ? undefined : Number(ofMajor),
    minor: ofMinor === undefined ? undefined : Number(ofMinor),
  };
}

function comparePrereleases(a: ReleaseVersion, b: ReleaseVersion): number {
  if (a.prerelease === undefined || b.prerelease === undefined) {
    return Number(a.prerelease === undefined) - Number(b.prerelease === undefined);
  }
  const stages = STAGES.indexOf(a.prerelease.stage) - STAGES.indexOf(b.prerelease.stage);
  return stages || a.prerelease.number - b.prerelease.number;
}

function malformed(text: string, wanted: string, choice: string | undefined): RequestError {
  return new RequestError('version-malformed', `${excerpt(text)} is not a Kubernetes version`, {
    wanted,
    found: excerpt(text),
    next: choice === undefined ? `name ${wanted}` : `try ${choice}`,
  });
}

/** What the user most likely meant, in a form that `parseVersionRequest` accepts; undefined if that is unclear. */
function nearestVersionText(text: string): string | undefined {
  const plain = text.slice(0, MAX_VERSION_CHARACTERS).trim().toLowerCase();
  if (/^v?[0-9]{1,5}(?:\.x(?:\.x)?)?$/.test(plain)) {
    const number = Number.parseInt(plain.replace('v', ''), 10);
    // "30" means the minor release, because there is no major version above 1.
    return number > 1 ? `1.${number}` : `stable-${number}`;
  }
  const loose = LOOSE.exec(plain);
  if (loose === null) return nearest(plain, ['stable', 'latest', 'prerelease']);
  const [major, minor, patch, number] = [loose[1], loose[2], loose[3], loose[5]].map(Number);
  if (loose[3] === undefined && loose[4] === undefined) {
    const channel = /^(?:latest|prerelease)(?=-)/.exec(plain)?.[0];
    return channel === undefined ? `${major}.${minor}` : `${channel}-${major}.${minor}`;
  }
  const final = `v${major}.${minor}.${loose[3] === undefined ? 0 : patch}`;
  return loose[4] === undefined ? final : `${final}-${loose[4]}.${number}`;
}

function invalidMarker(name: string, wanted: string, found: string): UnavailableError {
  return new UnavailableError('response-invalid', `the version marker ${name} cannot be used`, {
    wanted,
    found,
    why: 'a guess could install another version than you asked for',
    next: 'name an exact version, or try again later',
  });
}
