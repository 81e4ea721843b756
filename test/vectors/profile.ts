/** The signing certificate: what it may be used for, and its form. */
import { generateKeyPairSync } from 'node:crypto';
import * as der from '#support/sigstore/der';
import {
  EKU,
  extension,
  OID,
  withAddedExtension,
  withCritical,
  withExtension,
  withoutExtension,
} from '#support/sigstore/certificate';
import { accepted, blob, refused, type Vector } from './vector.ts';

const UNKNOWN = { oid: '1.2.3.4.5', critical: true, value: der.utf8String('?') };

export const PROFILE_VECTORS: readonly Vector[] = [
  accepted('leaf-with-ca-false', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.basicConstraints(false)) }),
  ),
  accepted('leaf-with-an-unknown-extension', () =>
    blob({ alter: (leaf) => withExtension(leaf, { ...UNKNOWN, critical: false }) }),
  ),
  accepted('leaf-with-critical-extended-key-usage', () =>
    blob({ alter: (leaf) => withCritical(leaf, OID.extendedKeyUsage, true) }),
  ),
  refused('leaf-without-extended-key-usage_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withoutExtension(leaf, OID.extendedKeyUsage) }),
  ),
  refused('leaf-for-servers_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.extendedKeyUsage([EKU.serverAuth])) }),
  ),
  refused('leaf-for-any-purpose_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.extendedKeyUsage([EKU.any])) }),
  ),
  refused('leaf-without-key-usage_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withoutExtension(leaf, OID.keyUsage) }),
  ),
  refused('leaf-for-key-encipherment_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.keyUsage(2)) }),
  ),
  refused('leaf-that-may-sign-certificates_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.keyUsage(0, 5)) }),
  ),
  refused('leaf-that-is-an-authority_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withExtension(leaf, extension.basicConstraints(true)) }),
  ),
  refused('leaf-with-a-critical-unknown-extension_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alter: (leaf) => withExtension(leaf, UNKNOWN) }),
  ),
  refused('leaf-with-an-extension-twice_fail', 'material-malformed', 'material', () =>
    blob({
      alter: (leaf) =>
        withAddedExtension(leaf, extension.rawText(OID.issuerV1, 'https://accounts.google.com')),
    }),
  ),
  refused('leaf-of-version-1_fail', 'material-malformed', 'material', () =>
    blob({ alter: (leaf) => ({ ...leaf, version: 0 }) }),
  ),
  refused('leaf-with-another-algorithm-outside_fail', 'material-malformed', 'material', () =>
    blob({
      alterAfterLogging: (leaf) => ({
        ...leaf,
        outerAlgorithm: der.sequence(der.oid('1.2.840.10045.4.3.2')),
      }),
    }),
  ),
  refused('leaf-with-a-byte-after-it_fail', 'material-malformed', 'material', () =>
    blob({ alterDer: (certificate) => Buffer.concat([certificate, Buffer.of(0)]) }),
  ),
  refused('leaf-with-a-serial-number-not-canonical_fail', 'material-malformed', 'material', () =>
    blob({ alter: (leaf) => ({ ...leaf, serialNumber: Buffer.of(0, 0, 1) }) }),
  ),
  refused('leaf-of-version-2_fail', 'material-malformed', 'material', () =>
    blob({ alter: (leaf) => ({ ...leaf, version: 1 }) }),
  ),
  ...Object.entries({
    'of-an-unknown-type': der.sequence(der.sequence(der.oid('1.2.3.4')), der.bitString(Buffer.of(1, 2))),
    'of-ed448': generateKeyPairSync('ed448').publicKey,
    'on-secp256k1': generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
    'of-rsa-1024': generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
  }).map(([what, key]) =>
    refused(`leaf-with-a-key-${what}_fail`, 'material-malformed', 'material', () =>
      blob({
        alter: (leaf) => ({
          ...leaf,
          spki: key instanceof Uint8Array ? key : key.export({ format: 'der', type: 'spki' }),
        }),
      }),
    ),
  ),
];
