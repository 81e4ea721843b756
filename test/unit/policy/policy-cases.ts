/**
 * What a policy file makes of one artifact, case by case: the unit test says what must come out, and the mutations
 * (test/mutation/policies.ts) turn each decision and look for a case that then comes out otherwise.
 */
import type { Client } from '../../../src/client.ts';
import type { openPolicy } from '../../../src/policy/open-policy.ts';
import type {
  NamedFile,
  Signing,
  SigningEntry,
  UnprovedFile,
  UsedException,
} from '../../../src/policy/policy.ts';
import type { PolicyRequest, PolicySubject } from '../../../src/plan/policy-subject.ts';
import type { assertMayAskUnder, requestUnder, underFile } from '../../../src/plan/under-policy-file.ts';
import type { ReleaseVersion } from '../../../src/release/version.ts';
import type { ReleaseSource } from '../../../src/source/release-source.ts';

/** The code under test, as it is or with one decision turned. */
export interface PolicyCode {
  readonly openPolicy: typeof openPolicy;
  readonly underFile: typeof underFile;
  readonly requestUnder: typeof requestUnder;
  readonly assertMayAskUnder: typeof assertMayAskUnder;
}

export interface PolicyCase {
  readonly policy: object;
  /** What is asked for by name; default: kubectl v1.30.2. A file that was here has none. */
  readonly asked?: keyof typeof SUBJECTS;
  readonly demanded?: string;
  readonly request?: Partial<PolicyRequest>;
  /** What the version marker of 1.30 says; default: v1.30.4. */
  readonly newest?: string | undefined;
  /** What the marker of its pre-releases says; default: there is none. */
  readonly newestPrerelease?: string;
  readonly isOffline?: boolean;
  readonly signing?: Partial<Signing>;
  readonly found?: Partial<NamedFile>;
  /** It is not proved, and an option would let it pass. */
  readonly unproved?: Partial<UnprovedFile>;
  /** `forbidden`: 2, before any request; `not allowed`: 23; with the words that a reader is told. */
  readonly comes: RegExp | string;
}

export const NOW: Date = new Date('2026-06-15T12:00:00Z');
export const A: string = 'a'.repeat(64);
export const B: string = 'b'.repeat(64);
const SIGNED = new Date('2026-06-01T12:00:00Z');
const KREL = {
  subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
  issuer: 'https://accounts.google.com',
};
const OTHER = { subjectAlternativeName: 'release@k8s.example', issuer: 'https://i.example' };
const LOG = 'c'.repeat(64);

const V: ReleaseVersion = { major: 1, minor: 30, patch: 2, prerelease: undefined };
const RC: ReleaseVersion = { major: 1, minor: 30, patch: 0, prerelease: { stage: 'rc', number: 1 } };
const entry = (change: Partial<SigningEntry> = {}): readonly SigningEntry[] => [
  { logId: LOG, logIndex: 100n, isOfLog: true, ...change },
];
const denied = (what: object): object => ({ denied: what });
const reason = 'INC-4711';
const excepting = (lifts: readonly string[], change: object = {}): object => ({
  exceptions: [{ sha256: A, lifts, reason, until: '2026-06-15', ...change }],
});
const times = (from: string, to: string): object => denied({ signingTimes: [{ from, to, reason }] });
const indexes = (from: string, to: string, more: object = {}): object =>
  denied({ logIndexes: [{ from, to, reason, ...more }] });
const only = (...identities: readonly object[]): object => ({ identities });

const ALLOWED = 'allowed';
/** Nothing binds it to the name that was asked for, and it says none itself. */
const MUTE = {
  component: undefined,
  version: undefined,
  kind: undefined,
  isBound: false,
  isSigned: false,
} as const;

