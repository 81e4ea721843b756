/** The signing certificate: its profile, its chain at the time of signing, its SCTs. */
import { generateKeyPairSync } from 'node:crypto';
import {
  createLocalSigstore,
  type LocalSigstore,
  type LocalSigstoreOptions,
} from '../support/local-sigstore.ts';
import {
  EKU,
  extension,
  OID,
  withAddedExtension,
  withCritical,
  withExtension,
  withoutExtension,
  type CertificateTemplate,
} from '../support/sigstore/certificate.ts';
import { flipBit } from '../support/bytes.ts';
import * as der from '../support/sigstore/der.ts';
import { createCtLog } from '../support/sigstore/ct-log.ts';
import { logJson } from '../support/sigstore/trusted-root.ts';
import { generateKey } from '../support/sigstore/keys.ts';
import type { BundleJson } from '../support/sigstore/bundle.ts';
import { alterAuthority, alterCtLog, SINCE_AFTER, UNTIL_BEFORE, UNTIL_THEN } from './alterations.ts';
import {
  accepted,
  blob,
  type EvidenceOptions,
  minutesAfterSigning,
  refused,
  type Vector,
  world,
} from './vector.ts';

const small = { rekor: { prefill: [2, 5] }, rekorV2: { prefill: 3 } } as const;

function sigstoreWith(options: LocalSigstoreOptions): { readonly sigstore: LocalSigstore } {
  return { sigstore: createLocalSigstore({ ...small, ...options }) };
}

function withIntermediate(alter: (template: CertificateTemplate) => CertificateTemplate): EvidenceOptions {
  return sigstoreWith({ certificateAuthority: { alterIntermediate: alter } });
}

const UNKNOWN = { oid: '1.2.3.4.5', critical: true, value: der.utf8String('?') };

/** More certificates in the chain of an old bundle. */
function chainOf(...more: readonly Uint8Array[]): EvidenceOptions {
  return {
    version: '0.2',
    alter: ({ verificationMaterial }: BundleJson) => {
      verificationMaterial.x509CertificateChain?.certificates.push(
        ...more.map((certificate) => ({ rawBytes: Buffer.from(certificate).toString('base64') })),
      );
    },
  };
}

const intermediateOf = ({ certificateAuthority }: LocalSigstore): Uint8Array =>
  certificateAuthority.intermediates[0]?.der ?? new Uint8Array();

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

export const CHAIN_VECTORS: readonly Vector[] = [
  accepted('chain-without-intermediate', () =>
    blob({}, sigstoreWith({ certificateAuthority: { intermediates: 0 } })),
  ),
  accepted('chain-with-two-intermediates', () =>
    blob({}, sigstoreWith({ certificateAuthority: { intermediates: 2 } })),
  ),
  accepted('chain-of-rsa-authorities', () =>
    blob({}, sigstoreWith({ certificateAuthority: { key: 'rsa2048' } })),
  ),
  accepted('chain-intermediate-without-extended-key-usage', () =>
    blob(
      {},
      withIntermediate((ca) => withoutExtension(ca, OID.extendedKeyUsage)),
    ),
  ),
  accepted('chain-behind-a-namesake', () => {
    const namesake = createLocalSigstore(small).trustedRootJson().certificateAuthorities;
    return blob({}, { alterRoot: (root) => void root.certificateAuthorities.unshift(...namesake) });
  }),
  accepted('chain-in-bundle-with-known-intermediate', () => blob({}, chainOf(intermediateOf(world())))),
  accepted('chain-signed-in-the-last-second', () => blob({ integratedAt: minutesAfterSigning(10) })),
  accepted('chain-authority-trusted-until-the-second-of-signing', () =>
    blob(
      {},
      alterAuthority((ca) => void (ca.validFor = UNTIL_THEN)),
    ),
  ),

  refused('chain-by-another-authority_fail', 'certificate-untrusted', 'chain', () =>
    blob({ authorities: { certificateAuthority: createLocalSigstore(small).certificateAuthority } }),
  ),
  refused('chain-by-an-authority-of-another-name_fail', 'certificate-untrusted', 'chain', () => {
    const other = createLocalSigstore({ ...small, certificateAuthority: { organization: 'other.test' } });
    return blob({ authorities: { certificateAuthority: other.certificateAuthority } });
  }),
  refused('chain-signature-changed_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alterDer: (certificate) => flipBit(certificate) }),
  ),
  refused('chain-signed-after-the-certificate-expired_fail', 'certificate-untrusted', 'chain', () =>
    blob({ integratedAt: minutesAfterSigning(10.1) }),
  ),
  refused('chain-signed-before-the-certificate-was-valid_fail', 'certificate-untrusted', 'chain', () =>
    blob({ integratedAt: minutesAfterSigning(-0.1) }),
  ),
  refused('chain-authority-no-longer-trusted_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      alterAuthority((ca) => void (ca.validFor = UNTIL_BEFORE)),
    ),
  ),
  refused('chain-authority-not-yet-trusted_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      alterAuthority((ca) => void (ca.validFor = SINCE_AFTER)),
    ),
  ),
  refused('chain-intermediate-expired_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      withIntermediate((ca) => ({ ...ca, notAfter: new Date('2026-03-01T11:59:59Z') })),
    ),
  ),
  refused('chain-intermediate-for-servers_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      withIntermediate((ca) => withExtension(ca, extension.extendedKeyUsage([EKU.serverAuth]))),
    ),
  ),
  refused('chain-intermediate-with-a-critical-unknown-extension_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      withIntermediate((ca) => withExtension(ca, UNKNOWN)),
    ),
  ),
  refused('chain-intermediate-with-name-constraints_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      withIntermediate((ca) =>
        withExtension(ca, { oid: OID.nameConstraints, critical: true, value: der.sequence() }),
      ),
    ),
  ),
  refused('chain-intermediate-that-is-no-authority_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      withIntermediate((ca) => withExtension(ca, extension.basicConstraints(false))),
    ),
  ),
  refused('chain-intermediate-that-may-not-sign-certificates_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      withIntermediate((ca) => withExtension(ca, extension.keyUsage(0))),
    ),
  ),
  refused('chain-longer-than-allowed_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      sigstoreWith({
        certificateAuthority: {
          intermediates: 2,
          alterIntermediate: (ca, index) =>
            index === 0 ? withExtension(ca, extension.basicConstraints(true, 0)) : ca,
        },
      }),
    ),
  ),
  refused('chain-in-bundle-with-root_fail', 'certificate-untrusted', 'chain', () =>
    blob({}, chainOf(intermediateOf(world()), world().certificateAuthority.root.der)),
  ),
  refused('chain-in-bundle-with-foreign-intermediate_fail', 'certificate-untrusted', 'chain', () =>
    blob({}, chainOf(intermediateOf(createLocalSigstore(small)))),
  ),
  refused('chain-in-bundle-with-junk_fail', 'certificate-untrusted', 'chain', () =>
    blob({}, chainOf(Buffer.from('junk'))),
  ),
];

