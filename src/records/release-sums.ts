import { excerpt } from '../text/excerpt.ts';
import { decodeUtf8 } from '../strict/json.ts';
import type { UntrustedError } from '../errors.ts';
import { malformed, oversized } from '../strict/malformed.ts';
import { MAX_SUMS_BYTES, MAX_SUMS_PATH_CHARACTERS } from '../limits.ts';
import { isPathOf, type ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { pathInReleaseOf } from './path-in-release.ts';

/** The two checksum lists of a release, by algorithm. */
export type SumsAlgorithm = 'sha256' | 'sha512';

const HEX_CHARACTERS: Readonly<Record<SumsAlgorithm, number>> = { sha256: 64, sha512: 128 };
const LINES: Readonly<Record<SumsAlgorithm, RegExp>> = {
  sha256: /^([0-9a-f]{64}) [ *]([^\s\\][^\\]*)$/,
  sha512: /^([0-9a-f]{128}) [ *]([^\s\\][^\\]*)$/,
};

/**
 * Finds an artifact in `SHA256SUMS` or `SHA512SUMS`. The lists are not signed: they can contradict a proof, but never
 * be one.
 *
 * Each line is `<hex>  <path>`. The path is relative to the release since 2023-08-25 (kubernetes/release#3227);
 * before, it was the absolute path on the build machine. The whole list must be well-formed, so that an error page or
 * a truncated list does not look like a list without the artifact.
 *
 * @returns the digest in hex, or undefined if the list lacks the artifact
 * @throws UntrustedError `material-oversized`; `material-malformed`, also if the list contradicts itself
 */
export function digestFromSums(
  bytes: Uint8Array,
  artifact: ReleaseArtifact,
  algorithm: SumsAlgorithm,
): string | undefined {
  const what = nameOfSums(artifact.version, algorithm);
  let found: string | undefined;
  for (const [path, digest] of readSums(bytes, algorithm, what)) {
    if (!isPathOf(path, artifact)) continue;
    if (found !== undefined && found !== digest) throw contradiction(what, artifact.fileName, found, digest);
    found = digest;
  }
  return found;
}

/**
 * The whole list: each digest (hex) by the file's path in the release, `bin/linux/amd64/kubectl`.
 *
 * @throws as {@link digestFromSums}
 */
export function readReleaseSums(
  bytes: Uint8Array,
  version: ReleaseVersion,
  algorithm: SumsAlgorithm,
): ReadonlyMap<string, string> {
  const what = nameOfSums(version, algorithm);
  const digests = new Map<string, string>();
  for (const [written, digest] of readSums(bytes, algorithm, what)) {
    const path = pathInReleaseOf(written, version);
    const earlier = digests.get(path);
    if (earlier !== undefined && earlier !== digest) throw contradiction(what, path, earlier, digest);
    digests.set(path, digest);
  }
  return digests;
}

function nameOfSums(version: ReleaseVersion, algorithm: SumsAlgorithm): string {
  return `${algorithm.toUpperCase()}SUMS of ${formatReleaseVersion(version)}`;
}

/**
 * Every line of a checksum list by the path that it names, as it is written there.
 *
 * @param what names the list in errors.
 * @throws as {@link digestFromSums}
 */
export function readSums(
  bytes: Uint8Array,
  algorithm: SumsAlgorithm,
  what: string,
): ReadonlyMap<string, string> {
  if (bytes.byteLength > MAX_SUMS_BYTES) {
    throw oversized(what, `at most ${MAX_SUMS_BYTES} bytes`, `${bytes.byteLength} bytes`);
  }
  const text = decodeUtf8(bytes, what);
  const sums = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  for (const [index, line] of lines.entries()) {
    const [, digest, path] = readLine(line, algorithm) ?? [];
    if (digest === undefined || path === undefined) {
      const wanted = `${HEX_CHARACTERS[algorithm]} lower-case hex digits, two spaces, and a path`;
      // Do not quote it: after a redirect it may be any host's page.
      const other = line === '' ? 'an empty line' : `other text, of ${line.length} characters`;
      throw malformed(`line ${index + 1} of ${what} is not a checksum`, wanted, other);
    }
    const earlier = sums.get(path);
    if (earlier !== undefined && earlier !== digest) throw contradiction(what, path, earlier, digest);
    sums.set(path, digest);
  }
  return sums;
}

function readLine(line: string, algorithm: SumsAlgorithm): RegExpExecArray | undefined {
  if (line.length > HEX_CHARACTERS[algorithm] + 2 + MAX_SUMS_PATH_CHARACTERS) return undefined;
  const match = LINES[algorithm].exec(line);
  const path = match?.[2];
  if (match === null || path === undefined || hasControlCharacters(path)) return undefined;
  return path.split('/').includes('..') ? undefined : match;
}

function hasControlCharacters(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function contradiction(what: string, path: string, one: string, other: string): UntrustedError {
  const message = `${what} has two digests for ${excerpt(path)}`;
  return malformed(message, 'one digest for each file', `${one} and ${other}`);
}