export const POLICY_CASES: Readonly<Record<string, PolicyCase>> = {
  'nothing is demanded': { policy: {}, comes: ALLOWED },

  // Components and versions.
  'the component is allowed': { policy: { allowed: [{ components: ['kubectl'] }] }, comes: ALLOWED },
  'another component is allowed': {
    policy: { allowed: [{ components: ['kubelet'] }] },
    comes: /^forbidden: kubelet.*kubectl v1\.30\.2/,
  },
  'the version is allowed': { policy: { allowed: [{ versions: ['1.30'] }] }, comes: ALLOWED },
  'another version is allowed': { policy: { allowed: [{ versions: ['1.29'] }] }, comes: /^forbidden/ },
  'the component in another version': {
    policy: { allowed: [{ components: ['kubectl'], versions: ['1.29'] }] },
    comes: /^forbidden/,
  },
  'another component in the version': {
    policy: { allowed: [{ components: ['kubelet'], versions: ['1.30'] }] },
    comes: /^forbidden/,
  },
  'the second entry allows it': {
    policy: { allowed: [{ components: ['kubelet'] }, { versions: ['1.29', '1.30'] }] },
    comes: ALLOWED,
  },
  'the version is just below the bound': {
    policy: { allowed: [{ versions: ['>v1.30.2'] }] },
    comes: /^forbidden/,
  },
  'the version is the bound': { policy: { allowed: [{ versions: ['>=v1.30.2 <v1.31.0'] }] }, comes: ALLOWED },
  'the component that comes out of a tarball counts': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    asked: 'tarball member',
    comes: ALLOWED,
  },
  'a local file that says what is allowed': {
    policy: { allowed: [{ components: ['kubectl'], versions: ['1.30'] }] },
    asked: 'local file',
    comes: ALLOWED,
  },
  'a local file that says something else': {
    policy: { allowed: [{ components: ['kubelet'] }] },
    asked: 'local file',
    comes: /^not allowed: kubelet/,
  },
  'a local file that says nothing': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    asked: 'local file',
    found: { component: undefined, version: undefined, kind: undefined },
    comes: /^not allowed.*nothing says what it is/,
  },
  'a local file without a version': {
    policy: { allowed: [{ versions: ['1.30'] }] },
    asked: 'local file',
    found: { version: undefined },
    comes: /^not allowed.*nothing says the version/,
  },
  'a local file that must be what is not allowed': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    asked: 'local kubelet',
    comes: /^forbidden/,
  },

  'nothing says what it is, and any component would do': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    found: MUTE,
    comes: /^not allowed: kubectl; found a file of which nothing says what it is/,
  },
  'nothing says what it is, and any version would do': {
    policy: { allowed: [{ versions: ['1.30'] }] },
    found: MUTE,
    comes: /^not allowed.*nothing says what it is.*next .*kubernetes-release\.spdx.*--sha256/,
  },
  'nothing says the version': {
    policy: { allowed: [{ components: ['kubectl'], versions: ['v1.30.2'] }] },
    found: { ...MUTE, component: 'kubectl', kind: 'binary' },
    comes: /^not allowed.*kubectl, of which nothing says the version/,
  },
  'nothing says the version, and every one is allowed': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    found: { ...MUTE, component: 'kubectl', kind: 'binary' },
    comes: ALLOWED,
  },
  'nothing says what it is, and the policy is not about that': {
    policy: { minimumAge: '1h' },
    found: MUTE,
    comes: ALLOWED,
  },
  'an exception for a file of which nothing says what it is': {
    policy: { allowed: [{ versions: ['1.30'] }], ...excepting(['allowed']) },
    found: MUTE,
    comes: 'allowed; allowed (INC-4711, 2026-06-15)',
  },
  'nothing says what a local file is, and --as can': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    asked: 'local file',
    found: MUTE,
    comes: /^not allowed.*next verify it with --as/,
  },
  'the other file out of the tarball is not allowed': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    asked: 'tarball member',
    found: { component: 'kubectl-convert' },
    comes: /^not allowed.*kubectl-convert/,
  },

  // What is not proved, and would be let pass.
  'not proved, and nothing against it': {
    policy: { allowed: [{ components: ['kubectl'] }], minimumAge: '90d' },
    unproved: {},
    comes: 'let pass',
  },
  'not proved, and its digest is denied': {
    policy: denied({ digests: [{ sha256: A, reason }] }),
    unproved: {},
    comes: /^kept back: it is denied by the policy: INC-4711/,
  },
  'not proved, and another digest is denied': {
    policy: denied({ digests: [{ sha256: B, reason }] }),
    unproved: {},
    comes: 'let pass',
  },
  'not proved, and of another component': {
    policy: { allowed: [{ components: ['kubelet'] }] },
    asked: 'local file',
    unproved: {},
    comes: /^kept back: .*but kubelet, and this says that it is kubectl v1\.30\.2/,
  },
  'not proved, and says nothing': {
    policy: { allowed: [{ versions: ['1.30'] }] },
    unproved: { component: undefined, version: undefined },
    comes: /^kept back/,
  },
  'not proved, and excepted': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    asked: 'local file',
    unproved: {},
    comes: 'let pass',
  },
  'not proved, and excepted until yesterday': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed'], { until: '2026-06-14' }) },
    asked: 'local file',
    unproved: {},
    comes: /^kept back/,
  },
  'not proved, and another one is excepted': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    asked: 'local file',
    unproved: { sha256: B },
    comes: /^kept back/,
  },
  'not proved, without a digest, and one is excepted': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    asked: 'local file',
    unproved: { sha256: undefined },
    comes: /^kept back/,
  },

  // Patches behind.
  'nothing says which version it is, so that it may be far behind': {
    policy: { maxPatchesBehind: 2 },
    found: MUTE,
    comes: /^not allowed.*a version that can be compared/,
  },
  'as far behind as it may be': { policy: { maxPatchesBehind: 2 }, comes: 'allowed; 2 behind v1.30.4' },
  'one too far behind': {
    policy: { maxPatchesBehind: 1 },
    comes: /^forbidden: at most 1 patch behind.*2 behind v1\.30\.4, as the unsigned version marker says/,
  },
  'ahead of the marker': {
    policy: { maxPatchesBehind: 0 },
    newest: 'v1.30.1',
    comes: 'allowed; 0 behind v1.30.1',
  },
  'the minor has no marker': {
    policy: { maxPatchesBehind: 9 },
    newest: undefined,
    comes: /^mirror-incomplete: .*stable-1\.30\.txt/,
  },
  'the minor has a marker of pre-releases alone, and a release is asked for': {
    policy: { maxPatchesBehind: 9 },
    newest: undefined,
    newestPrerelease: 'v1.30.0-rc.2',
    comes: /^mirror-incomplete: .*stable-1\.30\.txt/,
  },
  'a pre-release of a minor that has nothing else': {
    policy: { maxPatchesBehind: 0 },
    asked: 'pre-release',
    newest: undefined,
    newestPrerelease: 'v1.30.0-rc.2',
    comes: 'allowed; 0 behind v1.30.0-rc.2',
  },
  'a pre-release, and the newest is of a later patch': {
    policy: { maxPatchesBehind: 0 },
    asked: 'pre-release',
    newest: undefined,
    newestPrerelease: 'v1.30.1-rc.0',
    comes: /^forbidden.*1 behind v1\.30\.1-rc\.0/,
  },
  'a pre-release of a minor that has releases': {
    policy: { maxPatchesBehind: 4 },
    asked: 'pre-release',
    comes: /^forbidden.*5 behind v1\.30\.4/,
  },
  'a pre-release, and its release is the newest': {
    policy: { maxPatchesBehind: 0 },
    asked: 'pre-release',
    newest: 'v1.30.0',
    comes: /^forbidden.*1 behind v1\.30\.0/,
  },
  'a pre-release of a minor without any marker': {
    policy: { maxPatchesBehind: 9 },
    asked: 'pre-release',
    newest: undefined,
    comes: /^mirror-incomplete: .*latest-1\.30\.txt/,
  },
  'no source for the marker': {
    policy: { maxPatchesBehind: 3 },
    request: { sources: [] },
    comes: /^mirror-incomplete/,
  },
  'the marker of a directory says what is in it, and not what was released': {
    policy: { maxPatchesBehind: 9 },
    request: { sources: [sourceWith({ newest: 'v1.30.2', isLocal: true })] },
    comes: /^mirror-incomplete.*mirror directories alone/,
  },
  'no network to ask for the marker': {
    policy: { maxPatchesBehind: 9 },
    isOffline: true,
    comes: /^offline: a server with version markers/,
  },
  'a directory and a server: the server says it': {
    policy: { maxPatchesBehind: 9 },
    request: {
      sources: [sourceWith({ newest: 'v1.30.2', isLocal: true }), sourceWith({ newest: 'v1.30.9' })],
    },
    comes: 'allowed; 7 behind v1.30.9',
  },
  'a local file too far behind': {
    policy: { maxPatchesBehind: 1 },
    asked: 'local file',
    comes: /^not allowed.*2 behind/,
  },
  'a local file near enough': {
    policy: { maxPatchesBehind: 2 },
    asked: 'local file',
    comes: 'allowed; 2 behind v1.30.4',
  },
  'a local file whose distance is not known': {
    policy: { maxPatchesBehind: 9 },
    asked: 'local file',
    found: { version: undefined },
    comes: /^not allowed.*a version that can be compared/,
  },

  // Age.
  'as old as it must be': { policy: { minimumAge: '14d' }, comes: ALLOWED },
  'a day too young': { policy: { minimumAge: '15d' }, comes: /^not allowed.*at least 15d ago/ },
  'the youngest of several times counts': {
    policy: { minimumAge: '14d' },
    signing: { times: [new Date('2020-01-01T00:00:00Z'), new Date('2026-06-10T00:00:00Z')] },
    comes: /^not allowed.*2026-06-10/,
  },
  'the first of several times is the youngest': {
    policy: { minimumAge: '14d' },
    signing: { times: [new Date('2026-06-10T00:00:00Z'), new Date('2020-01-01T00:00:00Z')] },
    comes: /^not allowed.*2026-06-10/,
  },
  'an age without a proved time': {
    policy: { minimumAge: '1h' },
    signing: { times: [] },
    comes: /^not allowed.*no proved time/,
  },

  // Evidence.
  'with all evidence': {
    policy: { required: { boundName: true, signedEntryTimestamp: true, inclusionProof: true } },
    comes: ALLOWED,
  },
  'without a signed entry timestamp': {
    policy: { required: { signedEntryTimestamp: true } },
    signing: { hasSignedEntryTimestamp: false },
    comes: /^not allowed.*\(SET\)/,
  },
  'without an inclusion proof': {
    policy: { required: { inclusionProof: true } },
    signing: { hasInclusionProof: false },
    comes: /^not allowed.*an inclusion proof/,
  },
  'without a bound name': {
    policy: { required: { boundName: true } },
    found: { isSigned: false },
    comes: /^not allowed.*a name that something signed says/,
  },
  'a name that a demanded digest alone binds': {
    policy: { allowed: [{ components: ['kubectl'], versions: ['1.30'] }] },
    found: { isSigned: false },
    comes: ALLOWED,
  },
  'without any of it, and none is required': {
    policy: { required: { boundName: false, signedEntryTimestamp: false, inclusionProof: false } },
    signing: { hasSignedEntryTimestamp: false, hasInclusionProof: false },
    found: { isSigned: false },
    comes: ALLOWED,
  },

  // Denials.
  'its digest is denied': {
    policy: denied({ digests: [{ sha256: A, reason }] }),
    comes: /^not allowed.*INC-4711/,
  },
  'another digest is denied': { policy: denied({ digests: [{ sha256: B, reason }] }), comes: ALLOWED },
  'the digest of the file out of the tarball is denied': {
    policy: denied({ digests: [{ sha256: B, reason }] }),
    asked: 'tarball member',
    found: { sha256: B },
    comes: /^not allowed/,
  },
  'the digest of the tarball is denied': {
    policy: denied({ digests: [{ sha256: A, reason }] }),
    asked: 'tarball member',
    found: { sha256: B },
    comes: /^not allowed/,
  },
  'signed at the beginning of a denied time': {
    policy: times('2026-06-01T12:00:00Z', '2026-06-02T00:00:00Z'),
    comes: /^not allowed.*INC-4711/,
  },
  'signed at the end of a denied time': {
    policy: times('2026-05-01T00:00:00Z', '2026-06-01T12:00:00Z'),
    comes: /^not allowed/,
  },
  'signed before a denied time': {
    policy: times('2026-06-01T12:00:01Z', '2026-06-02T00:00:00Z'),
    comes: ALLOWED,
  },
  'signed after a denied time': {
    policy: times('2026-05-01T00:00:00Z', '2026-06-01T11:59:59Z'),
    comes: ALLOWED,
  },
  'one of its times is denied': {
    policy: times('2026-06-01T12:00:00Z', '2026-06-02T00:00:00Z'),
    signing: { times: [new Date('2020-01-01T00:00:00Z'), SIGNED] },
    comes: /^not allowed/,
  },
  'a denied time, and no proved time': {
    policy: times('2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z'),
    signing: { times: [] },
    comes: /^not allowed.*no proved time/,
  },
  'the first denied index': { policy: indexes('100', '200'), comes: /^not allowed.*log index 100/ },
  'the last denied index': { policy: indexes('1', '100'), comes: /^not allowed/ },
  'an index below those denied': { policy: indexes('101', '200'), comes: ALLOWED },
  'an index above those denied': { policy: indexes('1', '99'), comes: ALLOWED },
  'the index is denied in another log': { policy: indexes('1', '200', { logId: B }), comes: ALLOWED },
  'the index is denied in this log': { policy: indexes('1', '200', { logId: LOG }), comes: /^not allowed/ },
  'an index that the log has not promised': {
    policy: indexes('5000', '6000'),
    signing: { entries: entry({ isOfLog: false }) },
    comes: /^not allowed.*which alone says the log index/,
  },
  'an index of another log that is not promised': {
    policy: indexes('1', '200', { logId: B }),
    signing: { entries: entry({ isOfLog: false }) },
    comes: ALLOWED,
  },

  // Sources.
  'the source is allowed': { policy: { sources: ['https://m.example/k8s'] }, comes: ALLOWED },
  'the source is allowed, however it is written': {
    policy: { sources: ['https://m.example/k8s/'] },
    request: { sources: ['https://alice:secret@M.example/k8s/'] },
    comes: ALLOWED,
  },
  'another source is allowed': {
    policy: { sources: ['https://other.example'] },
    comes: /^forbidden: files from https:\/\/other\.example/,
  },
  'one of two sources is not allowed': {
    policy: { sources: ['https://m.example/k8s'] },
    request: { sources: ['https://m.example/k8s', 'https://x.example'] },
    comes: /^forbidden.*x\.example/,
  },
  'no source is on this machine': {
    policy: { sources: ['/mnt/none'] },
    request: { sources: [] },
    comes: /^forbidden.*none of them on this machine/,
  },
  'a local file needs no source': {
    policy: { sources: ['/mnt/none'] },
    asked: 'local file',
    request: { sources: [] },
    comes: ALLOWED,
  },

  // Who must have signed.
  'the signer is named': { policy: only(KREL), comes: ALLOWED },
  'the signer is named for another kind': {
    policy: only({ ...KREL, kinds: ['image'] }),
    comes: /^forbidden.*names a signer/,
  },
  'the signer is named for the kind': {
    policy: only({ ...KREL, kinds: ['image'] }),
    asked: 'image',
    comes: ALLOWED,
  },
  'the signer is named for another version': {
    policy: only({ ...KREL, versions: ['1.29'] }),
    comes: /^forbidden.*names a signer/,
  },
  'the signer is named until it signed': {
    policy: only({ ...KREL, signedUntil: '2026-06-01T12:00:00Z' }),
    comes: ALLOWED,
  },
  'the signer is named until before it signed': {
    policy: only({ ...KREL, signedUntil: '2026-06-01T11:59:59Z' }),
    comes: /^not allowed.*by kind, version and time/,
  },
  'the signer is named from when it signed': {
    policy: only({ ...KREL, signedFrom: '2026-06-01T12:00:00Z' }),
    comes: ALLOWED,
  },
  'the signer is named from after it signed': {
    policy: only({ ...KREL, signedFrom: '2026-06-01T12:00:01Z' }),
    comes: /^not allowed.*by kind, version and time/,
  },
  'one of its times is outside': {
    policy: only({ ...KREL, signedFrom: '2026-06-01T00:00:00Z' }),
    signing: { times: [SIGNED, new Date('2026-05-01T00:00:00Z')] },
    comes: /^not allowed/,
  },
  'the signer is named for a time, and no time is proved': {
    policy: only({ ...KREL, signedFrom: '2020-01-01T00:00:00Z' }),
    signing: { times: [] },
    comes: /^not allowed.*no proved time/,
  },
  'the second entry for the signer counts': {
    policy: only(
      { ...KREL, signedUntil: '2020-01-01T00:00:00Z' },
      { ...KREL, signedFrom: '2026-01-01T00:00:00Z' },
    ),
    comes: ALLOWED,
  },
  'another one of the signers signed': {
    policy: only(KREL, { ...OTHER, signedFrom: '2026-06-02T00:00:00Z' }),
    signing: { signer: { kind: 'certificate-identity', ...OTHER } },
    comes: /^not allowed.*release@k8s\.example/,
  },
  'the same name of another issuer': {
    policy: only(KREL, { ...KREL, issuer: 'https://i.example', signedUntil: '2020-01-01T00:00:00Z' }),
    signing: { signer: { kind: 'certificate-identity', ...KREL, issuer: 'https://i.example' } },
    comes: /^not allowed/,
  },
  'another name of the same issuer': {
    policy: only(
      { ...KREL, signedUntil: '2020-01-01T00:00:00Z' },
      { ...KREL, subjectAlternativeName: 'a@b.example' },
    ),
    comes: /^not allowed/,
  },
  'a signer for a kind, and a local file of which nothing is known': {
    policy: only({ ...KREL, kinds: ['binary'] }),
    asked: 'local file',
    found: { kind: undefined },
    comes: /^not allowed/,
  },
  'a signer for a version, and a local file without one': {
    policy: only({ ...KREL, versions: ['1.30'] }),
    asked: 'local file',
    found: { version: undefined },
    comes: /^not allowed/,
  },
  'a signer for another kind than the local file turns out to be': {
    policy: only({ ...KREL, kinds: ['image'] }),
    asked: 'local file',
    comes: /^not allowed/,
  },
  'a signer for a version, and nothing says which one it is': {
    policy: only({ ...KREL, versions: ['1.30'] }),
    found: MUTE,
    comes: /^not allowed.*by kind, version and time/,
  },
  'a signer for a kind, and nothing says what it is': {
    policy: only({ ...KREL, kinds: ['binary'] }),
    found: MUTE,
    comes: /^not allowed.*by kind, version and time.*\.com of a file of which nothing says what it is/,
  },
  'a signer for everything, and nothing says what it is': {
    policy: only(KREL),
    found: MUTE,
    comes: ALLOWED,
  },
  'the command line names one of the signers': {
    policy: only(KREL, OTHER),
    request: { identity: OTHER },
    signing: { signer: { kind: 'certificate-identity', ...OTHER } },
    comes: ALLOWED,
  },
  'the command line names another signer': {
    policy: only(KREL),
    request: { identity: OTHER },
    comes: /^forbidden: a signer of the policy: krel.*release@k8s\.example/,
  },
  'the command line names the same name of another issuer': {
    policy: only(KREL),
    request: { identity: { ...KREL, issuer: 'https://i.example' } },
    comes: /^forbidden/,
  },
  'the command line names a key': {
    policy: only(KREL),
    request: { publicKeyPem: 'PEM' },
    comes: /^forbidden.*a key/,
  },
  'a key, and a policy that names no signers': {
    policy: {},
    request: { publicKeyPem: 'PEM' },
    signing: { signer: { kind: 'managed-key', sha256: B } },
    comes: ALLOWED,
  },

  // Exceptions.
  'an exception for the version': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    comes: 'allowed; allowed (INC-4711, 2026-06-15)',
  },
  'an exception for the version, and another file comes': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    signing: { digest: { algorithm: 'sha256', hex: B } },
    found: { sha256: B },
    comes: /^not allowed/,
  },
  'an exception for the version, and another digest is demanded': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    demanded: B,
    comes: /^forbidden/,
  },
  'an exception for the demanded digest': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed']) },
    demanded: A,
    comes: 'allowed; allowed (INC-4711, 2026-06-15)',
  },
  'an exception of yesterday': {
    policy: { minimumAge: '90d', ...excepting(['minimumAge'], { until: '2026-06-14' }) },
    comes: /^not allowed.*its exception \(INC-4711\) ended 2026-06-14/,
  },
  'an exception of yesterday for the version': {
    policy: { allowed: [{ versions: ['1.29'] }], ...excepting(['allowed'], { until: '2026-06-14' }) },
    comes: /^forbidden/,
  },
  'an exception to this moment': {
    policy: { minimumAge: '90d', ...excepting(['minimumAge'], { until: '2026-06-15T12:00:00Z' }) },
    comes: /^not allowed/,
  },
  'an exception to the next second': {
    policy: { minimumAge: '90d', ...excepting(['minimumAge'], { until: '2026-06-15T12:00:01Z' }) },
    comes: 'allowed; minimumAge (INC-4711, 2026-06-15T12:00:01Z)',
  },
  'an exception for another demand': {
    policy: { minimumAge: '90d', ...excepting(['boundName']) },
    comes: /^not allowed/,
  },
  'an exception for one of two demands': {
    policy: { minimumAge: '90d', required: { inclusionProof: true }, ...excepting(['minimumAge']) },
    signing: { hasInclusionProof: false },
    comes: /^not allowed: evidence with an inclusion proof/,
  },
  'an exception for each demand': {
    policy: {
      maxPatchesBehind: 0,
      minimumAge: '90d',
      required: { boundName: true, signedEntryTimestamp: true, inclusionProof: true },
      denied: {
        signingTimes: [{ from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z', reason }],
        logIndexes: [{ from: '1', to: '200', reason }],
      },
      ...excepting([
        'maxPatchesBehind',
        'minimumAge',
        'boundName',
        'signedEntryTimestamp',
        'inclusionProof',
        'deniedSigningTimes',
        'deniedLogIndexes',
      ]),
    },
    signing: { hasSignedEntryTimestamp: false, hasInclusionProof: false },
    found: { isSigned: false },
    comes: /^allowed; 2 behind v1\.30\.4; maxPatchesBehind, .*boundName \(INC-4711, 2026-06-15\)$/,
  },
  'an exception for a file out of a tarball': {
    policy: { required: { boundName: true }, ...excepting(['boundName'], { sha256: B }) },
    asked: 'tarball member',
    found: { sha256: B, isSigned: false },
    comes: 'allowed; boundName (INC-4711, 2026-06-15)',
  },
  'an exception that nothing needed': { policy: excepting(['minimumAge']), comes: ALLOWED },
  'an exception for a digest of another algorithm': {
    policy: { minimumAge: '90d', ...excepting(['minimumAge']) },
    signing: { digest: { algorithm: 'sha512', hex: 'd'.repeat(128) } },
    comes: 'allowed; minimumAge (INC-4711, 2026-06-15)',
  },
  'a digest of another algorithm without an exception': {
    policy: { minimumAge: '90d' },
    signing: { digest: { algorithm: 'sha512', hex: 'd'.repeat(128) } },
    comes: /^not allowed/,
  },
  'no exception for a signer outside its time': {
    policy: {
      ...only({ ...KREL, signedUntil: '2020-01-01T00:00:00Z' }),
      ...excepting(['minimumAge', 'allowed', 'deniedSigningTimes']),
    },
    comes: /^not allowed/,
  },
};

const SUBJECTS = {
  kubectl: released('kubectl', 'binary'),
  'pre-release': released('kubectl', 'binary', RC),
  image: released('kube-apiserver.tar', 'image'),
  'tarball member': { ...released('kubernetes-client', 'tarball'), member: 'kubectl' },
  'local file': { kind: 'local' },
  'local kubelet': { kind: 'local', as: { component: 'kubelet', version: V } },
} as const satisfies Readonly<Record<string, PolicySubject>>;

function released(
  component: string,
  kind: 'binary' | 'image' | 'tarball',
  version: ReleaseVersion = V,
): Extract<PolicySubject, { readonly kind: 'released' }> {
  return { kind: 'released', artifact: { component, kind, version, signers: [KREL] } };
}

/** A server, or a directory, that has the version markers of 1.30. */
function sourceWith({
  newest,
  newestPrerelease,
  isLocal = false,
}: Pick<PolicyCase, 'newest' | 'newestPrerelease'> & { readonly isLocal?: boolean }): ReleaseSource {
  const markers: ReadonlyMap<string, string | undefined> = new Map([
    ['release/stable-1.30.txt', newest],
    ['release/latest-1.30.txt', newestPrerelease],
  ]);
  return {
    shown: isLocal ? '/mnt/k8s' : 'https://m.example/k8s',
    isPublisher: false,
    isLocal,
    small: ({ path }) => {
      const text = markers.get(path);
      return Promise.resolve(text === undefined ? undefined : { bytes: Buffer.from(text), quotable: true });
    },
    bytes: () => Promise.reject(new TypeError('no bytes are asked for')),
    size: () => Promise.reject(new TypeError('no size is asked for')),
  };
}

const CLIENT: Client = Object({
  clock: { now: () => NOW },
  report: () => undefined,
  http: { isOffline: false },
});

const SIGNING: Signing = {
  digest: { algorithm: 'sha256', hex: A },
  signer: { kind: 'certificate-identity', ...KREL },
  times: [SIGNED],
  entries: entry(),
  hasSignedEntryTimestamp: true,
  hasInclusionProof: true,
  now: NOW,
};
const FOUND: NamedFile = {
  sha256: A,
  component: 'kubectl',
  version: V,
  kind: 'binary',
  isBound: true,
  isSigned: true,
};

/** What was asked for, as it is when something binds it to that name. */
function boundAs(subject: PolicySubject): Partial<NamedFile> {
  if (subject.kind === 'local') return subject.as ?? {};
  const { artifact, member } = subject;
  return { component: member ?? artifact.component, version: artifact.version, kind: artifact.kind };
}

/** What comes out, in one line. */
export async function outcomeOf(one: PolicyCase, code: PolicyCode): Promise<string> {
  return told(() => judged(one, code));
}

/** @param when at the end of an error: after which step of the run it is. */
async function told(run: () => Promise<string>, when = ''): Promise<string> {
  try {
    return await run();
  } catch (error) {
    const { code: reasonCode, wanted, found, why, next } = Object(error);
    const word = { 'policy-forbids': 'forbidden', 'not-allowed': 'not allowed' }[String(reasonCode)];
    return `${word ?? reasonCode}: ${wanted}; found ${found}; why ${why}; next ${next}${when}`;
  }
}

function encoded(policy: object): Uint8Array {
  return Buffer.from(JSON.stringify({ schemaVersion: 1, ...policy }));
}

function exceptionText({ lifts, reason: why, until }: UsedException): string {
  return `${lifts.join(', ')} (${why}, ${until})`;
}

async function judged(
  {
    policy,
    asked = 'kubectl',
    demanded,
    request,
    signing,
    found,
    newestPrerelease,
    isOffline = false,
    unproved,
    ...more
  }: PolicyCase,
  { openPolicy: open, underFile: under }: PolicyCode,
): Promise<string> {
  const newest = 'newest' in more ? more.newest : 'v1.30.4';
  const opened = await open({ kind: 'value', bytes: encoded(policy) });
  const subject = { ...SUBJECTS[asked], ...(demanded === undefined ? {} : { demanded }) };
  const markers = { newest, ...(newestPrerelease === undefined ? {} : { newestPrerelease }) };
  const asking = { sources: [sourceWith(markers)], ...request };
  const { rules } = await under(
    opened,
    asking,
    subject,
    { claim: {}, builtIn: [KREL] },
    { ...CLIENT, http: Object({ isOffline }) },
  );
  if (rules === undefined) return 'no rules';
  if (unproved !== undefined) {
    const why = rules.unprovedForbidden({ sha256: A, component: 'kubectl', version: V, ...unproved });
    return why === undefined ? 'let pass' : `kept back: ${why}`;
  }
  const allowance = rules.judge({ ...SIGNING, ...signing });
  return told(async () => {
    const use = await allowance.named({ ...FOUND, ...boundAs(subject), ...found });
    const { patchesBehind: behind, exceptions } = use;
    return [
      'allowed',
      ...(behind === undefined ? [] : [`${behind.count} behind ${behind.newest}`]),
      ...exceptions.map(exceptionText),
    ].join('; ');
  }, '; when it has its name');
}

/** The release manifest of what was asked for; it counts for its name only as far as the policy lets it. */
export const MANIFEST_CASES: Readonly<Record<string, PolicyCase>> = {
  'a manifest': { policy: {}, comes: ALLOWED },
  'a manifest whose digest is denied': {
    policy: denied({ digests: [{ sha256: A, reason }] }),
    comes: /^not allowed/,
  },
  'a manifest of a denied time': {
    policy: times('2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z'),
    comes: /^not allowed/,
  },
  'a manifest without an inclusion proof': {
    policy: { required: { inclusionProof: true } },
    signing: { hasInclusionProof: false },
    comes: /^not allowed/,
  },
  'a manifest has no age of its own': { policy: { minimumAge: '90d' }, comes: ALLOWED },
  'a manifest is no component that must be allowed': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    comes: ALLOWED,
  },
  'a manifest by a signer for binaries alone': {
    policy: only({ ...KREL, kinds: ['binary'] }),
    comes: /^not allowed/,
  },
  'a manifest by a signer outside its time': {
    policy: only({ ...KREL, signedUntil: '2020-01-01T00:00:00Z' }, { ...OTHER, kinds: ['binary'] }),
    comes: /^not allowed/,
  },
  'a manifest that is excepted': {
    policy: {
      ...times('2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z'),
      ...excepting(['deniedSigningTimes']),
    },
    comes: 'allowed; deniedSigningTimes (INC-4711, 2026-06-15)',
  },
};

