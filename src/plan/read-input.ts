/** What a user of the library writes, made into the requests that the stories carry out; everything else is refused. */
import { RequestError } from '../errors.ts';
import { MAX_ARTIFACTS_PER_RUN, MAX_TRUSTED_ROOT_AGE_MS } from '../limits.ts';
import { GivenPolicy } from '../policy/given-policy.ts';
import { parsePlatform, type Platform } from '../release/platform.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import { BINARY_TARBALLS } from '../release/tarball.ts';
import { parseWrittenName, type WrittenName } from '../release/written-name.ts';
import { excerpt } from '../text/excerpt.ts';
import { shownUrl } from '../text/shown-url.ts';
import { InputFields } from '../strict/input-fields.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { isReleaseStore, StoreSource } from '../source/store-source.ts';
import { fileName } from './destination.ts';
import { readMirrorPlace, sourceAt } from './mirror-place.ts';
import {
  type ArtifactRequest,
  type InstallRequest,
  parseBaseUrl,
  parseComponent,
  type TrustRequest,
} from './request.ts';
import type { ResolveRequest } from './resolve-version.ts';
import { assertIdentity } from './who-must-have-signed.ts';

export const TRUST_FIELDS = [
  'identity',
  'publicKeyPem',
  'policy',
  'policyPath',
  'trustedRoot',
  'trustedRootPath',
  'tufUrl',
  'tufRootPath',
  'maxTrustedRootAgeMs',
] as const;
const SOURCES_FIELDS = ['sources', 'signal'] as const;
const INSTALL_FIELDS = [
  'artifacts',
  'into',
  'output',
  'platform',
  'force',
  'extract',
  'fromTarball',
  'dryRun',
  'saveBundle',
  'checkSums',
  'requireName',
  'rekorUrl',
  'forgetNames',
  ...SOURCES_FIELDS,
  ...TRUST_FIELDS,
] as const;
const ARTIFACT_FIELDS = ['component', 'version', 'platform', 'sha256'] as const;

/** @throws RequestError `usage` */
export function readInstall(input: unknown): InstallRequest {
  const fields = new InputFields(input, 'the request', INSTALL_FIELDS);
  const { list, text, flag, signal, choice } = fields;
  const platform = fields.entry('platform', text);
  const withPlatform = (artifact: ArtifactRequest): ArtifactRequest => ({ ...platform, ...artifact });
  return {
    artifacts: readArtifacts(fields).map(withPlatform),
    destination: readDestination(fields),
    ...fields.entry('force', flag),
    ...fields.entry('extract', (value) => readExtract(value, fields)),
    ...fields.entry('fromTarball', choice(BINARY_TARBALLS)),
    ...fields.entry('dryRun', flag),
    ...fields.entry('saveBundle', flag),
    ...fields.entry('checkSums', flag),
    ...(fields.optional('requireName', flag) === true ? { requireName: 'always' } : {}),
    ...fields.entry('sources', list(sourceReader(fields))),
    ...fields.entry('rekorUrl', urlReader(fields)),
    ...fields.entry('forgetNames', list(nameReader(fields))),
    ...fields.entry('signal', signal),
    ...readTrust(fields),
  };
}

function readArtifacts(fields: InputFields): readonly ArtifactRequest[] {
  const artifacts = fields.required('artifacts', fields.list(readArtifact));
  if (artifacts.length <= MAX_ARTIFACTS_PER_RUN) return artifacts;
  throw fields.wrong(
    'artifacts',
    `a list of at most ${MAX_ARTIFACTS_PER_RUN}`,
    `${artifacts.length} of them`,
  );
}

function readArtifact(value: unknown, name: string): ArtifactRequest {
  if (typeof value === 'string') return readComponent(value);
  const fields = new InputFields(value, name, ARTIFACT_FIELDS);
  return {
    component: fields.required('component', fields.text),
    ...fields.entry('version', fields.text),
    ...fields.entry('platform', fields.text),
    ...fields.entry('sha256', fields.sha256),
  };
}

/** `kubectl@v1.26.4`, or `kubectl` alone. */
export function readComponent(written: string): ArtifactRequest {
  const artifact = parseComponent(written);
  if (artifact !== undefined) return artifact;
  throw new RequestError('usage', `${excerpt(written)} is neither a component nor one with a version`, {
    wanted: 'COMPONENT or COMPONENT@VERSION',
    found: excerpt(written),
    next: 'write for example kubectl@v1.30.2; without a version, the newest stable release is meant',
  });
}

function readDestination(fields: InputFields): InstallRequest['destination'] {
  const next = 'name a directory with into, or the exact file for one artifact with output';
  return fields.onlyOne('the destination', ['into', 'output'], next) === 'into'
    ? { kind: 'directory', path: fields.required('into', fields.path) }
    : { kind: 'file', path: fileName(fields.required('output', fields.path)) };
}

function readExtract(value: unknown, { wrong }: InputFields): { readonly members: readonly string[] } {
  if (value === true) return { members: [] };
  if (typeof value === 'boolean') {
    throw wrong(
      'extract',
      'true or an object with members',
      'false',
      'leave extract out to keep the tarball',
    );
  }
  const fields = new InputFields(value, 'extract', ['members']);
  return { members: fields.required('members', fields.list(fields.text)) };
}

