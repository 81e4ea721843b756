/** The action's inputs under `with:`, read strictly: nothing is silently ignored. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import type { AskedComponent, AskedComponents } from '../lockfile/chosen-artifacts.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import { parseBaseUrl, parseComponent, repeatedComponent } from '../plan/request.ts';

/** The inputs of action.yml; a test compares the two. */
export const INPUT_NAMES = [
  'version',
  'version-file',
  'components',
  'install-dir',
  'mirror',
  'rekor-url',
  'policy',
  'trusted-root',
  'tuf-url',
  'tuf-root',
  'certificate-identity',
  'certificate-oidc-issuer',
  'offline',
  'lockfile',
  'sha256',
  'require-name',
  'cache',
] as const;

export type InputName = (typeof INPUT_NAMES)[number];

/** `version` is the lockfile's where it is absent, else `stable`. */
export interface ActionInputs extends AskedComponents {
  /** A file with the versions, as written; relative to the workspace. */
  readonly versionFile?: string;
  /** As written; relative to the workspace. */
  readonly installDirectory?: string;
  /** URLs of servers; and directories as written, relative to the workspace. */
  readonly mirrors?: readonly string[];
  readonly rekorUrl?: string;
  /** As written; relative to the workspace. */
  readonly policyFile?: string;
  readonly trustedRootFile?: string;
  /** Another Sigstore: the URL of its TUF repository, and its TUF root as written, relative to the workspace. */
  readonly tuf?: { readonly url: string; readonly rootFile: string };
  readonly identity?: CertificateIdentity;
  readonly lockfile?: string;
  /** The digest (hex) that the one component must have. */
  readonly sha256?: string;
  /**
   * What nothing binds to its name is refused: `always`, or only of components whose binaries are `known` to say their
   * name; absent for never.
   */
  readonly requireName?: 'always' | 'known';
  /** No network: only what the tool cache, the install directory, kept evidence and mirror directories have. */
  readonly offline: boolean;
  /** Whether the runner's tool cache is used. */
  readonly cache: boolean;
}

/**
 * @param get the value of an input as `@actions/core` reads it: trimmed, empty where it is not given.
 * @throws RequestError `usage`
 */