/** What is refused before anything is known of the artifact, and what the policy adds to a request. */
export const REQUEST_CASES: Readonly<Record<string, PolicyCase>> = {
  'a component that is allowed in some version': {
    policy: { allowed: [{ components: ['kubelet', 'kubectl'], versions: ['1.29'] }] },
    comes: 'asks http://as.it.is; publisher too',
  },
  'any component in some version': {
    policy: { allowed: [{ versions: ['1.29'] }] },
    comes: 'asks http://as.it.is; publisher too',
  },
  'a component that is allowed in no version': {
    policy: { allowed: [{ components: ['kubectl'] }] },
    comes: /^forbidden: kubectl; found kubelet/,
  },
  'a component that an exception may allow': {
    policy: { allowed: [{ components: ['kubectl'] }], ...excepting(['allowed']) },
    comes: 'asks http://as.it.is; publisher too',
  },
  'a component that an exception allowed until yesterday': {
    policy: { allowed: [{ components: ['kubectl'] }], ...excepting(['allowed'], { until: '2026-06-14' }) },
    comes: /^forbidden/,
  },
  'a component that is allowed last': {
    policy: { allowed: [{ components: ['kubectl'] }, { components: ['kubelet'] }] },
    comes: 'asks http://as.it.is; publisher too',
  },
  'the sources of the policy where none is named': {
    policy: { sources: ['https://m.example', 'https://n.example/k8s'] },
    request: Object({ sources: undefined }),
    comes: 'asks https://m.example, https://n.example/k8s; publisher not',
  },
  'a source that the policy names': {
    policy: { sources: ['https://m.example', 'https://n.example'] },
    request: { sources: ['https://n.example'] },
    comes: 'asks https://n.example; publisher not',
  },
  'a source that it does not name': {
    policy: { sources: ['https://m.example'] },
    request: { sources: ['https://x.example'] },
    comes: /^forbidden/,
  },
  'the publisher among the sources': {
    policy: { sources: ['https://m.example', 'https://dl.k8s.io'] },
    request: { sources: ['https://m.example'] },
    comes: 'asks https://m.example; publisher too',
  },
  'the publisher has nothing to say where others sign': {
    policy: only(OTHER),
    comes: 'asks http://as.it.is; publisher not',
  },
};

