/** The action's inputs under `with:`, read strictly: nothing is silently ignored. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import type { AskedComponents } from '../lockfile/chosen-artifacts.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import {
  readBoolean,
  readBoth,
  readComponents,
  readMirrors,
  readSha256,
  readUrl,
  readVersion,
} from './input-values.ts';

/** The inputs of action.yml; a test compares the two. */
export const INPUT_NAMES = [
  'version',
  'version-file',
  'components',
  'kubectl',
  'platform',
  'arch-type',
  'install-dir',
  'lockfile',
  'sha256',
  'checksum',
  'require-name',
  'policy',
  'mirror',
  'offline',
  'cache',
  'summary',
  'setup-only',
  'rekor-url',
  'trusted-root',
  'tuf-url',
  'tuf-root',
  'certificate-identity',
  'certificate-oidc-issuer',
] as const;

export type InputName = (typeof INPUT_NAMES)[number];

/**
 * `version` is the lockfile's where it is absent, else `stable`. Without `components`, everything that a lockfile has for
 * the platform is meant, else kubectl.
 */
export interface ActionInputs extends AskedComponents {
  /** A file with the versions, as written; relative to the workspace. */
  readonly versionFile?: string;
  /** `os/arch`, or `arch` alone for one of the runner's system; as written. */
  readonly platform?: string;
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
  /** Whether what was proved, or why it failed, is told on the job's page. */
  readonly summary: boolean;
  /** Installs nothing of Kubernetes: later steps get the command `k8s-verify`. */
  readonly setupOnly: boolean;
}

/** The value of an input as `@actions/core` reads it: trimmed, empty where it is not given. */
export type GetInput = (name: InputName) => string;

/** @throws RequestError `usage` */
export function readInputs(get: GetInput): ActionInputs {
  const version = readVersion('version', get('version'));
  const mirrors = readMirrors(get('mirror'));
  const versionFile = get('version-file');
  const installDirectory = get('install-dir');
  const rekorUrl = get('rekor-url');
  const policyFile = get('policy');
  const trustedRootFile = get('trusted-root');
  const lockfile = get('lockfile');
  const tuf = readTuf(get);
  const identity = readIdentity(get);
  const sha256 = readSha256(get('sha256'), get('checksum'));
  const requireName = readRequireName(get('require-name'));
  const platform = readPlatform(get);
  const inputs: ActionInputs = {
    components: readComponents(get('components'), get('kubectl')),
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
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
    summary: readBoolean('summary', get('summary'), true),
    setupOnly: readBoolean('setup-only', get('setup-only'), false),
  };
  if (inputs.setupOnly) assertNothingElse(get);
  assertDigestPossible(inputs);
  assertOneSource(inputs);
  return inputs;
}

function readIdentity(get: GetInput): CertificateIdentity | undefined {
  const both = readBoth(
    { name: 'certificate-identity', value: get('certificate-identity') },
    { name: 'certificate-oidc-issuer', value: get('certificate-oidc-issuer') },
    {
      wanted: 'both, or neither for the signer of the Kubernetes releases',
      why: 'an identity means something only together with the issuer that vouched for it',
    },
  );
  return both && { subjectAlternativeName: both[0], issuer: both[1] };
}

function readTuf(get: GetInput): ActionInputs['tuf'] {
  const both = readBoth(
    { name: 'tuf-url', value: get('tuf-url') },
    { name: 'tuf-root', value: get('tuf-root') },
    {
      wanted: "both, or neither for Sigstore's public-good repository",
      why: 'what a repository has counts only if it is verified from a root that you name',
    },
  );
  return both && { url: readUrl('tuf-url', both[0]), rootFile: both[1] };
}

/** Where nothing is said, what is known to carry its name has to show it. */
function readRequireName(text: string): ActionInputs['requireName'] {
  if (text === '') return 'known';
  return readBoolean('require-name', text, true) ? 'always' : undefined;
}

/** `arch-type` is the name of action-setup-kube-tools for the second half. */
function readPlatform(get: GetInput): string | undefined {
  const [platform, arch] = [get('platform'), get('arch-type')];
  refuseBoth(['platform', platform], ['arch-type', arch], 'one of the two: a platform has an architecture');
  const text = platform === '' ? arch : platform;
  if (text === '') return undefined;
  if (platform === '' ? /^[a-z0-9]+$/.test(text) : text.includes('/')) return text;
  const name = platform === '' ? 'arch-type' : 'platform';
  throw new RequestError('usage', `the input ${name} has another form`, {
    wanted: platform === '' ? 'an architecture, such as arm64' : 'os/arch, such as linux/arm64',
    found: excerpt(text),
    next: `write for example: ${platform === '' ? 'arch-type: arm64' : 'platform: linux/arm64'}`,
  });
}

/** What says what to install, or how: with `setup-only` it would change nothing. */
const OF_AN_INSTALL = INPUT_NAMES.filter(
  (name) => !['offline', 'cache', 'summary', 'setup-only'].includes(name),
);

function assertNothingElse(get: GetInput): void {
  const more = OF_AN_INSTALL.filter((name) => get(name) !== '');
  if (more.length === 0) return;
  throw new RequestError(
    'usage',
    `setup-only installs nothing of Kubernetes, and takes no ${more.join(', ')}`,
    {
      wanted: 'setup-only alone',
      found: ['setup-only', ...more].join(', '),
      next: 'use the action once more without setup-only, or name these as options of k8s-verify in a later step',
    },
  );
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

function assertOneSource({ trustedRootFile = '', tuf, versionFile = '', lockfile = '' }: ActionInputs): void {
  refuseBoth(
    ['trusted-root', trustedRootFile],
    ['tuf-url', tuf?.url ?? ''],
    'a file, or the TUF repository that renews it',
  );
  refuseBoth(
    ['version-file', versionFile],
    ['lockfile', lockfile],
    'one of the two: a lockfile has its versions',
  );
}

type Written = readonly [name: InputName, value: string];

function refuseBoth([one, first]: Written, [other, second]: Written, wanted: string): void {
  if (first === '' || second === '') return;
  throw new RequestError('usage', `the inputs ${one} and ${other} exclude each other`, {
    wanted,
    found: 'both',
    next: `leave out ${one} or ${other}`,
  });
}
