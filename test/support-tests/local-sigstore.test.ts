import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { flipBit, replaceText } from '#support/bytes';
import { createLocalSigstore } from '#support/local-sigstore';
import {
  EKU,
  extension,
  OID,
  signatureAlgorithm,
  withExtension,
  withoutExtension,
} from '#support/sigstore/certificate';
import type { LeafShape } from '#support/sigstore/certificate-authority';
import { createCtLog } from '#support/sigstore/ct-log';
import { logJson } from '#support/sigstore/trusted-root';
import { sigstoreJsVerdict } from './sigstore-js.ts';

const sigstore = createLocalSigstore();
const artifact = Buffer.from('the bytes of a release binary');

describe('what sigstore-js says of message signatures', () => {
  const versions = ['0.1', '0.2', '0.3'] as const;
  const shapes = ['2022', '2023', '2026'] as const;
  it.each(versions.flatMap((version) => shapes.map((shape) => ({ version, shape }))))(
    'accepts a bundle $version with a leaf of $shape',
    ({ version, shape }) => {
      const signed = sigstore.signBlob({ bytes: artifact, shape });
      expect(
        sigstoreJsVerdict({
          bundle: signed.bundle(version),
          trustedRoot: sigstore.trustedRoot(),
          artifact,
        }),
      ).toBe('accepted');
    },
  );

  it.each(['p256', 'p384', 'p521', 'rsa2048', 'rsa4096'] as const)(
    'accepts a signature by a %s key',
    (key) => {
      const signed = sigstore.signBlob({ bytes: artifact, key });
      expect(
        sigstoreJsVerdict({
          bundle: signed.bundle(),
          trustedRoot: sigstore.trustedRoot(),
          artifact,
        }),
      ).toBe('accepted');
    },
  );

  it('accepts a signing of another time, which a trusted root of today covers', () => {
    const signed = sigstore.signBlob({ bytes: artifact, at: new Date('2022-12-09T02:03:04.567Z') });
    expect(
      sigstoreJsVerdict({
        bundle: signed.bundle(),
        trustedRoot: sigstore.trustedRoot(),
        artifact,
      }),
    ).toBe('accepted');
    expect(signed.leaf?.notBefore).toEqual(new Date('2022-12-09T02:03:04Z'));
    expect(signed.entry?.integratedTime).toBe(Date.parse('2022-12-09T02:03:04Z') / 1000);
  });

  it('accepts a managed key', () => {
    const signed = sigstore.signBlob({ bytes: artifact, managedKey: 'p256' });
    const hint = signed.bundleJson().verificationMaterial.publicKey?.hint ?? '';
    expect(
      sigstoreJsVerdict({
        bundle: signed.bundle(),
        trustedRoot: sigstore.trustedRoot(),
        artifact,
        managedKeys: { [hint]: signed.key.spki },
      }),
    ).toBe('accepted');
  });

  it('accepts an entry whose shard was frozen since', () => {
    const local = createLocalSigstore({ rekor: { prefill: [5, 12] } });
    const signed = local.signBlob({ bytes: artifact });
    local.rekor.rotate();
    local.signBlob({ bytes: Buffer.from('a later artifact') });
    expect(sigstoreJsVerdict({ bundle: signed.bundle(), trustedRoot: local.trustedRoot(), artifact })).toBe(
      'accepted',
    );
    expect(signed.entry).toMatchObject({ logIndex: 17, leafIndex: 12 });
  });

  it.each(['dsse', 'intoto'] as const)('accepts an envelope logged as %s', (entryKind) => {
    const signed = sigstore.signDsse({
      payload: { _type: 'https://in-toto.io/Statement/v1', subject: [] },
      entryKind,
    });
    expect(sigstoreJsVerdict({ bundle: signed.bundle(), trustedRoot: sigstore.trustedRoot() })).toBe(
      'accepted',
    );
  });
});

