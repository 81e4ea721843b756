import crypto from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { UnavailableError, UntrustedError } from '../../../src/errors.ts';
import { ableToJudge } from '../../../src/flow/able-to-judge.ts';
import { proveSample } from '../../../src/flow/prove-sample.ts';
import { SAMPLE_BUNDLES, SAMPLE_TRUSTED_ROOT } from '../../../src/flow/sample.ts';

describe('the sample that k8s-verify carries', () => {
  it('is proved', () => {
    expect(() => proveSample()).not.toThrow();
  });

  it('takes every kind of key and evidence that a release can have', () => {
    const all = [SAMPLE_TRUSTED_ROOT, ...SAMPLE_BUNDLES].join('');
    expect(all).toContain('"keyDetails":"PKIX_ED25519"');
    expect(all).toContain('"keyDetails":"PKIX_ECDSA_P256_SHA_256"');
    for (const kind of ['inclusionPromise', 'inclusionProof', 'checkpoint', 'rfc3161Timestamps']) {
      expect(all).toContain(`"${kind}":`);
    }
    const asked = vi.spyOn(crypto, 'verify');
    proveSample();
    const kinds = asked.mock.calls.map(([algorithm, , key]) => {
      const { asymmetricKeyType, asymmetricKeyDetails } = crypto.createPublicKey(
        key instanceof crypto.KeyObject ? key.export({ format: 'pem', type: 'spki' }) : '',
      );
      return `${algorithm ?? 'none'} ${asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? ''}`;
    });
    expect([...new Set(kinds)].toSorted()).toMatchInlineSnapshot(`
      [
        "none ed25519",
        "none prime256v1",
        "sha256 prime256v1",
        "sha256 secp384r1",
        "sha384 secp384r1",
      ]
    `);
  });
});

describe('a story', () => {
  const refused = new UntrustedError('identity-mismatch', 'signed by another identity');

  it('may refuse where the sample is proved, and says other errors as they are', async () => {
    await expect(ableToJudge(() => Promise.reject(refused))).rejects.toBe(refused);
    const other = new UnavailableError('network', 'not reached');
    await expect(ableToJudge(() => Promise.reject(other))).rejects.toBe(other);
    await expect(ableToJudge(() => Promise.resolve('proved'))).resolves.toBe('proved');
  });
});