/** Each ends with 2, whoever names the file. */
export const FLAWED_POLICIES: Readonly<Record<string, object>> = {
  'another schema': { schemaVersion: 2 },
  'an unknown field': { maximumAge: '7d' },
  'an empty list of rules': { allowed: [] },
  'a rule without anything': { allowed: [{}] },
  'a component twice': { allowed: [{ components: ['kubectl', 'kubectl'] }] },
  'no component': { allowed: [{ components: [] }] },
  'a range that contradicts itself': { allowed: [{ versions: ['>v1.31.0 <v1.31.0'] }] },
  'a range with a bound that another narrows': { allowed: [{ versions: ['>=v1.31.0 >=v1.32.0 <v1.32.0'] }] },
  'an age of nothing': { minimumAge: '0d' },
  'an age of more than ten years': { minimumAge: '3651d' },
  'a time that ends before it begins': times('2026-06-02T00:00:00Z', '2026-06-01T00:00:00Z'),
  'indexes that end before they begin': indexes('2', '1'),
  'a signer until before it begins': only({
    ...KREL,
    signedFrom: '2026-06-02T00:00:00Z',
    signedUntil: '2026-06-01T00:00:00Z',
  }),
  'a pattern for a signer': only({ ...KREL, subjectAlternativeName: '*@k8s.example' }),
  'a reason of nothing': denied({ digests: [{ sha256: A, reason: ' ' }] }),
  'a reason that a terminal obeys': denied({ digests: [{ sha256: A, reason: '\u001b[2J' }] }),
  'a source with a password': { sources: ['https://a:b@m.example'] },
  'an exception for a denied digest': {
    ...denied({ digests: [{ sha256: A, reason }] }),
    ...excepting(['minimumAge']),
  },
  'an exception that ends on no day': excepting(['minimumAge'], { until: '2026-02-30' }),
  'an exception without a reason': excepting(['minimumAge'], { reason: undefined }),
  'an exception for who signed': excepting(['identities']),
};

