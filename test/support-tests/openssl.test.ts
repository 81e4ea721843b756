import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLocalSigstore } from '#support/local-sigstore';
import { toPem } from '#support/sigstore/keys';
import { testDir } from '#support/test-dir';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)('what openssl says (needs openssl)', () => {
  const sigstore = createLocalSigstore({ rekor: { prefill: [1] } });

  it.each(['2022', '2023', '2026'] as const)('verifies the chain of a leaf of %s', async (shape) => {
    const dir = await testDir();
    const { chain, pem, leaf } = sigstore.signBlob({ bytes: Buffer.from('artifact'), shape });
    const [, intermediate = new Uint8Array(), root = new Uint8Array()] = chain;
    writeFileSync(dir.join('leaf.pem'), pem);
    writeFileSync(dir.join('intermediate.pem'), toPem('CERTIFICATE', intermediate));
    writeFileSync(dir.join('root.pem'), toPem('CERTIFICATE', root));
    const at = Math.floor((leaf?.notBefore.getTime() ?? 0) / 1000) + 60;
    const args = ['-x509_strict', '-purpose', 'any', '-attime', String(at)];
    const files = ['-CAfile', 'root.pem', '-untrusted', 'intermediate.pem', 'leaf.pem'];
    // Strict mode wants a subject key identifier, which the leaves of 2026 do not have.
    const strict = shape === '2026' ? args.slice(1) : args;
    const output = execFileSync('openssl', ['verify', ...strict, ...files], {
      cwd: dir.path,
      encoding: 'utf8',
    });
    expect(output).toBe('leaf.pem: OK\n');
  });

  it('reads the leaf as it reads a real one', async () => {
    const dir = await testDir();
    const { pem } = sigstore.signBlob({ bytes: Buffer.from('artifact'), shape: '2026' });
    writeFileSync(dir.join('leaf.pem'), pem);
    const text = execFileSync('openssl', ['x509', '-in', 'leaf.pem', '-noout', '-text'], {
      cwd: dir.path,
      encoding: 'utf8',
    });
    const lines = text.split('\n').map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        'Subject:',
        'Signature Algorithm: ecdsa-with-SHA384',
        'X509v3 Key Usage: critical',
        'Digital Signature',
        'Code Signing',
        'X509v3 Subject Alternative Name: critical',
        'email:krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
        '1.3.6.1.4.1.57264.1.1:',
        'https://accounts.google.com',
        '..https://accounts.google.com',
        '1.3.6.1.4.1.57264.1.24:',
        'CT Precertificate SCTs:',
        'Version   : v1 (0x0)',
        'Extensions: none',
      ]),
    );
    expect(text).not.toContain('Subject Key Identifier');
  });
});
