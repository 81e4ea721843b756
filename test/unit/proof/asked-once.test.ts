/** What is asked once, because it is slow and its answer never changes. */
import crypto from 'node:crypto';
import type * as Curves from '@noble/curves/nist.js';
import { describe, expect, it, vi } from 'vitest';
import { readBundle } from '../../../src/evidence/read-bundle.ts';
import { checkDetachedSignature } from '../../../src/proof/check-detached-signature.ts';
import { proveDigest } from '../../../src/proof/prove-digest.ts';
import { readTrustedRoot } from '../../../src/trust/read-trusted-root.ts';
import type { TrustMaterial } from '../../../src/trust/trust-material.ts';
import { createLocalSigstore } from '#support/local-sigstore';
import type { SignedBlob } from '#support/sigstore/signing';
import { KUBERNETES_POLICY } from '../../vectors/vector.ts';

const counted = vi.hoisted(() => ({ verifications: 0 }));

/** The package itself, with its verifications counted. */
vi.mock('@noble/curves/nist.js', async (importOriginal) => {
  const curves = await importOriginal<typeof Curves>();
  const verify: typeof curves.p256.verify = (...args) => {
    counted.verifications += 1;
    return curves.p256.verify(...args);
  };
  return { ...curves, p256: { ...curves.p256, verify } };
});

const sigstore = createLocalSigstore();
const bytes = Buffer.from('an artifact');
const subject = {
  kind: 'digest',
  digest: { algorithm: 'sha256', hex: crypto.createHash('sha256').update(bytes).digest('hex') },
} as const;

function trustMaterial(): TrustMaterial {
  return readTrustedRoot(Buffer.from(sigstore.trustedRoot()), { kind: 'file', path: 'root.json' });
}

function prove(signed: SignedBlob, trust: TrustMaterial): void {
  proveDigest(readBundle(Buffer.from(signed.bundle('0.3'))), subject, KUBERNETES_POLICY, trust);
}

/** How many signatures of P-384 keys, which are those of certificates, node:crypto verifies meanwhile. */
function chainSignatures(run: () => void): number {
  const verify = vi.spyOn(crypto, 'verify');
  run();
  const keys = verify.mock.calls.map(([, , key]) => (key instanceof crypto.KeyObject ? key : undefined));
  verify.mockRestore();
  return keys.filter((key) => key?.asymmetricKeyDetails?.namedCurve === 'secp384r1').length;
}

describe('ECDSA over the digest', () => {
  it('is computed once for an artifact, from the detached signature to the end of its proof', () => {
    const signed = sigstore.signBlob({ bytes });
    const trust = trustMaterial();
    counted.verifications = 0;
    const certificate = signed.leaf?.der ?? new Uint8Array();
    checkDetachedSignature({ signature: signed.signature, certificate }, subject);
    prove(signed, trust);
    expect(counted.verifications).toBe(1);
    prove(sigstore.signBlob({ bytes }), trust);
    expect(counted.verifications).toBe(2);
  });

  it('is computed again where it does not fit, and for another digest of the same key', () => {
    const signed = sigstore.signBlob({ bytes });
    const certificate = signed.leaf?.der ?? new Uint8Array();
    const pair = { signature: signed.signature, certificate };
    checkDetachedSignature(pair, subject);
    const other = { kind: 'digest', digest: { algorithm: 'sha256', hex: '00'.repeat(32) } } as const;
    expect(() => checkDetachedSignature(pair, other)).toThrow('does not fit');
    const signature = Uint8Array.from(signed.signature);
    signature.set([(signature.at(-1) ?? 0) ^ 1], signature.length - 1);
    expect(() => checkDetachedSignature({ signature, certificate }, subject)).toThrow('does not fit');
  });
});

describe('the certificates of one trusted root', () => {
  it('are verified once, and the leaf for each proof', () => {
    const trust = trustMaterial();
    const first = sigstore.signBlob({ bytes });
    const second = sigstore.signBlob({ bytes });
    expect(chainSignatures(() => prove(first, trust))).toBe(3);
    expect(chainSignatures(() => prove(second, trust))).toBe(1);
    expect(chainSignatures(() => prove(second, trustMaterial()))).toBe(3);
  });

  it('are not taken for the issuer of a leaf that another authority issued', () => {
    const trust = trustMaterial();
    prove(sigstore.signBlob({ bytes }), trust);
    const { certificateAuthority } = createLocalSigstore();
    const foreign = sigstore.signBlob({ bytes, authorities: { certificateAuthority } });
    expect(() => prove(foreign, trust)).toThrow(/authority/);
  });
});