/** As {@link outcomeOf}, for the manifest of the release of what is asked for. */
export async function manifestOutcome({ policy, signing }: PolicyCase, code: PolicyCode): Promise<string> {
  return told(async () => {
    const opened = await code.openPolicy({ kind: 'value', bytes: encoded(policy) });
    const asking = { sources: [sourceWith({})] };
    const parts = { claim: {}, builtIn: [KREL] };
    const { rules } = await code.underFile(opened, asking, SUBJECTS.kubectl, parts, CLIENT);
    const own = rules?.ofManifest;
    const judge = own?.rules?.judge;
    if (judge === undefined) return 'no rules';
    const { exceptions } = await judge({ ...SIGNING, ...signing }).named(FOUND);
    return ['allowed', ...exceptions.map(exceptionText)].join('; ');
  });
}

/** As {@link outcomeOf}, for a request of kubectl and kubelet, or of kubelet alone. */
export async function requestOutcome({ policy, request }: PolicyCase, code: PolicyCode): Promise<string> {
  return told(async () => {
    const opened = await code.openPolicy({ kind: 'value', bytes: encoded(policy) });
    const asked = { ...AS_IT_IS, ...request };
    const { sources, mayAskPublisher } = code.requestUnder(opened, asked, CLIENT);
    const asking = sources === undefined || opened.file.sources === undefined ? {} : { sources };
    code.assertMayAskUnder(opened, asking, ['kubelet'], CLIENT);
    const places = sources?.map((one) => (typeof one === 'string' ? one : one.shown)) ?? [];
    return `asks ${places.join(', ')}; publisher ${mayAskPublisher === false ? 'not' : 'too'}`;
  });
}

const AS_IT_IS: Partial<PolicyRequest> = { sources: ['http://as.it.is'] };
