/** Proof from values alone: bundle, trusted root, and the artifact's bytes or digest. No file is read or written. */
import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/client.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import type { RunResult } from '../../src/result.ts';
import { verifyFile } from '../../src/verify.ts';
import { rejection } from '#support/thrown-by';
import { testServers } from '#support/test-servers';

const { sigstore } = await testServers();
const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const SHA256 = createHash('sha256').update(KUBECTL).digest('hex');
const trustedRoot = Buffer.from(sigstore.trustedRoot());
const given = { trustedRoot, rekorUrl: 'http://127.0.0.1:1' };

function verify(
  subject: VerifyRequest['subject'],
  change: Partial<VerifyRequest> = given,
): Promise<RunResult> {
  const client = createClient({ retries: 0 });
  onTestFinished(() => client.http.close());
  const bytes = Buffer.from(sigstore.signBlob({ bytes: KUBECTL }).bundle('0.3'));
  const evidence = { kind: 'bundle-in-memory', bytes } as const;
  return verifyFile({ subject, evidence, ...change }, client);
}

describe('a bundle in memory', () => {
  it.each([
    ['the bytes', { kind: 'bytes', bytes: KUBECTL }],
    ['the digest', { kind: 'digest', sha256: SHA256 }],
  ] as const)('proves %s', async (_what, subject) => {
    const { artifacts } = await verify(subject);
    expect(artifacts).toMatchObject([
      {
        outcome: 'verified',
        sha256: SHA256,
        evidence: { kind: 'bundle', location: 'memory' },
        trustedRoot: { source: 'file', sha256: createHash('sha256').update(trustedRoot).digest('hex') },
        checks: { identity: { outcome: 'passed' }, digest: { outcome: 'passed' } },
      },
    ]);
    expect(artifacts[0]).not.toHaveProperty('path');
  });

  it('proves the bytes by a key that signs the message itself, and not their digest alone', async () => {
    const bytes = Buffer.from(sigstore.signBlob({ bytes: KUBECTL, key: 'ed25519' }).bundle('0.3'));
    const evidence = { kind: 'bundle-in-memory', bytes } as const;
    const { artifacts } = await verify({ kind: 'bytes', bytes: KUBECTL }, { ...given, evidence });
    expect(artifacts).toMatchObject([{ sha256: SHA256 }]);
    expect(await rejection(verify({ kind: 'digest', sha256: SHA256 }, { ...given, evidence }))).toMatchObject(
      {
        name: 'RequestError',
      },
    );
  });

  it.each([
    ['other bytes', { kind: 'bytes', bytes: Buffer.from('other') }],
    ['no bytes', { kind: 'bytes', bytes: new Uint8Array() }],
    ['another digest', { kind: 'digest', sha256: '0'.repeat(64) }],
  ] as const)('refuses %s', async (_what, subject) => {
    expect(await rejection(verify(subject))).toMatchObject({ code: 'digest-mismatch' });
  });

  it('refuses bytes that are written to while they are verified', async () => {
    const bytes = Uint8Array.from(KUBECTL);
    // The last report before the name is read is of a check that passed.
    const client = createClient({ report: ({ kind }) => kind === 'check' && bytes.fill(7) });
    onTestFinished(() => client.close());
    const evidence = {
      kind: 'bundle-in-memory',
      bytes: Buffer.from(sigstore.signBlob({ bytes: KUBECTL }).bundle('0.3')),
    } as const;
    const error = await rejection(
      verifyFile({ subject: { kind: 'bytes', bytes }, evidence, ...given }, client),
    );
    expect(error).toMatchObject({ code: 'digest-mismatch', found: expect.stringContaining('sha256') });
  });

  it('refuses a bundle that is none', async () => {
    const error = await rejection(
      verify(
        { kind: 'bytes', bytes: KUBECTL },
        { ...given, evidence: { kind: 'bundle-in-memory', bytes: Buffer.from('{}') } },
      ),
    );
    expect(error).toMatchObject({ code: 'material-malformed' });
  });

  it.each([
    ['is none', Buffer.from('{}'), 'trusted-root-invalid', 'the trusted root'],
    ['is too large', new Uint8Array(20_000_000), 'trusted-root-invalid', 'the trusted root is too large'],
  ] as const)('refuses a trusted root that %s', async (_what, root, code, message) => {
    const error = await rejection(verify({ kind: 'bytes', bytes: KUBECTL }, { ...given, trustedRoot: root }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('is held against the given trusted root, not against the embedded one', async () => {
    const error = await rejection(verify({ kind: 'bytes', bytes: KUBECTL }, {}));
    expect(error).toMatchObject({ code: 'authority-unknown' });
  });
});

describe('a signature and a certificate in memory', () => {
  const signed = sigstore.signBlob({ bytes: KUBECTL });
  const evidence = {
    kind: 'detached-in-memory',
    signature: Buffer.from(Buffer.from(signed.signature).toString('base64')),
    certificate: Buffer.from(signed.leaf?.pem ?? ''),
  } as const;

  it.each([
    ['the bytes', { kind: 'bytes', bytes: KUBECTL }],
    ['the digest', { kind: 'digest', sha256: SHA256 }],
  ] as const)('prove %s, with the log', async (_what, subject) => {
    const { artifacts } = await verify(subject, { ...given, evidence, rekorUrl: sigstore.rekorUrl });
    expect(artifacts).toMatchObject([{ sha256: SHA256, evidence: { kind: 'detached', location: 'memory' } }]);
  });

  it('do not fit other bytes', async () => {
    const bytes = Buffer.from('other');
    const error = await rejection(
      verify({ kind: 'bytes', bytes }, { ...given, evidence, rekorUrl: sigstore.rekorUrl }),
    );
    expect(error).toMatchObject({ code: 'signature-mismatch' });
  });
});