describe('what sigstore-js refuses', () => {
  const other = createLocalSigstore({ rekor: { prefill: [1] } });
  it.each([
    {
      flaw: 'a certificate of another authority',
      authorities: { certificateAuthority: other.certificateAuthority },
      code: 'CERTIFICATE_ERROR',
    },
    { flaw: 'an entry of another log', authorities: { rekor: other.rekor }, code: 'TLOG_' },
    { flaw: 'a certificate without SCT', scts: [], code: 'CERTIFICATE_ERROR' },
    { flaw: 'an SCT of an unknown log', scts: [{ log: createCtLog() }], code: 'CERTIFICATE_ERROR' },
    { flaw: 'a broken SCT', scts: [{ alter: flipBit }], code: 'CERTIFICATE_ERROR' },
    {
      flaw: 'a certificate that changed after it was logged',
      alterAfterLogging: (template: Parameters<typeof withoutExtension>[0]) =>
        withExtension(template, extension.rawText(OID.issuerV1, 'https://other.example')),
      code: 'CERTIFICATE_ERROR',
    },
    {
      flaw: 'a certificate that changed after it was signed',
      alterDer: (der: Uint8Array) => replaceText(der, 'krel-staging@', 'krel-evildoer'),
      code: 'CERTIFICATE_ERROR',
    },
    { flaw: 'a signature that does not fit', alterSignature: flipBit, code: 'SIGNATURE_ERROR' },
    {
      flaw: 'a time of signing outside the certificate',
      integratedAt: new Date('2030-01-01'),
      code: 'CERTIFICATE_ERROR',
    },
    { flaw: 'no log entry', log: 'none' as const, code: 'TIMESTAMP_ERROR' },
  ])('refuses $flaw', ({ code, ...options }) => {
    const signed = sigstore.signBlob({ bytes: artifact, ...options });
    const verdict = sigstoreJsVerdict({
      bundle: signed.bundle(),
      trustedRoot: sigstore.trustedRoot(),
      artifact,
    });
    expect(verdict).toContain(code);
  });
});

describe('certificates', () => {
  it('has exactly the extensions of each year', () => {
    const { keyUsage, extendedKeyUsage, subjectKeyIdentifier, authorityKeyIdentifier } = OID;
    const common = [authorityKeyIdentifier, OID.subjectAlternativeName, OID.issuerV1];
    const start = [keyUsage, extendedKeyUsage];
    expect(oidsOf('2022')).toEqual([...start, subjectKeyIdentifier, ...common, OID.sctList]);
    expect(oidsOf('2023')).toEqual([...start, subjectKeyIdentifier, ...common, OID.issuerV2, OID.sctList]);
    expect(oidsOf('2026')).toEqual([...start, ...common, OID.issuerV2, OID.tokenSubject, OID.sctList]);
  });

  it('takes several names, raw names and altered extensions', () => {
    const signed = sigstore.signBlob({
      bytes: artifact,
      identity: [
        { kind: 'email', value: 'one@example.test\u0000.evil.example' },
        { kind: 'uri', value: 'https://two.example' },
        { kind: 'other-name', oid: '1.3.6.1.4.1.57264.1.7', value: 'three' },
      ],
      alter: (template) =>
        withoutExtension(
          withExtension(template, extension.extendedKeyUsage([EKU.serverAuth, EKU.codeSigning], true)),
          OID.keyUsage,
        ),
    });
    const certificate = new X509Certificate(signed.leaf?.der ?? '');
    expect(certificate.subjectAltName).toBe(
      'email:"one@example.test\\u0000.evil.example", URI:https://two.example, othername:<unsupported>',
    );
    expect(certificate.keyUsage).toEqual([EKU.serverAuth, EKU.codeSigning]);
    expect(extensionOids(certificate.raw)).not.toContain(OID.keyUsage);
  });

  it('can have bytes after its end', () => {
    const signed = sigstore.signBlob({
      bytes: artifact,
      alterDer: (der) => Buffer.concat([der, Buffer.from('junk')]),
    });
    expect(
      Buffer.from(signed.leaf?.der ?? [])
        .subarray(-4)
        .toString(),
    ).toBe('junk');
    expect(Buffer.from(signed.certificateFile, 'base64').toString()).toBe(signed.leaf?.pem);
  });

  it('can have several SCTs, and SCTs with extensions', () => {
    const second = createCtLog({ baseUrl: 'https://ctfe.sigstore.test/second', key: 'p384' });
    const scts = [{ extensions: Buffer.from('0000050000000007', 'hex') }, { log: second }];
    const bundle = sigstore.signBlob({ bytes: artifact, scts }).bundle();
    const trustedRoot = sigstore.trustedRoot((root) => {
      root.ctlogs.push(logJson(second));
    });
    const thresholds = { ctlogThreshold: 2 };
    expect(sigstoreJsVerdict({ bundle, trustedRoot, artifact, thresholds })).toBe('accepted');
    const without = sigstore.trustedRoot();
    expect(sigstoreJsVerdict({ bundle, trustedRoot: without, artifact, thresholds })).toBe(
      'CERTIFICATE_ERROR',
    );
  });

  it('takes any serial number and a second signature algorithm as they are', () => {
    const serialNumber = Buffer.from('ff00000000000001', 'hex');
    const outerAlgorithm = signatureAlgorithm(sigstore.rekor.key, 'sha512');
    const signed = sigstore.signBlob({
      bytes: artifact,
      alter: (template) => ({ ...template, serialNumber, outerAlgorithm }),
    });
    const der = Buffer.from(signed.leaf?.der ?? []);
    expect(der.includes(Buffer.concat([Buffer.of(2, 8), serialNumber]))).toBe(true);
    expect(der.lastIndexOf(outerAlgorithm)).toBeGreaterThan(der.length / 2);
  });

  it('verifies with a chain of several intermediates', () => {
    const local = createLocalSigstore({
      certificateAuthority: { intermediates: 2 },
      rekor: { prefill: [3] },
    });
    const signed = local.signBlob({ bytes: artifact });
    expect(local.certificateAuthority.chain).toHaveLength(3);
    expect(sigstoreJsVerdict({ bundle: signed.bundle(), trustedRoot: local.trustedRoot(), artifact })).toBe(
      'accepted',
    );
  });
});

