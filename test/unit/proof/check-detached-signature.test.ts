import { describe, expect, it } from 'vitest';
import { checkDetachedSignature } from '../../../src/proof/check-detached-signature.ts';
import { flipBit } from '#support/bytes';
import type { KeyKind } from '#support/sigstore/keys';
import type { SignedBlob } from '#support/sigstore/signing';
import { ARTIFACT, SIGNED_AT, world } from '../../vectors/vector.ts';

function sign(key: KeyKind = 'p256'): SignedBlob & { readonly certificate: Uint8Array } {
  const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT, key });
  return { ...signed, certificate: signed.leaf?.der ?? new Uint8Array() };
}

const digestOf = ({ hash: algorithm, digestHex: hex }: SignedBlob) =>
  ({ kind: 'digest', digest: { algorithm, hex } }) as const;

describe('checkDetachedSignature', () => {
  it.each<KeyKind>(['p256', 'p384', 'p521', 'rsa2048'])('passes a signature by %s over the digest', (key) => {
    const signed = sign(key);
    expect(checkDetachedSignature(signed, digestOf(signed))).toMatchObject({
      subjectAlternativeNames: [
        { type: 'email', value: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com' },
      ],
      issuers: ['https://accounts.google.com', 'https://accounts.google.com'],
      notBefore: SIGNED_AT,
    });
  });

  it('passes a signature over the whole message', () => {
    const message = { kind: 'message', message: ARTIFACT } as const;
    expect(checkDetachedSignature(sign(), message).der).toBeInstanceOf(Uint8Array);
    expect(checkDetachedSignature(sign('ed25519'), message).der).toBeInstanceOf(Uint8Array);
  });

  it('asks for the message where the key does', () => {
    const signed = sign('ed25519');
    expect(() => checkDetachedSignature(signed, digestOf(signed))).toThrow(
      expect.objectContaining({ name: 'RequestError', code: 'usage' }),
    );
  });

  it.each<[string, (signed: ReturnType<typeof sign>) => ReturnType<typeof sign>]>([
    ['a changed signature', (signed) => ({ ...signed, signature: flipBit(signed.signature) })],
    [
      'a signature with a byte after it',
      (signed) => ({ ...signed, signature: Buffer.concat([signed.signature, Buffer.of(0)]) }),
    ],
    ['the certificate of another signing', (signed) => ({ ...signed, certificate: sign().certificate })],
    ['another artifact', (signed) => ({ ...signed, digestHex: '00'.repeat(32) })],
  ])('refuses %s before any network', (_, alter) => {
    const signed = alter(sign());
    expect(() => checkDetachedSignature(signed, digestOf(signed))).toThrow(
      expect.objectContaining({ name: 'UntrustedError', code: 'signature-mismatch', check: 'signature' }),
    );
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['junk', Buffer.from('junk')],
  ])('refuses %s for a certificate', (_, certificate) => {
    const signed = sign();
    expect(() => checkDetachedSignature({ ...signed, certificate }, digestOf(signed))).toThrow(
      expect.objectContaining({ code: 'material-malformed', check: 'material' }),
    );
  });
});
