import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { setAt } from '#support/json';
import { createLocalSigstore } from '#support/local-sigstore';
import { EKU, extension, withExtension } from '#support/sigstore/certificate';
import { toPem } from '#support/sigstore/keys';
import { createWitness } from '#support/sigstore/rekor-v2-log';
import { createTimestampAuthority, PKI_STATUS } from '#support/sigstore/timestamp-authority';
import { testDir } from '#support/test-dir';
import { sigstoreJsVerdict } from './sigstore-js.ts';

const sigstore = createLocalSigstore({ rekor: { prefill: [1] } });
const artifact = Buffer.from('the bytes of a release binary');
const inFiveSeconds = new Date(Date.now() + 5000);
const statement = { _type: 'https://in-toto.io/Statement/v1', subject: [] };

describe('what sigstore-js says of Rekor v2', () => {
  it.each([
    { what: 'a token without certificate', options: {} },
    { what: 'a token with certificate', options: { timestamps: [{ embedCertificate: true }] } },
    {
      what: 'two tokens of different times',
      options: { timestamps: [{}, { at: inFiveSeconds, nonce: Buffer.of(0, 255) }] },
    },
    { what: 'a SHA-512 imprint', options: { timestamps: [{ imprintHash: 'sha512' as const }] } },
    { what: 'a leaf of 2026', options: { shape: '2026' as const } },
    {
      what: 'a witness before the log',
      options: {
        alterSigners: (signers: readonly ReturnType<typeof createWitness>[]) => [createWitness(), ...signers],
      },
    },
  ])('accepts a message signature with $what', ({ options }) => {
    const signed = sigstore.signBlob({ bytes: artifact, log: 'rekor-v2', ...options });
    const bundle = signed.bundle();
    expect(sigstoreJsVerdict({ bundle, trustedRoot: sigstore.trustedRoot(), artifact })).toBe('accepted');
    expect(signed.tlogEntries[0]).not.toHaveProperty('integratedTime');
  });

  it('accepts a log with an ECDSA key', () => {
    const local = createLocalSigstore({ rekor: { prefill: [1] }, rekorV2: { key: 'p256' } });
    const signed = local.signBlob({ bytes: artifact, log: 'rekor-v2' });
    const bundle = signed.bundle();
    expect(sigstoreJsVerdict({ bundle, trustedRoot: local.trustedRoot(), artifact })).toBe('accepted');
  });

  it('accepts an envelope logged as dsse', () => {
    const signed = sigstore.signDsse({ payload: statement, log: 'rekor-v2' });
    const bundle = signed.bundle();
    expect(sigstoreJsVerdict({ bundle, trustedRoot: sigstore.trustedRoot() })).toBe('accepted');
  });

  it('accepts an envelope logged as hashedrekord', () => {
    const signed = sigstore.signDsse({ payload: statement, log: 'rekor-v2', entryKind: 'hashedrekord' });
    const bundle = signed.bundle();
    expect(sigstoreJsVerdict({ bundle, trustedRoot: sigstore.trustedRoot() })).toBe('accepted');
  });

  it.each([
    { flaw: 'no timestamp', options: { timestamps: [] }, code: 'TIMESTAMP_ERROR' },
    {
      flaw: 'a timestamp over something else',
      options: { timestamps: [{ message: Buffer.from('something else') }] },
      code: 'TIMESTAMP_ERROR',
    },
    {
      flaw: 'a timestamp by another authority',
      options: { timestamps: [{ authority: createTimestampAuthority() }] },
      code: 'TIMESTAMP_ERROR',
    },
    {
      flaw: 'a timestamp outside the certificate',
      options: { timestamps: [{ at: new Date('2030-01-01') }] },
      code: 'CERTIFICATE_ERROR',
    },
    {
      flaw: 'a checkpoint that the log did not sign',
      options: { alterSigners: () => [createWitness()] },
      code: 'TLOG_INCLUSION_PROOF_ERROR',
    },
    {
      flaw: 'a signed checkpoint of another root',
      options: {
        alterCheckpoint: (fields: object) => ({ origin: 'x', size: 1, ...fields, root: new Uint8Array(32) }),
      },
      code: 'TLOG_INCLUSION_PROOF_ERROR',
    },
    {
      flaw: 'an entry of another digest',
      options: {
        alterBody: (body: Parameters<typeof setAt>[0]) =>
          setAt(body, ['spec', 'hashedRekordV002', 'data', 'digest'], Buffer.alloc(32).toString('base64')),
      },
      code: 'TLOG_BODY_ERROR',
    },
  ])('refuses $flaw', ({ options, code }) => {
    const bundle = sigstore.signBlob({ bytes: artifact, log: 'rekor-v2', ...options }).bundle();
    expect(sigstoreJsVerdict({ bundle, trustedRoot: sigstore.trustedRoot(), artifact })).toBe(code);
  });

  it('leaves to stricter verifiers a rejected status and a leaf for other purposes', () => {
    const authority = createTimestampAuthority({
      alterLeaf: (template) => withExtension(template, extension.extendedKeyUsage([EKU.codeSigning], true)),
    });
    const local = createLocalSigstore({ rekor: { prefill: [1] } });
    const timestamps = [{ authority, status: PKI_STATUS.rejection }];
    const bundle = local.signBlob({ bytes: artifact, log: 'rekor-v2', timestamps }).bundle();
    const trustedRoot = local.trustedRoot((root) => {
      for (const tsa of root.timestampAuthorities) {
        tsa.certChain.certificates = authority.chain.map((der) => ({
          rawBytes: Buffer.from(der).toString('base64'),
        }));
      }
    });
    expect(sigstoreJsVerdict({ bundle, trustedRoot, artifact })).toBe('accepted');
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)('what openssl says of timestamps (needs openssl)', () => {
  it.each([
    { what: 'with certificate', options: { embedCertificate: true, nonce: Buffer.of(1, 2, 3) }, status: 0 },
    { what: 'without certificate', options: {}, status: 0 },
    { what: 'over another message', options: { message: Buffer.from('other') }, status: 1 },
    { what: 'of rejected status', options: { status: PKI_STATUS.rejection }, status: 1 },
  ])('a response $what: exit status $status', async ({ options, status }) => {
    const dir = await testDir();
    const [leaf = new Uint8Array(), root = new Uint8Array()] = sigstore.timestampAuthority.chain;
    writeFileSync(dir.join('message'), 'message');
    writeFileSync(dir.join('response'), sigstore.timestampAuthority.respond(Buffer.from('message'), options));
    writeFileSync(dir.join('root.pem'), toPem('CERTIFICATE', root));
    writeFileSync(dir.join('leaf.pem'), toPem('CERTIFICATE', leaf));
    const args = [
      'ts',
      '-verify',
      '-in',
      'response',
      '-data',
      'message',
      '-CAfile',
      'root.pem',
      '-untrusted',
      'leaf.pem',
    ];
    expect(spawnSync('openssl', args, { cwd: dir.path }).status).toBe(status);
  });
});
