/**
 * The lockfile: the release artifacts that a project has chosen, by digest.
 *
 * ```json { "schemaVersion": 2, "asked": { "kubectl": "v1.30.2" }, "platforms": ["linux/amd64"], "artifacts": [
 *     { "component": "kubectl", "version": "v1.30.2", "platform": "linux/amd64", "sha256": "<64 hex digits>" } ] } ```
 *
 * `asked` has one version for each component, as it was asked for, so that a bot can bump it. `artifacts` has what that
 * stood for when it was locked; there `signer`, `signedAt`, `logIndex` and `size` are for readers, and decide nothing.
 * Version 1 of the schema has `schemaVersion` and `artifacts` alone. No other fields are allowed, save `$schema`, which is
 * never opened: you cannot rely on a reader that skips what it does not know.
 */
import { excerpt } from '../text/excerpt.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { encodeHex } from '../strict/hex.ts';
import { type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { K8sVerifyError, RequestError } from '../errors.ts';
import { MAX_ASKED_COMPONENTS, MAX_LOCKED_ARTIFACTS, MAX_LOCKFILE_BYTES } from '../limits.ts';
import { formatPlatform, parsePlatform, PLATFORMS } from '../release/platform.ts';
import { formatReleaseVersion, parseReleaseVersion, parseVersionRequest } from '../release/version.ts';

/** The newest version of the schema that is read, and the one that is written. */
const SCHEMA_VERSION = 2;
const ADVICE = 'write it anew with k8s-verify lock, or take it out of your version control again';
const PLATFORM_NAMES: ReadonlySet<string> = new Set(PLATFORMS.map(formatPlatform));

/** What decides of a locked artifact. */
export interface LockedArtifact {
  readonly component: string;
  /** `v1.30.2`: never an alias. */
  readonly version: string;
  /** `os/arch`; absent of what is for all platforms. */
  readonly platform?: string;
  /** Hex, lower case. */
  readonly sha256: string;
}

/** The same, with what is there for readers. */
export interface LockEntry extends LockedArtifact {
  /** In bytes, as a server said it. */
  readonly size?: number;
  readonly signer?: string;
  /** ISO 8601. */
  readonly signedAt?: string;
  /** A decimal number. */
  readonly logIndex?: string;
}

export interface Lock {
  /** The version that was asked for, by component; undefined of version 1 of the schema. */
  readonly asked: ReadonlyMap<string, string> | undefined;
  /** Those that every component is locked for, where it is published for them. */
  readonly platforms: readonly string[];
  readonly artifacts: readonly LockEntry[];
}

/** @throws RequestError `usage` naming the file and what is wrong in it */
export function parseLock(bytes: Uint8Array, path: string): Lock {
  const json = readJson(bytes, path);
  const form = formOf(path);
  const version = new Fields(json, 'the document', 'any', form).count('schemaVersion');
  if (version > SCHEMA_VERSION) throw newerSchema(path, version);
  if (version === 1) return readFirst(new Fields(json, 'the document', FIRST_FIELDS, form));
  const document = new Fields(json, 'the document', DOCUMENT_FIELDS, form);
  if (version !== SCHEMA_VERSION) throw document.flawed('schemaVersion', '1 or 2', String(version));
  if (document.has('$schema')) document.text('$schema');
  const artifacts = document.objects('artifacts', ENTRY_FIELDS, MAX_LOCKED_ARTIFACTS).map(readEntry);
  assertDistinct(artifacts, document);
  assertOneVersion(artifacts, document);
  return { asked: readAsked(document), platforms: readPlatforms(document), artifacts };
}

const FIRST_FIELDS = ['schemaVersion', 'artifacts'];
const ARTIFACT_FIELDS = ['component', 'version', 'platform', 'sha256'];
const DOCUMENT_FIELDS = ['$schema', 'schemaVersion', 'asked', 'platforms', 'artifacts'];
const ENTRY_FIELDS = [...ARTIFACT_FIELDS, 'size', 'signer', 'signedAt', 'logIndex'];

function readFirst(document: Fields): Lock {
  const artifacts = document.objects('artifacts', ARTIFACT_FIELDS, MAX_LOCKED_ARTIFACTS).map((fields) => {
    const { component, version, sha256 } = readArtifact(fields);
    return { component, version, platform: readPlatform(fields), sha256 };
  });
  assertDistinct(artifacts, document);
  return { asked: undefined, platforms: [...new Set(artifacts.map(({ platform }) => platform))], artifacts };
}

function readAsked(document: Fields): ReadonlyMap<string, string> {
  const fields = document.object('asked', 'any');
  const names = fields.names();
  if (names.length > MAX_ASKED_COMPONENTS)
    throw document.flawed('asked', `at most ${MAX_ASKED_COMPONENTS} components`, String(names.length));
  return new Map(
    names.map((name) => {
      assertComponent(name, () => document.flawed('asked', 'names of components', excerpt(name)));
      const version = fields.text(name);
      try {
        parseVersionRequest(version);
      } catch (cause) {
        if (!(cause instanceof RequestError)) throw cause;
        throw fields.flawed(name, cause.wanted ?? 'a version', excerpt(version));
      }
      return [name, version] as const;
    }),
  );
}

function readPlatforms(document: Fields): readonly string[] {
  const platforms = document.list('platforms', PLATFORMS.length).map((one) => {
    if (typeof one === 'string' && PLATFORM_NAMES.has(one)) return one;
    throw document.flawed('platforms', 'platforms such as linux/amd64', excerpt(JSON.stringify(one)));
  });
  if (new Set(platforms).size === platforms.length) return platforms;
  throw document.flawed('platforms', 'each platform once', platforms.join(', '));
}

function readEntry(fields: Fields): LockEntry {
  const { component, version, sha256 } = readArtifact(fields);
  if (fields.has('logIndex') && !/^\d{1,20}$/.test(fields.text('logIndex')))
    throw fields.flawed('logIndex', 'a decimal number', excerpt(fields.text('logIndex')));
  if (fields.has('signedAt')) fields.timestamp('signedAt');
  return {
    component,
    version,
    ...(fields.has('platform') ? { platform: readPlatform(fields) } : {}),
    sha256,
    ...(fields.has('size') ? { size: fields.count('size') } : {}),
    ...(fields.has('signer') ? { signer: fields.text('signer') } : {}),
    ...(fields.has('signedAt') ? { signedAt: fields.text('signedAt') } : {}),
    ...(fields.has('logIndex') ? { logIndex: fields.text('logIndex') } : {}),
  };
}

function readArtifact(fields: Fields): LockedArtifact {
  const component = fields.text('component');
  assertComponent(component, () => fields.flawed('component', 'the name of a component', excerpt(component)));
  const sha256 = encodeHex(fields.hex('sha256', 32));
  const version = fields.text('version');
  // Written in one way only, so that equal versions are equal strings.
  if (formatReleaseVersion(parseReleaseVersion(version)) !== version) {
    throw fields.flawed('version', 'an exact version with its v, such as v1.30.2', excerpt(version));
  }
  return { component, version, sha256 };
}

function readPlatform(fields: Fields): string {
  return formatPlatform(parsePlatform(fields.text('platform')));
}

function assertComponent(name: string, flawed: () => K8sVerifyError): void {
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(name)) throw flawed();
}

