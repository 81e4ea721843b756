/**
 * The lockfile: the release artifacts that a project has chosen, by digest. The action takes versions from it and
 * installs only what it names.
 *
 * ```json { "schemaVersion": 1, "artifacts": [
 *     { "component": "kubectl", "version": "v1.30.2", "platform": "linux/amd64", "sha256": "<64 hex digits>" } ] } ```
 *
 * Every field is required and no others are allowed: you cannot rely on a reader that skips what it does not know.
 */
import { excerpt } from '../text/excerpt.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { encodeHex } from '../strict/hex.ts';
import { type JsonValue, parseJsonStrictly } from '../strict/json.ts';
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
      wanted: 'a file that this job may read',
      next: 'check the input lockfile, and that the repository is checked out before; it counts from the workspace on',
    });
  }
  if (bytes === undefined) {
    throw new RequestError('usage', `the lockfile ${path} is too large`, {
      wanted: `at most ${MAX_LOCKFILE_BYTES} bytes`,
      found: 'more',
      next: ADVICE,
    });
  }
  return parseLockfile(bytes, path);
}

/** @throws RequestError `usage` naming the file and what is wrong in it */
export function parseLockfile(bytes: Uint8Array, path: string): readonly LockedArtifact[] {
  const document = new Fields(
    readJson(bytes, path),
    'the document',
    ['schemaVersion', 'artifacts'],
    formOf(path),
  );
  const version = document.count('schemaVersion');
  if (version !== 1) throw document.flawed('schemaVersion', '1', String(version));
  const locked = document.objects('artifacts', ARTIFACT_FIELDS, MAX_LOCKED_ARTIFACTS).map(readArtifact);
  const seen = new Set<string>();
  for (const { component, version: release, platform } of locked) {
    const name = `${component} ${release} ${platform}`;
    if (seen.has(name)) throw document.flawed('artifacts', 'each artifact once', excerpt(name));
    seen.add(name);
  }
  return locked;
}

const ARTIFACT_FIELDS = ['component', 'version', 'platform', 'sha256'];

function formOf(file: string): FieldsForm {
  return {
    flawed: (path, wanted, found) =>
      new RequestError('usage', `the lockfile ${file} is malformed`, {
        wanted: `${path}: ${wanted}`,
        found,
        next: ADVICE,
      }),
  };
}

function readJson(bytes: Uint8Array, path: string): JsonValue {
  try {
    return parseJsonStrictly(bytes, `the lockfile ${path}`, { maxBytes: MAX_LOCKFILE_BYTES });
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    const { wanted, found } = error;
    throw new RequestError('usage', error.message, {
      ...(wanted === undefined ? {} : { wanted }),
      ...(found === undefined ? {} : { found }),
      next: ADVICE,
      cause: error,
    });
  }
}

function readArtifact(fields: Fields): LockedArtifact {
  const component = fields.text('component');
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(component))
    throw fields.flawed('component', 'the name of a component', excerpt(component));
  const sha256 = encodeHex(fields.hex('sha256', 32));
  const version = fields.text('version');
  const platform = fields.text('platform');
  // Written in one way only, so that equal versions are equal strings.
  if (formatReleaseVersion(parseReleaseVersion(version)) !== version) {
    throw fields.flawed('version', 'an exact version with its v, such as v1.30.2', excerpt(version));
  }
  return { component, version, platform: formatPlatform(parsePlatform(platform)), sha256 };
}
