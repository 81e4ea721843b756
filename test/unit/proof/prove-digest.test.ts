import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import { readBundle } from '../../../src/evidence/read-bundle.ts';
import { type ProofSubject, requiredSubject } from '../../../src/proof/proof.ts';
import { proveDigest } from '../../../src/proof/prove-digest.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { PROOF_STEPS } from '../../../src/proof/steps.ts';
import { readTrustedRoot } from '../../../src/trust/read-trusted-root.ts';
import {
  ARTIFACT,
  blob,
  type Evidence,
  KUBERNETES_POLICY,
  NOW,
  statement,
  verifyEvidence,
} from '../../vectors/vector.ts';

const hexOf = (algorithm: string): string => createHash(algorithm).update(ARTIFACT).digest('hex');

function prove(
  evidence: Evidence,
  subject: ProofSubject,
  policy: Policy = evidence.policy,
): ReturnType<typeof proveDigest> {
  const trust = readTrustedRoot(Buffer.from(evidence.trustedRoot), {
    kind: 'file',
    path: 'trusted_root.json',
  });
  return proveDigest(readBundle(Buffer.from(evidence.bundle)), subject, policy, trust, { now: NOW });
}

const sha256: ProofSubject = { kind: 'digest', digest: { algorithm: 'sha256', hex: hexOf('sha256') } };

describe('proveDigest', () => {
  it('tells what it found, check by check', () => {
    const proven = prove(blob({ timestamps: [{}] }), sha256);
    expect(proven).toMatchObject({
      algorithm: 'sha256',
      hex: hexOf('sha256'),
      signer: {
        kind: 'certificate-identity',
        subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
        issuer: 'https://accounts.google.com',
      },
      signedAt: new Date('2026-03-01T12:00:00Z'),
      logEntries: [{ logUrl: 'https://rekor.sigstore.test', integratedTime: '2026-03-01T12:00:00.000Z' }],
    });
    expect(proven.checks).toEqual({
      material: { outcome: 'passed', detail: 'bundle v0.3, message signature over sha256, 1 log entry' },
      time: { outcome: 'passed', detail: expect.stringContaining('RFC 3161') },
      chain: { outcome: 'passed', detail: 'valid 2026-03-01T12:00:00.000Z to 2026-03-01T12:10:00.000Z' },
      sct: { outcome: 'passed', detail: 'logged by a trusted CT log' },
      set: { outcome: 'passed', detail: expect.stringMatching(/^index \d+$/) },
      inclusionProof: { outcome: 'passed', detail: expect.stringMatching(/^leaf \d+ of \d+$/) },
      checkpoint: { outcome: 'passed', detail: expect.stringMatching(/^rekor\.sigstore\.test - \d+$/) },
      entry: { outcome: 'passed', detail: 'hashedrekord 0.0.1' },
      signature: { outcome: 'passed', detail: 'ECDSA P-256, message signature over sha256' },
      identity: { outcome: 'passed', detail: expect.stringContaining('krel-staging@') },
    });
  });

  it.each<[string, Evidence, readonly string[]]>([
    ['Rekor v2', blob({ log: 'rekor-v2' }), ['set']],
    [
      'a bundle of v0.1 without proof',
      blob(
        {},
        {
          version: '0.1',
          alter: ({ verificationMaterial: { tlogEntries } }) =>
            tlogEntries.forEach((entry) => delete entry.inclusionProof),
        },
      ),
      ['inclusionProof', 'checkpoint'],
    ],
    ['a managed key', blob({ managedKey: 'p256' }), ['chain', 'sct']],
    [
      'a managed key in Rekor v2',
      blob({ managedKey: 'p256', log: 'rekor-v2', timestamps: [] }),
      ['time', 'chain', 'sct', 'set'],
    ],
    ['a statement', statement(), []],
  ])('says what %s has nothing of', (_, evidence, absent) => {
    const checks = Object.entries(prove(evidence, sha256).checks);
    expect(checks.filter(([, { outcome }]) => outcome === 'not-present').map(([name]) => name)).toEqual(
      absent,
    );
  });

  it('knows no time of signing where nothing has one', () => {
    expect(
      prove(blob({ managedKey: 'p256', log: 'rekor-v2', timestamps: [] }), sha256).signedAt,
    ).toBeUndefined();
  });

  it('answers at once, not with a promise', () => {
    expect(prove(blob(), sha256)).not.toHaveProperty('then');
    for (const step of PROOF_STEPS) expect(step.verify.constructor.name).toBe('Function');
  });

  it('takes the time of signing against the wall clock unless told otherwise', () => {
    const evidence = blob({ at: new Date() });
    const trust = readTrustedRoot(Buffer.from(evidence.trustedRoot), { kind: 'file', path: 'x' });
    expect(proveDigest(readBundle(Buffer.from(evidence.bundle)), sha256, evidence.policy, trust).hex).toBe(
      hexOf('sha256'),
    );
  });

  it('gives a digest that cannot be changed', () => {
    expect(Object.isFrozen(prove(blob(), sha256))).toBe(true);
  });
});