describe('side files', () => {
  it('are base64 of a DER signature, and base64 of a PEM certificate, without a newline', () => {
    const signed = sigstore.signBlob({ bytes: artifact });
    expect(signed.signatureFile).toMatch(/^[A-Za-z0-9+/]{90,96}={0,2}$/);
    const pem = Buffer.from(signed.certificateFile, 'base64').toString();
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n$/);
    const key = new X509Certificate(pem).publicKey;
    expect(verify('sha256', artifact, key, Buffer.from(signed.signatureFile, 'base64'))).toBe(true);
  });

  it('are made by a pure Ed25519 key too, which sigstore-js does not verify', () => {
    const { signature, key } = sigstore.signBlob({ bytes: artifact, key: 'ed25519' });
    expect(verify(undefined, artifact, key.publicKey, signature)).toBe(true);
  });

  it.each(['p256', 'p384', 'p521', 'rsa2048'] as const)(
    'a %s signature made from a digest verifies over the message',
    (key) => {
      const whole = sigstore.signBlob({ bytes: artifact, key });
      const { signature, key: pair } = sigstore.signBlob({ digest: whole.digest, key });
      const publicKey = createPublicKey({ key: Buffer.from(pair.spki), format: 'der', type: 'spki' });
      expect(verify(whole.hash, artifact, publicKey, signature)).toBe(true);
    },
  );
});

function oidsOf(shape: LeafShape): readonly string[] {
  return extensionOids(sigstore.signBlob({ bytes: artifact, shape }).leaf?.der);
}

/** OIDs in order, by node's own legacy view of a certificate: good enough to be independent of the writer. */
function extensionOids(der: Uint8Array | undefined): readonly string[] {
  const bytes = Buffer.from(der ?? []);
  return Object.values(OID)
    .map((oid) => ({ oid, position: bytes.indexOf(encodedOid(oid)) }))
    .filter(({ position }) => position >= 0)
    .toSorted((a, b) => a.position - b.position)
    .map(({ oid }) => oid);
}

function encodedOid(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const contents = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets =
      arc
        .toString(2)
        .padStart(Math.ceil(arc.toString(2).length / 7) * 7, '0')
        .match(/.{7}/g) ?? [];
    return septets.map(
      (septet, index) => Number.parseInt(septet, 2) | (index < septets.length - 1 ? 0x80 : 0),
    );
  });
  return Buffer.from([0x06, contents.length, ...contents]);
}
