import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSummaries, summaryFaults } from '#support/verification-summaries';
import { statementLine, type VerificationSummary } from '../../../src/attest/statement.ts';
import { type SummaryContext, verificationSummaries } from '../../../src/attest/verification-summary.ts';
import type { Verified } from '../../../src/attest/verified.ts';
import {
  type ErrorCode,
  InstallError,
  type K8sVerifyError,
  NotAllowedError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../../../src/errors.ts';
import { showPolicy } from '../../../src/policies.ts';
import type { ArtifactResult, TrustedRootReport } from '../../../src/result.ts';
import { anArtifactResult } from '../cli/results.ts';

const SHA256 = 'a'.repeat(64);
const TIME = new Date('2026-11-29T10:00:00.999Z');

function summaryOf(
  changes: Partial<ArtifactResult>,
  asked?: string,
  context: SummaryContext = {},
): VerificationSummary {
  const artifact = anArtifactResult({ sha256: SHA256, ...changes });
  const [summary] = verificationSummaries([{ kind: 'proved', artifact, asked }], { time: TIME, ...context });
  if (summary === undefined) throw new TypeError('there is none');
  expect(readSummaries(statementLine(summary))).toEqual([summary]);
  return summary;
}

/** A result that lacks these. */
function resultWithout(
  names: readonly (keyof ArtifactResult)[],
  changes: Partial<ArtifactResult>,
): ArtifactResult {
  const artifact = anArtifactResult({ sha256: SHA256, ...changes });
  for (const name of names) Reflect.deleteProperty(artifact, name);
  return artifact;
}

function failed(error: K8sVerifyError, asked?: string): readonly VerificationSummary[] {
  return verificationSummaries([{ kind: 'failed', error, asked }], { time: TIME });
}

describe('a summary of what passed', () => {
  it('has everything that the specification wants, and what was asked', () => {
    const { subject, predicate } = summaryOf({ name: { bound: true, by: ['release-manifest'] } });
    expect(subject).toEqual([{ name: 'kubectl@v1.26.4:linux/amd64', digest: { sha256: SHA256 } }]);
    expect(predicate).toMatchObject({
      verifier: { id: 'urn:k8s-verify:verifier' },
      timeVerified: '2026-11-29T10:00:00Z',
      resourceUri: 'https://dl.k8s.io/release/v1.26.4/bin/linux/amd64/kubectl',
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', 'K8S_NAME_BOUND'],
    });
  });

  it.each<readonly [string, ArtifactResult['name'], boolean]>([
    ['the release manifest', { bound: true, by: ['release-manifest'] }, true],
    ['the file itself', { bound: true, by: ['binary'] }, true],
    ['a digest of a lockfile alone', { bound: true, by: ['lockfile'] }, false],
    ['a digest that was demanded', { bound: true, by: ['sha256'] }, false],
    ['nothing', { bound: false, by: [] }, false],
    ['nobody who was asked', undefined, false],
  ])('says that the name is bound only where something signed says it: %s', (_, name, isBound) => {
    const { subject, predicate } = summaryOf(name === undefined ? {} : { name });
    expect(predicate.verifiedLevels.includes('K8S_NAME_BOUND')).toBe(isBound);
    expect(subject[0].name !== undefined).toBe(isBound);
  });

  it('is made under the built-in policy, whose digest is that of what policy show prints', () => {
    const { policy } = summaryOf({}).predicate;
    const sha256 = createHash('sha256').update(showPolicy()).digest('hex');
    expect(policy).toEqual({
      uri: 'urn:k8s-verify:policy:built-in',
      digest: { sha256 },
      mediaType: 'application/json',
    });
  });

  it('names the policy file, and every exception that it took', () => {
    const exceptions = [
      { sha256: 'e'.repeat(64), lifts: ['minimumAge'], reason: 'INC-4711 \u202e', until: '2026-12-31' },
    ] as const;
    const use = { path: '/etc/k8s-verify/my policy.json', sha256: 'd'.repeat(64), exceptions };
    const summary = summaryOf({ policy: use });
    expect(summary.predicate.policy).toMatchObject({
      uri: expect.stringMatching(/^file:\/\/\/.*my%20policy\.json$/),
      digest: { sha256: use.sha256 },
      annotations: { exceptions },
    });
    expect(statementLine(summary)).toContain('\\u202e');
    const { path: _, ...value } = use;
    expect(summaryOf({ policy: value }).predicate.policy.uri).toBe('urn:k8s-verify:policy:given');
  });

  it.each<readonly [TrustedRootReport, object]>([
    [
      { source: 'embedded', asOf: '2026-11-27T08:30:00Z', tufVersion: 14, sha256: 'b'.repeat(64) },
      {
        uri: 'urn:k8s-verify:trusted-root:embedded',
        digest: { sha256: 'b'.repeat(64) },
        annotations: { asOf: '2026-11-27T08:30:00Z', tufVersion: 14 },
      },
    ],
    [
      { source: 'file', path: '/etc/root.json', sha256: 'b'.repeat(64) },
      { uri: expect.stringMatching(/^file:\/\/.*root\.json$/), digest: { sha256: 'b'.repeat(64) } },
    ],
  ])('says by which trusted root: %o', (trustedRoot, descriptor) => {
    const { predicate } = summaryOf({ trustedRoot });
    expect(predicate['urn:k8s-verify:trusted-root']).toEqual(descriptor);
  });

  it('lists all that it was proved by', () => {
    const entry = { logIndex: '7', logId: 'c'.repeat(64), logUrl: 'https://rekor.example' };
    const bound = {
      bundleSha256: '1'.repeat(64),
      signedAt: '2026-01-01T00:00:00.000Z',
      logEntries: [entry],
      name: {
        bound: true,
        by: ['release-manifest'],
        manifestSha256: '2'.repeat(64),
        manifestBundleSha256: '3'.repeat(64),
      },
    } as const;
    const bundle = {
      name: 'bundle',
      digest: { sha256: '1'.repeat(64) },
      annotations: {
        signedAt: bound.signedAt,
        logEntries: [{ logId: entry.logId, logIndex: '7' }],
      },
    };
    const manifest = { name: 'kubernetes-release.spdx', digest: { sha256: '2'.repeat(64) } };
    expect(summaryOf(bound).predicate.inputAttestations).toEqual([
      bundle,
      manifest,
      { name: 'kubernetes-release.spdx.sigstore.json', digest: { sha256: '3'.repeat(64) } },
    ]);
    const location = 'https://mirror.example/x/kubectl.sigstore.json';
    const found = summaryOf({ ...bound, evidence: { kind: 'bundle', location } });
    expect(found.predicate.inputAttestations?.[0]).toEqual({ ...bundle, uri: location });
    const given = summaryOf({ ...bound, evidence: { kind: 'bundle', location: 'memory' } });
    expect(given.predicate.inputAttestations?.[0]).toEqual(bundle);
    const saved = summaryOf({ ...bound, bundlePath: '/bin/kubectl.sigstore.json' });
    expect(saved.predicate.inputAttestations?.[0]?.uri).toMatch(
      /^file:\/\/.*\/bin\/kubectl\.sigstore\.json$/,
    );
  });

  it('lists the release manifest and its bundle where these are what proves it', () => {
    const evidence = {
      kind: 'release-manifest',
      location: 'https://dl.k8s.io/release/v1.26.4/kubernetes-release.spdx',
      sha256: '2'.repeat(64),
      reason: '',
    } as const;
    const name = {
      bound: true,
      by: ['release-manifest'],
      manifestSha256: evidence.sha256,
      manifestBundleSha256: '1'.repeat(64),
    } as const;
    const { predicate } = summaryOf({ evidence, name, bundleSha256: '1'.repeat(64) });
    expect(predicate.inputAttestations).toMatchObject([
      { name: 'kubernetes-release.spdx.sigstore.json', digest: { sha256: '1'.repeat(64) } },
      { name: 'kubernetes-release.spdx', uri: evidence.location, digest: { sha256: evidence.sha256 } },
    ]);
  });

  it('is none of a statement, which does not say that the file was released', () => {
    const artifact = anArtifactResult({ claim: 'attested', predicateType: 'https://slsa.dev/provenance/v1' });
    expect(verificationSummaries([{ kind: 'proved', artifact }])).toEqual([]);
  });

  it('is one for each artifact of a run', () => {
    const artifacts = [anArtifactResult(), anArtifactResult({ component: 'kubelet' })];
    expect(verificationSummaries({ schemaVersion: 1, artifacts, notes: [] })).toHaveLength(2);
  });
});

describe('the resource of a summary', () => {
  const RELEASED = 'release/v1.26.4/bin/linux/amd64/kubectl';
  const tarball = {
    name: 'kubernetes-client-linux-amd64.tar.gz',
    sha256: 'b'.repeat(64),
    member: 'a/kubectl',
  };
  it.each<
    readonly [
      string,
      readonly (keyof ArtifactResult)[],
      Partial<ArtifactResult>,
      string | undefined,
      SummaryContext,
      string | RegExp,
    ]
  >([
    ['a download', [], {}, undefined, { server: 'https://m.example' }, `https://dl.k8s.io/${RELEASED}`],
    [
      'a download from a server with a password',
      [],
      { source: 'https://a:b@m.example/kubectl' },
      undefined,
      {},
      'https://m.example/kubectl',
    ],
    [
      'a file out of a mirror directory',
      [],
      { source: '/mnt/mirror/kubectl' },
      undefined,
      {},
      /^file:\/\/.*\/mnt\/mirror\/kubectl$/,
    ],
    [
      'what was there already',
      ['source'],
      { outcome: 'kept' },
      undefined,
      {},
      `https://dl.k8s.io/${RELEASED}`,
    ],
    [
      'what was there already, with a mirror',
      ['source'],
      { outcome: 'kept' },
      undefined,
      { server: 'https://m.example/k8s/' },
      `https://m.example/k8s/${RELEASED}`,
    ],
    [
      'a file that the table lacks',
      ['source'],
      { outcome: 'kept', component: 'kubctl' },
      undefined,
      {},
      /^file:\/\/.*\/usr\/local\/bin\/kubectl$/,
    ],
    [
      'a file out of a tarball',
      [],
      { source: 'https://m.example/x.tar.gz', fromTarball: tarball },
      undefined,
      {},
      'https://m.example/x.tar.gz#a/kubectl',
    ],
    [
      'a file out of a tarball that was there already',
      ['source'],
      { outcome: 'kept', fromTarball: tarball },
      undefined,
      {},
      `https://dl.k8s.io/release/v1.26.4/${tarball.name}#a/kubectl`,
    ],
    [
      'a file that was verified',
      ['source'],
      { outcome: 'verified', path: '/opt/a b' },
      undefined,
      {},
      /^file:\/\/.*\/opt\/a%20b$/,
    ],
    [
      'a file that was verified and unpacked',
      ['source'],
      { outcome: 'extracted', path: '/opt/directory' },
      '/opt/x.tar.gz',
      {},
      /^file:\/\/.*\/opt\/x\.tar\.gz$/,
    ],
    [
      'an archive that a program verified and unpacked',
      ['source', 'component'],
      { outcome: 'extracted', path: '/opt/directory' },
      undefined,
      {},
      /^ni:\/\/\/sha-256;/,
    ],
    [
      'a digest',
      ['source', 'path'],
      { outcome: 'verified' },
      `sha256:${SHA256.toUpperCase()}`,
      {},
      /^ni:\/\/\/sha-256;/,
    ],
  ])('is, for %s', (_, lacks, changes, asked, context, uri) => {
    const artifact = resultWithout(lacks, changes);
    const [summary] = verificationSummaries([{ kind: 'proved', artifact, asked }], context);
    expect(summaryFaults(summary)).toEqual([]);
    const pattern =
      typeof uri === 'string' ? new RegExp(`^${uri.replaceAll(/[.?+*()$^|[\]\\{}]/g, '\\$&')}$`) : uri;
    expect(summary?.predicate.resourceUri).toMatch(pattern);
  });
});

describe('a summary of what failed', () => {
  const subject = { sha256: SHA256 };
  it.each<readonly [string, K8sVerifyError]>([
    ['refused', new UntrustedError('identity-mismatch', 'x', { subject })],
    ['unsigned', new UntrustedError('signature-not-published', 'x', { subject })],
    ['not allowed', new NotAllowedError('x', { subject })],
  ])('says FAILED, in its levels too: %s', (_, error) => {
    const [summary] = failed(error, '/bin/kubectl');
    expect(summaryFaults(summary)).toEqual([]);
    expect(summary).toMatchObject({
      subject: [{ digest: { sha256: SHA256 } }],
      predicate: {
        verificationResult: 'FAILED',
        verifiedLevels: ['FAILED'],
        resourceUri: expect.stringMatching(/^file:\/\/.*\/bin\/kubectl$/),
        'urn:k8s-verify:reason': error.code,
      },
    });
  });

  it.each<readonly [string, K8sVerifyError]>([
    ['nothing was learnt', new UnavailableError('evidence-not-found', 'x', { subject })],
    ['this root cannot judge it', new UnavailableError('authority-unknown', 'x', { subject })],
    ['another builder made it', new UnavailableError('other-builder', 'x', { subject })],
    ['it cannot be read', new RequestError('subject-not-readable', 'x')],
    ['it could not be installed', new InstallError('disk-full', 'x', { subject })],
    ['it is about the run', new UntrustedError('trusted-root-invalid', 'x', { subject })],
    ['its digest is not known', new UntrustedError('material-malformed', 'x')],
  ])('is not made where %s', (_, error) => {
    expect(failed(error, '/bin/kubectl')).toEqual([]);
  });

  it('is about the digest that was asked, or the released file', () => {
    const error = new UntrustedError('identity-mismatch', 'x');
    expect(failed(error, `sha256:${SHA256}`)).toMatchObject([
      {
        subject: [{ digest: { sha256: SHA256 } }],
        predicate: { resourceUri: expect.stringMatching(/^ni:/) },
      },
    ]);
    const kubectl = { ...subject, component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
    expect(failed(error.with({ subject: kubectl }))).toMatchObject([
      { predicate: { resourceUri: 'https://dl.k8s.io/release/v1.30.2/bin/linux/amd64/kubectl' } },
    ]);
    expect(failed(error.with({ subject }))).toMatchObject([
      { predicate: { resourceUri: expect.stringMatching(/^ni:/) } },
    ]);
  });

  it('names the policy file and the trusted root of the run', () => {
    const error = new NotAllowedError('x', { subject });
    const one: Verified = {
      kind: 'failed',
      error,
      asked: '/bin/kubectl',
      policy: { path: '/etc/policy.json', sha256: 'd'.repeat(64) },
      trustedRoot: { source: 'embedded', sha256: 'b'.repeat(64) },
    };
    const [summary] = verificationSummaries([one]);
    expect(summaryFaults(summary)).toEqual([]);
    expect(summary?.predicate).toMatchObject({
      policy: { digest: { sha256: 'd'.repeat(64) } },
      'urn:k8s-verify:trusted-root': { digest: { sha256: 'b'.repeat(64) } },
    });
  });
});

describe('the schema', () => {
  it.each<readonly [string, (summary: VerificationSummary) => object]>([
    ['no subject', (one) => ({ ...one, subject: [] })],
    ['a subject without a digest', (one) => ({ ...one, subject: [{ name: 'x' }] })],
    ['another type', (one) => ({ ...one, _type: 'https://in-toto.io/Statement/v0.1' })],
    ['another predicate', (one) => ({ ...one, predicateType: 'https://slsa.dev/provenance/v1' })],
    ['no policy', (one) => ({ ...one, predicate: { ...one.predicate, policy: undefined } })],
    ['a third result', (one) => ({ ...one, predicate: { ...one.predicate, verificationResult: 'UNKNOWN' } })],
    [
      'FAILED with a level',
      (one) => ({ ...one, predicate: { ...one.predicate, verificationResult: 'FAILED' } }),
    ],
    [
      'PASSED with FAILED',
      (one) => ({ ...one, predicate: { ...one.predicate, verifiedLevels: ['FAILED'] } }),
    ],
    [
      'an own level that begins with SLSA_',
      (one) => ({ ...one, predicate: { ...one.predicate, verifiedLevels: ['SLSA_MINE'] } }),
    ],
    [
      'a URI with a space',
      (one) => ({ ...one, predicate: { ...one.predicate, resourceUri: 'file:///a b' } }),
    ],
    [
      'a field without a URI for a name',
      (one) => ({ ...one, predicate: { ...one.predicate, verdict: 'x' } }),
    ],
    [
      'a local time',
      (one) => ({ ...one, predicate: { ...one.predicate, timeVerified: '2026-11-29T10:00:00+01:00' } }),
    ],
  ] satisfies readonly (readonly [string, (summary: VerificationSummary) => object])[])(
    'refuses %s',
    (_, change) => {
      const summary = summaryOf({});
      expect(summaryFaults(summary)).toEqual([]);
      expect(summaryFaults(change(summary))).not.toEqual([]);
    },
  );

  it('takes the shape of the example in the specification', () => {
    expect(
      summaryFaults({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ name: 'out/tool.tar.gz', digest: { sha256: '5'.repeat(64) } }],
        predicateType: 'https://slsa.dev/verification_summary/v1',
        predicate: {
          verifier: { id: 'https://verifier.example', version: { 'slsa-verifier-linux-amd64': 'v2.3.0' } },
          timeVerified: '1985-04-12T23:20:50.52Z',
          resourceUri: 'https://example.com/tool.tar.gz',
          policy: { uri: 'https://example.com/tool.policy', digest: { sha256: '1'.repeat(64) } },
          inputAttestations: [
            { uri: 'https://example.com/tool.intoto.jsonl', digest: { sha256: 'a'.repeat(64) } },
          ],
          verificationResult: 'PASSED',
          verifiedLevels: ['SLSA_BUILD_LEVEL_3'],
          dependencyLevels: { SLSA_BUILD_LEVEL_3: 5, SLSA_BUILD_LEVEL_2: 7 },
          slsaVersion: '1.0',
        },
      }),
    ).toEqual([]);
  });
});

/** Every code has either a verdict or none; a new one must not slip into a summary. */
describe('codes', () => {
  it('of an unavailable answer never fail an artifact', () => {
    const codes: readonly Extract<
      ErrorCode,
      'network' | 'rate-limited' | 'log-unreachable' | 'name-unbound' | 'clock-wrong'
    >[] = ['network', 'rate-limited', 'log-unreachable', 'name-unbound', 'clock-wrong'];
    for (const code of codes)
      expect(failed(new UnavailableError(code, 'x', { subject: { sha256: SHA256 } }), 'x')).toEqual([]);
  });
});