export function readInputs(get: (name: InputName) => string): ActionInputs {
  const version = readVersion(get('version'));
  const installDirectory = get('install-dir');
  const mirrors = readMirrors(get('mirror'));
  const rekorUrl = get('rekor-url');
  const policyFile = get('policy');
  const trustedRootFile = get('trusted-root');
  const versionFile = get('version-file');
  const tuf = readTuf(get('tuf-url'), get('tuf-root'));
  const identity = readIdentity(get('certificate-identity'), get('certificate-oidc-issuer'));
  const lockfile = get('lockfile');
  const sha256 = readSha256(get('sha256'));
  const requireName = readRequireName(get('require-name'));
  const inputs: ActionInputs = {
    components: readComponents(get('components')),
    ...(version === undefined ? {} : { version }),
    ...(versionFile === '' ? {} : { versionFile }),
    ...(installDirectory === '' ? {} : { installDirectory }),
    ...(mirrors.length === 0 ? {} : { mirrors }),
    ...(rekorUrl === '' ? {} : { rekorUrl: readUrl('rekor-url', rekorUrl) }),
    ...(policyFile === '' ? {} : { policyFile }),
    ...(trustedRootFile === '' ? {} : { trustedRootFile }),
    ...(tuf === undefined ? {} : { tuf }),
    ...(identity === undefined ? {} : { identity }),
    ...(lockfile === '' ? {} : { lockfile }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(requireName === undefined ? {} : { requireName }),
    offline: readBoolean('offline', get('offline'), false),
    cache: readBoolean('cache', get('cache'), true),
  };
  assertDigestPossible(inputs);
  assertOneSource(inputs);
  return inputs;
}

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function readComponents(text: string): readonly AskedComponent[] {
  const listed = words(text);
  const asked = (listed.length === 0 ? ['kubectl'] : listed).map(readComponent);
  const twice = repeatedComponent(asked);
  if (twice === undefined) return asked;
  throw new RequestError('usage', `the input components names ${excerpt(twice)} twice`, {
    wanted: 'each component once',
    found: excerpt(text),
    next: 'use the action once for each version',
  });
}

function readComponent(word: string): AskedComponent {
  const asked = parseComponent(word);
  if (asked !== undefined) return asked;
  throw new RequestError('usage', `the input components has ${excerpt(word)} in it`, {
    wanted: '<component> or <component>@<version>, separated by white space or commas',
    found: excerpt(word),
    next: 'write for example: components: kubectl kubelet@v1.29.6',
  });
}

function readVersion(text: string): string | undefined {
  const listed = words(text);
  if (listed.length < 2) return listed[0];
  throw new RequestError('usage', 'the input version has several versions', {
    wanted: 'one version, such as v1.30.2, 1.30 or stable',
    found: excerpt(text),
    next: 'name the versions with the components, as in: components: kubectl@v1.30.2 kubelet@v1.29.6',
  });
}

/** A drive of Windows is no scheme. Whether a directory is there is looked at later. */
function readMirrors(text: string): readonly string[] {
  const listed = text.split(/\s+/).filter((word) => word !== '');
  return listed.map((word) => (/^[a-z][a-z0-9+.-]+:/i.test(word) ? readUrl('mirror', word) : word));
}

/** A URL may hold a password: it is never shown. */
function readUrl(name: InputName, text: string): string {
  const url = parseBaseUrl(text);
  if (url !== undefined) return url;
  throw new RequestError('usage', `the input ${name} is not the base URL of a server`, {
    wanted: 'https://host/path, without ? and #',
    found: 'something else (not shown because it may contain a password)',
    next: 'write for example https://mirror.example.com/kubernetes',
  });
}

function readIdentity(identity: string, issuer: string): CertificateIdentity | undefined {
  const both = readBoth(
    { name: 'certificate-identity', value: identity },
    { name: 'certificate-oidc-issuer', value: issuer },
    {
      wanted: 'both, or neither for the signer of the Kubernetes releases',
      why: 'an identity means something only together with the issuer that vouched for it',
    },
  );
  return both && { subjectAlternativeName: both[0], issuer: both[1] };
}

function readTuf(url: string, rootFile: string): ActionInputs['tuf'] {
  const both = readBoth(
    { name: 'tuf-url', value: url },
    { name: 'tuf-root', value: rootFile },
    {
      wanted: "both, or neither for Sigstore's public-good repository",
      why: 'what a repository has counts only if it is verified from a root that you name',
    },
  );
  return both && { url: readUrl('tuf-url', both[0]), rootFile: both[1] };
}

interface Given {
  readonly name: InputName;
  readonly value: string;
}

/** Two inputs that mean something only together; undefined if neither is given. */
function readBoth(
  one: Given,
  other: Given,
  texts: { readonly wanted: string; readonly why: string },
): readonly [string, string] | undefined {
  if (one.value === '' && other.value === '') return undefined;
  if (one.value !== '' && other.value !== '') return [one.value, other.value];
  const [present, missing] = one.value === '' ? [other.name, one.name] : [one.name, other.name];
  throw new RequestError('usage', `the input ${present} needs ${missing} with it`, {
    ...texts,
    found: `${present} alone`,
    next: `add ${missing}`,
  });
}

/** The spellings of the YAML core schema, as `@actions/core` has them. */
function readBoolean(name: InputName, text: string, otherwise: boolean): boolean {
  if (text === '') return otherwise;
  if (['true', 'True', 'TRUE'].includes(text)) return true;
  if (['false', 'False', 'FALSE'].includes(text)) return false;
  throw new RequestError('usage', `the input ${name} is neither true nor false`, {
    wanted: 'true or false',
    found: excerpt(text),
    next: `write true or false, or leave ${name} out`,
  });
}

function readSha256(text: string): string | undefined {
  if (text === '') return undefined;
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text)?.[1];
  if (hex !== undefined) return hex.toLowerCase();
  throw new RequestError('usage', 'the input sha256 is not a SHA-256', {
    wanted: '64 hex digits',
    found: excerpt(text, 80),
    next: 'give the digest of the one component, or leave sha256 out',
  });
}

/** Where nothing is said, what is known to carry its name has to show it. */
function readRequireName(text: string): ActionInputs['requireName'] {
  if (text === '') return 'known';
  return readBoolean('require-name', text, true) ? 'always' : undefined;
}

/** Two files that differ cannot both have one digest, and a lockfile has that of each. */
function assertDigestPossible({ sha256, components, lockfile }: ActionInputs): void {
  if (sha256 === undefined) return;
  if (components.length > 1) {
    throw new RequestError(
      'usage',
      'the input sha256 is the digest of one component, but several are named',
      {
        wanted: 'one component, or a lockfile for several',
        found: components.map(({ component }) => excerpt(component)).join(', '),
        next: 'give the input lockfile instead, or use the action once for each component',
      },
    );
  }
  if (lockfile === undefined) return;
  throw new RequestError('usage', 'the inputs sha256 and lockfile exclude each other', {
    wanted: 'one of the two',
    found: 'both',
    next: 'leave out sha256: the lockfile has the digest',
  });
}

function assertOneSource({ trustedRootFile, tuf, versionFile, lockfile }: ActionInputs): void {
  refuseBoth(
    ['trusted-root', trustedRootFile],
    ['tuf-url', tuf?.url],
    'a file, or the TUF repository that renews it',
  );
  refuseBoth(
    ['version-file', versionFile],
    ['lockfile', lockfile],
    'one of the two: a lockfile has its versions',
  );
}

type Optional = readonly [name: InputName, value: string | undefined];

function refuseBoth([one, first]: Optional, [other, second]: Optional, wanted: string): void {
  if (first === undefined || second === undefined) return;
  throw new RequestError('usage', `the inputs ${one} and ${other} exclude each other`, {
    wanted,
    found: 'both',
    next: `leave out ${one} or ${other}`,
  });
}