describe('requiredSubject', () => {
  it.each<[string, Evidence, ReturnType<typeof requiredSubject>]>([
    ['P-256', blob(), { kind: 'digest', algorithm: 'sha256' }],
    ['P-384', blob({ key: 'p384' }), { kind: 'digest', algorithm: 'sha384' }],
    ['P-521', blob({ key: 'p521' }), { kind: 'digest', algorithm: 'sha512' }],
    ['Ed25519', blob({ key: 'ed25519' }), { kind: 'message', algorithm: 'sha256' }],
    ['a statement by Ed25519', statement({ key: 'ed25519' }), { kind: 'digest', algorithm: 'sha256' }],
  ])('asks for what %s signs', (_, { bundle, policy }, required) => {
    expect(requiredSubject(readBundle(Buffer.from(bundle)), policy)).toEqual(required);
  });
});

describe('a subject that is not the required one', () => {
  it.each<[string, Evidence, ProofSubject, string]>([
    ['a SHA-256 for a signature over SHA-384', blob({ key: 'p384' }), sha256, 'over a sha384 digest'],
    ['a digest for Ed25519', blob({ key: 'ed25519' }), sha256, 'signs the file itself'],
  ])("%s is the caller's mistake", (_, evidence, subject, message) => {
    expect(() => prove(evidence, subject)).toThrow(RequestError);
    expect(() => prove(evidence, subject)).toThrow(message);
  });

  it('may be the whole message wherever a digest would do', () => {
    expect(prove(blob({ key: 'p384' }), { kind: 'message', message: ARTIFACT }).hex).toBe(hexOf('sha384'));
    expect(prove(statement(), { kind: 'message', message: ARTIFACT }).hex).toBe(hexOf('sha256'));
  });
});

describe('a managed key of the policy', () => {
  it.each([
    ['that is no PEM', 'junk'],
    ['that is a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['that is private', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['of junk', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
  ])("%s is the caller's mistake", (_, publicKeyPem) => {
    expect(() =>
      prove(blob({ managedKey: 'p256' }), sha256, { kind: 'managed-key', publicKeyPem, rules: undefined }),
    ).toThrow(
      expect.objectContaining({
        name: 'RequestError',
        code: 'usage',
        wanted: expect.stringContaining('PUBLIC KEY'),
      }),
    );
  });
});

describe('the closest failure', () => {
  it('speaks of the certificate that expired, not of the authority that never knew it', () => {
    const evidence = blob({ integratedAt: new Date('2026-03-01T13:00:00Z') });
    expect(() => verifyEvidence(evidence)).toThrow(
      expect.objectContaining({
        wanted: 'a signature while the certificate is valid, 2026-03-01T12:00:00Z to 2026-03-01T12:10:00Z',
        found: 'one made at 2026-03-01T13:00:00Z',
      }),
    );
  });

  it('names both identities, whole', () => {
    const evidence = blob({ identity: 'somebody@example.com' });
    expect(() => verifyEvidence({ ...evidence, policy: KUBERNETES_POLICY })).toThrow(
      expect.objectContaining({
        wanted: expect.stringContaining('krel-staging@k8s-releng-prod.iam.gserviceaccount.com'),
        found: expect.stringContaining('somebody@example.com vouched for by https://accounts.google.com'),
      }),
    );
  });
});