function assertDistinct(artifacts: readonly LockedArtifact[], document: Fields): void {
  const seen = new Set<string>();
  for (const { component, version, platform } of artifacts) {
    const name = `${component} ${version} ${platform ?? ''}`.trimEnd();
    if (seen.has(name)) throw document.flawed('artifacts', 'each artifact once', excerpt(name));
    seen.add(name);
  }
}

/** An alias may stand for one version at a time. */
function assertOneVersion(artifacts: readonly LockedArtifact[], document: Fields): void {
  for (const { component, version } of artifacts) {
    const other = artifacts.find((one) => one.component === component && one.version !== version);
    if (other === undefined) continue;
    throw document.flawed('artifacts', `one version of ${component}`, `${version} and ${other.version}`);
  }
}

/** @param schema its address, for editors; a build that knows no repository of its own has none. */
export function encodeLock(
  { asked = new Map(), platforms, artifacts }: Lock,
  schema: string | undefined,
): Uint8Array {
  const document = {
    ...(schema === undefined ? {} : { $schema: schema }),
    schemaVersion: SCHEMA_VERSION,
    asked: Object.fromEntries([...asked].toSorted(([a], [b]) => compare(a, b))),
    platforms: platforms.toSorted(compare),
    artifacts: artifacts.toSorted((a, b) => compare(keyOf(a), keyOf(b))),
  };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`, 'utf8');
}

function keyOf({ component, version, platform = '' }: LockEntry): string {
  return `${component} ${platform} ${version}`;
}

/** The same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

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

function newerSchema(path: string, version: number): RequestError {
  return new RequestError('usage', `the lockfile ${path} is of a newer k8s-verify`, {
    wanted: `schemaVersion ${SCHEMA_VERSION} or older`,
    found: `schemaVersion ${version}`,
    next: 'use the k8s-verify that wrote it, or a newer one',
  });
}

export function tooLargeLock(path: string): RequestError {
  return new RequestError('usage', `the lockfile ${path} is too large`, {
    wanted: `at most ${MAX_LOCKFILE_BYTES} bytes`,
    found: 'more',
    next: ADVICE,
  });
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