export const SCT_VECTORS: readonly Vector[] = [
  accepted('sct-with-extensions', () => blob({ scts: [{ extensions: Buffer.of(0, 0, 5, 0, 0, 0, 0, 7) }] })),
  accepted('sct-of-two-logs', () => {
    const second = createCtLog({ baseUrl: 'https://ctfe.sigstore.test/second' });
    return blob(
      { scts: [{}, { log: second }] },
      { alterRoot: ({ ctlogs }) => void ctlogs.push(logJson(second)) },
    );
  }),
  accepted('sct-by-an-rsa-log', () => {
    const log = createCtLog({ key: 'rsa2048' });
    return blob({ scts: [{ log }] }, { alterRoot: ({ ctlogs }) => void ctlogs.push(logJson(log)) });
  }),
  refused('sct-with-sha384_fail', 'sct-invalid', 'sct', () => {
    const log = createCtLog({ key: 'p384' });
    return blob({ scts: [{ log }] }, { alterRoot: ({ ctlogs }) => void ctlogs.push(logJson(log)) });
  }),
  refused('sct-missing_fail', 'sct-invalid', 'sct', () => blob({ scts: [] })),
  refused('sct-list-empty_fail', 'sct-invalid', 'sct', () =>
    blob({
      scts: [],
      alter: (leaf) =>
        withExtension(leaf, { oid: OID.sctList, critical: false, value: der.octetString(Buffer.of(0, 0)) }),
    }),
  ),
  refused('sct-of-unknown-log_fail', 'sct-invalid', 'sct', () => blob({ scts: [{ log: createCtLog() }] })),
  refused('sct-of-known-and-unknown-log_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{}, { log: createCtLog() }] }),
  ),
  refused('sct-of-another-key-under-the-known-id_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ log: { ...world().ctLog, key: generateKey() } }] }),
  ),
  refused('sct-signature-changed_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => flipBit(sct) }] }),
  ),
  refused('sct-time-changed_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => flipBit(sct, 40) }] }),
  ),
  refused('sct-twice_fail', 'sct-invalid', 'sct', () => blob({ scts: [{}, {}] })),
  refused('sct-made-for-another-certificate_fail', 'sct-invalid', 'sct', () =>
    blob({ alterAfterLogging: (leaf) => withExtension(leaf, { ...UNKNOWN, critical: false }) }),
  ),
  refused('sct-with-a-byte-after-it_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => Buffer.concat([sct, Buffer.of(0)]) }] }),
  ),
  refused('sct-cut-short_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => sct.subarray(0, -1) }] }),
  ),
  refused('sct-of-version-2_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => Buffer.concat([Buffer.of(1), sct.subarray(1)]) }] }),
  ),
  refused('sct-with-sha1_fail', 'sct-invalid', 'sct', () =>
    blob({
      scts: [
        {
          alter: (sct) => {
            const other = Buffer.from(sct);
            other[43] = 2;
            return other;
          },
        },
      ],
    }),
  ),
  refused('sct-log-no-longer-trusted_fail', 'sct-invalid', 'sct', () =>
    blob(
      {},
      {
        alterRoot: ({ ctlogs: [log] }) => void (log && (log.publicKey.validFor = UNTIL_BEFORE)),
      },
    ),
  ),
  refused('sct-log-not-yet-trusted_fail', 'sct-invalid', 'sct', () =>
    blob(
      {},
      alterCtLog((log) => void (log.publicKey.validFor = SINCE_AFTER)),
    ),
  ),
];
