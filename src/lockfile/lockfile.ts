/**
 * The lockfile: which release artifacts a project has settled on, by digest. The action takes versions from it, and
 * installs nothing else than what it names.
 *
 * ```json
 * {
 *   "schemaVersion": 1,
 *   "artifacts": [
 *     { "component": "kubectl", "version": "v1.30.2", "platform": "linux/amd64", "sha256": "<64 hex digits>" }
 *   ]
 * }
 * ```
 *
 * Nothing may be missing and nothing may be added: a reader that skips what it does not know cannot be relied on.
 */
import { excerpt } from '../encoding/base64.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonStrictly } from '../encoding/json.ts';
import { unreadableFile } from '../files/unreadable-file.ts';
import { K8sVerifyError, RequestError } from '../errors.ts';
import { MAX_LOCKED_ARTIFACTS, MAX_LOCKFILE_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { formatPlatform, parsePlatform } from '../release/platform.ts';
import { formatReleaseVersion, parseReleaseVersion } from '../release/version.ts';

const ADVICE = 'make it anew of proven files, as the README of k8s-verify shows';

export interface LockedArtifact {
  readonly component: string;
  /** `v1.30.2`: never an alias. */
  readonly version: string;
  /** `os/arch` */
  readonly platform: string;
  /** Hex, lower case. */
  readonly sha256: string;
}

/** @throws RequestError `file-not-readable`, or as {@link parseLockfile} */
export async function readLockfile(path: string): Promise<readonly LockedArtifact[]> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readUpTo(path, MAX_LOCKFILE_BYTES);
  } catch (cause) {
    throw unreadableFile(`the lockfile ${path}`, cause, {
      expected: 'a file that this job may read',
      advice:
        'check the input lockfile, and that the repository is checked out before; it counts from the workspace on',
    });
  }
  if (bytes === undefined) {
    throw new RequestError('usage', `the lockfile ${path} is too large`, {
      expected: `at most ${MAX_LOCKFILE_BYTES} bytes`,
      found: 'more',
      advice: ADVICE,
    });
  }
  return parseLockfile(bytes, path);
}

/** @throws RequestError `usage` naming the file and what is wrong in it */
export function parseLockfile(bytes: Uint8Array, path: string): readonly LockedArtifact[] {
  const document = readJson(bytes, path);
  if (!isJsonObject(document)) throw malformed(path, 'an object', document);
  onlyKeys(document, ['schemaVersion', 'artifacts'], path);
  const { schemaVersion, artifacts } = document;
  if (schemaVersion !== 1) throw malformed(path, '"schemaVersion": 1', schemaVersion);
  if (!Array.isArray(artifacts)) throw malformed(path, '"artifacts": [...]', artifacts);
  if (artifacts.length > MAX_LOCKED_ARTIFACTS) {
    throw malformed(path, `at most ${MAX_LOCKED_ARTIFACTS} artifacts`, artifacts.length);
  }
  const locked = artifacts.map((artifact: JsonValue) => readArtifact(artifact, path));
  const seen = new Set<string>();
  for (const { component, version, platform } of locked) {
    const name = `${component} ${version} ${platform}`;
    if (seen.has(name)) throw malformed(path, 'each artifact once', name);
    seen.add(name);
  }
  return locked;
}

function readJson(bytes: Uint8Array, path: string): JsonValue {
  try {
    return parseJsonStrictly(bytes, `the lockfile ${path}`, { maxBytes: MAX_LOCKFILE_BYTES });
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    const { expected, found } = error;
    throw new RequestError('usage', error.message, {
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      advice: ADVICE,
      cause: error,
    });
  }
}

function readArtifact(value: JsonValue, path: string): LockedArtifact {
  if (!isJsonObject(value)) throw malformed(path, 'an object for each artifact', value);
  onlyKeys(value, ['component', 'version', 'platform', 'sha256'], path);
  const component = text(value, 'component', path);
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(component))
    throw malformed(path, 'the name of a component', component);
  const sha256 = text(value, 'sha256', path);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw malformed(path, 'a SHA-256 in 64 lower-case hex digits', sha256);
  const version = text(value, 'version', path);
  const platform = text(value, 'platform', path);
  // Written in one way only, so that equal versions are equal strings.
  if (formatReleaseVersion(parseReleaseVersion(version)) !== version) {
    throw malformed(path, 'an exact version with its v, such as v1.30.2', version);
  }
  return { component, version, platform: formatPlatform(parsePlatform(platform)), sha256 };
}

function text(object: JsonObject, key: string, path: string): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  throw malformed(path, `"${key}" as a text`, value);
}

function onlyKeys(object: JsonObject, known: readonly string[], path: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw malformed(path, `nothing beside ${known.join(', ')}`, unknown);
}

function malformed(path: string, expected: string, found: JsonValue | undefined): RequestError {
  return new RequestError('usage', `the lockfile ${path} is malformed`, {
    expected,
    found: found === undefined ? 'nothing' : excerpt(JSON.stringify(found)),
    advice: ADVICE,
  });
}