export function readTrust(fields: InputFields): TrustRequest {
  fields.atMostOne('the signer', ['identity', 'publicKeyPem', 'releaseWorkflow'], 'name one of them');
  fields.atMostOne('the trusted root', ['trustedRoot', 'trustedRootPath'], 'pass it, or name its file');
  const trustedRootFile = fields.optional('trustedRootPath', fields.path);
  const tuf = readTuf(fields);
  const policy = readPolicy(fields);
  return {
    ...(policy === undefined ? {} : { policy }),
    ...fields.entry('identity', readIdentity),
    ...fields.entry('publicKeyPem', fields.text),
    ...fields.entry('trustedRoot', fields.content),
    ...(trustedRootFile === undefined ? {} : { trustedRootFile }),
    ...(tuf === undefined ? {} : { tuf }),
    ...fields.entry('maxTrustedRootAgeMs', fields.count(1, MAX_TRUSTED_ROOT_AGE_MS)),
  };
}

function readPolicy(fields: InputFields): GivenPolicy | undefined {
  fields.atMostOne('the policy', ['policy', 'policyPath'], 'pass it, or name its file');
  const bytes = fields.optional('policy', fields.content);
  if (bytes !== undefined) return new GivenPolicy({ kind: 'value', bytes });
  const path = fields.optional('policyPath', fields.path);
  return path === undefined ? undefined : new GivenPolicy({ kind: 'file', path, namedBy: 'option' });
}

function readTuf(fields: InputFields): TrustRequest['tuf'] {
  const url = fields.optional('tufUrl', urlReader(fields));
  const rootFile = fields.optional('tufRootPath', fields.path);
  if (url === undefined && rootFile === undefined) return undefined;
  const next = 'pass both, or neither for the public-good Sigstore';
  fields.atMostOne('the trusted root', ['trustedRoot', 'trustedRootPath', 'tufUrl'], 'name one of them');
  if (url !== undefined && rootFile !== undefined) return { url, rootFile };
  const [given, missing] = url === undefined ? ['tufRootPath', 'tufUrl'] : ['tufUrl', 'tufRootPath'];
  throw fields.wrong(given, `${missing} together with it`, 'it alone', next);
}

function readIdentity(value: unknown): CertificateIdentity {
  const fields = new InputFields(value, 'identity', ['subjectAlternativeName', 'issuer']);
  const identity = {
    subjectAlternativeName: fields.required('subjectAlternativeName', fields.text),
    issuer: fields.required('issuer', fields.text),
  };
  assertIdentity(identity);
  return identity;
}

/** A request to list a release. */
export interface ReadList extends ResolveRequest {
  readonly version: string;
  /** Undefined for every platform. */
  readonly platforms: readonly Platform[] | undefined;
}

/** @throws RequestError `usage`, `platform-impossible` */
export function readList(input: unknown): ReadList {
  const fields = new InputFields(input, 'the request', ['version', 'platforms', ...SOURCES_FIELDS]);
  const platform = (value: unknown, name: string): Platform => parsePlatform(fields.text(value, name));
  return {
    version: fields.optional('version', fields.text) ?? 'stable',
    platforms: fields.optional('platforms', fields.list(platform)),
    ...readSources(fields),
  };
}

/** @throws RequestError `usage` */
export function readResolve(version: unknown, input: unknown): ResolveRequest & { readonly version: string } {
  if (typeof version !== 'string') {
    throw new RequestError('usage', 'the version is not a text', {
      wanted: 'v1.26.0, 1.26, stable, stable-1.26, prerelease or prerelease-1.26',
      found: typeof version,
    });
  }
  return { version, ...readSources(new InputFields(input, 'the options', SOURCES_FIELDS)) };
}

function readSources(fields: InputFields): ResolveRequest {
  return {
    ...fields.entry('sources', fields.list(sourceReader(fields))),
    ...fields.entry('signal', fields.signal),
  };
}

export function nameReader({ text }: InputFields): (value: unknown, name: string) => WrittenName {
  return (value, name) => parseWrittenName(text(value, name), name);
}

/** The URL of a server, a directory, or a store that the program brings itself. */
export function sourceReader(fields: InputFields): (value: unknown, name: string) => string | ReleaseSource {
  return (value, name) => {
    if (typeof value !== 'object' || value === null)
      return sourceAt(readMirrorPlace(fields.text(value, name), name));
    if (isReleaseStore(value)) return new StoreSource(value);
    const next = 'write https://host/path, or an object that has both';
    throw fields.wrong(name, 'a base URL, or a store with a name and open()', 'an object without them', next);
  };
}

export function urlReader({ text, wrong }: InputFields): (value: unknown, name: string) => string {
  return (value, name) => {
    const written = text(value, name);
    const url = parseBaseUrl(written);
    if (url !== undefined) return url;
    const next = 'write https://host/path, without ? and #';
    throw wrong(name, 'the base URL of a server', excerpt(shownUrl(written)), next);
  };
}
