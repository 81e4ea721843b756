/** The chain: an authority of the trusted root issued the certificate, and it was valid when it signed. */
import * as der from '#support/sigstore/der';
import { flipBit } from '#support/bytes';
import { createLocalSigstore, type LocalSigstore, type LocalSigstoreOptions } from '#support/local-sigstore';
import type { BundleJson } from '#support/sigstore/bundle';
import {
  type CertificateTemplate,
  EKU,
  extension,
  OID,
  withExtension,
  withoutExtension,
} from '#support/sigstore/certificate';
import { alterAuthority, SINCE_AFTER, UNTIL_BEFORE, UNTIL_THEN } from './alterations.ts';
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

const UNKNOWN = { oid: '1.2.3.4.5', critical: true, value: der.utf8String('?') };

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
