/** A worker: the code with one decision of a verification summary turned, and the summaries that then come out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ErrorCode } from '../../src/errors.ts';
import type { VerificationSummary } from '../../src/attest/statement.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { anArtifactResult } from '../unit/cli/results.ts';
import type { DecisionMutation } from './decisions.ts';
import { type Outcomes, turn } from './turned.ts';

const { mutation }: { readonly mutation: DecisionMutation | undefined } = workerData;
turn(mutation, new URL('../../src/', import.meta.url));
const { summaryOf } = await import('../../src/attest/verification-summary.ts');
const { verdictOf } = await import('../../src/verdict.ts');
const errors = await import('../../src/errors.ts');

const SHA256 = 'a'.repeat(64);
const CONTEXT = { time: new Date('2026-11-29T10:00:00Z'), server: 'https://m.example' };
const subject = { sha256: SHA256 };
const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const manifest = {
  kind: 'release-manifest',
  location: 'https://m.example/x.spdx',
  sha256: 'b'.repeat(64),
  reason: '',
} as const;
const bound = (...by: readonly ('release-manifest' | 'binary' | 'lockfile')[]): Partial<ArtifactResult> => ({
  name: { bound: by.length > 0, by, manifestSha256: 'b'.repeat(64), manifestBundleSha256: 'c'.repeat(64) },
});
const policy = {
  sha256: 'd'.repeat(64),
  exceptions: [{ sha256: 'e'.repeat(64), lifts: ['minimumAge'], reason: 'x', until: 'y' }],
} as const;

const ARTIFACTS: Readonly<Record<string, readonly [Partial<ArtifactResult>, string?]>> = {
  'a statement': [{ claim: 'attested' }],
  'named by the manifest': [bound('release-manifest')],
  'named by itself': [bound('binary')],
  'named by a lockfile': [bound('lockfile')],
  'named by nothing': [bound()],
  'by the manifest': [{ ...bound('release-manifest'), evidence: manifest }],
  'by a bundle that was given': [{ evidence: { kind: 'bundle', location: 'memory' } }],
  'with an exception': [{ policy: { ...policy, path: '/etc/policy.json' } }],
  'under a policy that was given': [{ policy }],
  'from a server with a password': [{ source: 'https://a:b@m.example/kubectl' }],
  'a file with an odd name': [{ outcome: 'verified', path: '/opt/a b#<c>' }],
  'a file that was asked for': [{ outcome: 'extracted', path: '/opt/x' }, '/opt/x.tar.gz'],
  'out of a tarball': [{ fromTarball: { name: 'x.tar.gz', sha256: SHA256, member: 'a b#c' } }],
};

const CODES: readonly (readonly [
  'UntrustedError' | 'UnavailableError' | 'RequestError' | 'InstallError',
  ErrorCode,
])[] = [
  ['UntrustedError', 'identity-mismatch'],
  ['UntrustedError', 'signature-not-published'],
  ['UntrustedError', 'trusted-root-invalid'],
  ['UnavailableError', 'evidence-not-found'],
  ['UnavailableError', 'other-builder'],
  ['RequestError', 'subject-not-readable'],
  ['InstallError', 'disk-full'],
];

/** What tells one summary from another. */
function toldOf(summary: VerificationSummary | undefined): string | undefined {
  if (summary === undefined) return undefined;
  const {
    subject: [file],
    predicate,
  } = summary;
  const { resourceUri, policy: by, inputAttestations = [], verificationResult, verifiedLevels } = predicate;
  const inputs = inputAttestations.map(
    ({ name, uri = '-', digest }) => `${name} ${uri} ${digest?.sha256.slice(0, 4)}`,
  );
  return [
    `${verificationResult} ${verifiedLevels.join('+')} of ${file.name ?? file.digest.sha256.slice(0, 4)} at ${resourceUri}`,
    `by ${by.uri} ${by.digest?.sha256.slice(0, 4)} ${JSON.stringify(by.annotations ?? {})}`,
    `from ${inputs.join(', ') || 'nothing'} with ${predicate['urn:k8s-verify:trusted-root']?.uri ?? 'no root'}`,
  ].join(' ');
}

const outcomes: Record<string, string> = {};
function look(name: string, run: () => string | undefined): void {
  try {
    outcomes[name] = run() ?? 'none';
  } catch (error) {
    outcomes[name] = `throws ${Object(error).name}`;
  }
}

for (const [name, [changes, asked]] of Object.entries(ARTIFACTS))
  look(name, () =>
    toldOf(summaryOf({ kind: 'proved', artifact: anArtifactResult(changes), asked }, CONTEXT)),
  );

const unpacked: ArtifactResult = { ...anArtifactResult({ outcome: 'extracted', path: '/opt/x' }) };
Reflect.deleteProperty(unpacked, 'source');
look('unpacked from who knows where', () =>
  toldOf(summaryOf({ kind: 'proved', artifact: unpacked }, CONTEXT)),
);
const odd: ArtifactResult = { ...anArtifactResult({ outcome: 'kept', component: 'kubctl' }) };
Reflect.deleteProperty(odd, 'source');
look('a file that the table lacks', () => toldOf(summaryOf({ kind: 'proved', artifact: odd }, CONTEXT)));

const failures = [
  ...CODES.map(([kind, code]) => [code, Reflect.construct(errors[kind], [code, 'x', { subject }])] as const),
  ['not-allowed', new errors.NotAllowedError('x', { subject })] as const,
];
for (const [code, error] of failures) {
  look(`the verdict of ${code}`, () => verdictOf(error));
  look(`a file that ended with ${code}`, () =>
    toldOf(summaryOf({ kind: 'failed', error, asked: '/bin/kubectl' }, CONTEXT)),
  );
}
const released = new errors.UntrustedError('digest-mismatch', 'x', { subject: { ...subject, ...KUBECTL } });
look('a released file that failed', () => toldOf(summaryOf({ kind: 'failed', error: released }, CONTEXT)));
parentPort?.postMessage(outcomes satisfies Outcomes);
