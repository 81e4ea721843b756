/**
 * X.509 certificates as plain values. A {@link CertificateTemplate} says everything that will be in the certificate;
 * an alteration is a function from template to template; {@link signCertificate} seals whatever it is given.
 */
import { randomBytes } from 'node:crypto';
import * as der from './der.ts';
import { digestOf, hashFor, type HashName, type KeyPair, signMessage } from './keys.ts';

export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  sctList: '1.3.6.1.4.1.11129.2.4.2',
  /** Fulcio: the OIDC issuer, raw. */
  issuerV1: '1.3.6.1.4.1.57264.1.1',
  /** Fulcio: the OIDC issuer, DER UTF8String. */
  issuerV2: '1.3.6.1.4.1.57264.1.8',
  /** Fulcio: the `sub` claim of the OIDC token, DER UTF8String; of a Google account, its number. */
  tokenSubject: '1.3.6.1.4.1.57264.1.24',
} as const;

export const EKU = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The contents of the extension's OCTET STRING. */
  readonly value: Uint8Array;
}

export interface CertificateTemplate {
  /** 2 means v3; a value of 0 leaves the field out, as DER wants a v1 certificate. */
  readonly version: number;
  /** The contents of the INTEGER, as they are. */
  readonly serialNumber: Uint8Array;
  /** DER of the Name. */
  readonly issuer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER of the Name. */
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: readonly Extension[];
  /** The hash of the issuer's signature; the issuer's key decides it when absent. */
  readonly signatureHash?: HashName;
  /** DER of the AlgorithmIdentifier next to the signature, where it is not the one that is signed. */
  readonly outerAlgorithm?: Uint8Array;
}

/** A change to a certificate before it is signed. */
export type AlterCertificate = (template: CertificateTemplate) => CertificateTemplate;

/** The template with this extension: in place of the one with the same OID where there is one, else at the end. */
export function withExtension(template: CertificateTemplate, extension: Extension): CertificateTemplate {
  const known = template.extensions.some((other) => other.oid === extension.oid);
  const extensions = known
    ? template.extensions.map((other) => (other.oid === extension.oid ? extension : other))
    : [...template.extensions, extension];
  return { ...template, extensions };
}

/** The template with one more extension, even if that OID is there already. */
export function withAddedExtension(template: CertificateTemplate, extension: Extension): CertificateTemplate {
  return { ...template, extensions: [...template.extensions, extension] };
}

export function withoutExtension(template: CertificateTemplate, oid: string): CertificateTemplate {
  return { ...template, extensions: template.extensions.filter((extension) => extension.oid !== oid) };
}

export function withCritical(
  template: CertificateTemplate,
  oid: string,
  critical: boolean,
): CertificateTemplate {
  const extensions = template.extensions.map((extension) =>
    extension.oid === oid ? { ...extension, critical } : extension,
  );
  return { ...template, extensions };
}

/** DER of a Name of organization and common name, as Sigstore's authorities have it; empty of both, an empty Name. */
export function name(organization?: string, commonName?: string): Uint8Array {
  return der.sequence(
    ...(organization === undefined ? [] : [relativeName('2.5.4.10', organization)]),
    ...(commonName === undefined ? [] : [relativeName('2.5.4.3', commonName)]),
  );
}

function relativeName(oid: string, text: string): Uint8Array {
  return der.setOf(der.sequence(der.oid(oid), der.printableString(text)));
}

export type San =
  | { readonly kind: 'email' | 'uri' | 'dns'; readonly value: string | Uint8Array }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  /** Fulcio writes user names so, with OID 1.3.6.1.4.1.57264.1.7. */
  | { readonly kind: 'other-name'; readonly oid: string; readonly value: string }
  /** A GeneralName as it is. */
  | { readonly kind: 'der'; readonly value: Uint8Array };

function generalName(san: San): Uint8Array {
  switch (san.kind) {
    case 'email':
      return der.contextPrimitive(1, Buffer.from(san.value));
    case 'dns':
      return der.contextPrimitive(2, Buffer.from(san.value));
    case 'uri':
      return der.contextPrimitive(6, Buffer.from(san.value));
    case 'ip':
      return der.contextPrimitive(7, san.value);
    case 'other-name':
      return der.contextConstructed(
        0,
        der.oid(san.oid),
        der.contextConstructed(0, der.utf8String(san.value)),
      );
    case 'der':
      return san.value;
  }
}

/** The extensions that the local authorities write. Each may be replaced, made critical, or left out by an alteration. */
export const extension = {
  /** Bits from the first, as RFC 5280 numbers them: 0 digitalSignature, 5 keyCertSign, 6 cRLSign. */
  keyUsage(...bits: readonly number[]): Extension {
    const last = Math.max(...bits);
    const bytes = new Uint8Array(Math.floor(last / 8) + 1);
    for (const bit of bits) {
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
    }
    return { oid: OID.keyUsage, critical: true, value: der.bitString(bytes, 7 - (last & 7)) };
  },
  extendedKeyUsage(purposes: readonly string[], critical: boolean = false): Extension {
    return { oid: OID.extendedKeyUsage, critical, value: der.sequence(...purposes.map(der.oid)) };
  },
  basicConstraints(ca: boolean, pathLength?: number): Extension {
    const flag = ca ? [der.boolean(true)] : [];
    const length = pathLength === undefined ? [] : [der.integer(pathLength)];
    return { oid: OID.basicConstraints, critical: true, value: der.sequence(...flag, ...length) };
  },
  subjectKeyIdentifier(spki: Uint8Array): Extension {
    return {
      oid: OID.subjectKeyIdentifier,
      critical: false,
      value: der.octetString(keyIdentifier(spki)),
    };
  },
  authorityKeyIdentifier(issuerSpki: Uint8Array): Extension {
    return {
      oid: OID.authorityKeyIdentifier,
      critical: false,
      value: der.sequence(der.contextPrimitive(0, keyIdentifier(issuerSpki))),
    };
  },
  /** Critical, as a certificate without a subject needs it. */
  subjectAlternativeName(sans: readonly San[], critical: boolean = true): Extension {
    return {
      oid: OID.subjectAlternativeName,
      critical,
      value: der.sequence(...sans.map(generalName)),
    };
  },
  /** A Fulcio extension whose text stands in the OCTET STRING as it is (.1.1 to .1.6). */
  rawText(oid: string, text: string): Extension {
    return { oid, critical: false, value: Buffer.from(text, 'utf8') };
  },
  /** A Fulcio extension whose text is a DER UTF8String (.1.8 and later). */
  utf8Text(oid: string, text: string): Extension {
    return { oid, critical: false, value: der.utf8String(text) };
  },
} as const;

/** Enough of RFC 5280 4.2.1.2: any stable name of the key serves. */
function keyIdentifier(spki: Uint8Array): Uint8Array {
  return digestOf(spki).subarray(0, 20);
}

/** Twenty random bytes, positive, as Fulcio draws them. */
export function randomSerialNumber(): Uint8Array {
  const serial = randomBytes(20);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  return serial;
}

/** The part of a certificate that is signed, and that a CT log signs once the SCT list is left out. */
export function toBeSigned(template: CertificateTemplate, issuerKey: KeyPair): Uint8Array {
  const extensions = template.extensions.map(({ oid, critical, value }) =>
    der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value)),
  );
  return der.sequence(
    ...(template.version === 0 ? [] : [der.contextConstructed(0, der.integer(template.version))]),
    der.tlv(0x02, template.serialNumber),
    signatureAlgorithm(issuerKey, template.signatureHash),
    template.issuer,
    der.sequence(der.time(template.notBefore), der.time(template.notAfter)),
    template.subject,
    template.spki,
    ...(extensions.length === 0 ? [] : [der.contextConstructed(3, der.sequence(...extensions))]),
  );
}

/** DER of the certificate. */
export function signCertificate(template: CertificateTemplate, issuerKey: KeyPair): Uint8Array {
  const tbs = toBeSigned(template, issuerKey);
  const hash = template.signatureHash ?? hashFor(issuerKey.kind);
  return der.sequence(
    tbs,
    template.outerAlgorithm ?? signatureAlgorithm(issuerKey, template.signatureHash),
    der.bitString(signMessage(issuerKey, tbs, hash)),
  );
}

/** DER of the AlgorithmIdentifier of a signature by this key. */
export function signatureAlgorithm(key: KeyPair, hash: HashName = hashFor(key.kind)): Uint8Array {
  switch (key.kind) {
    case 'p256':
    case 'p384':
    case 'p521':
      return der.sequence(der.oid(`1.2.840.10045.4.3.${{ sha256: 2, sha384: 3, sha512: 4 }[hash]}`));
    case 'rsa2048':
    case 'rsa3072':
    case 'rsa4096':
      return der.sequence(
        der.oid(`1.2.840.113549.1.1.${{ sha256: 11, sha384: 12, sha512: 13 }[hash]}`),
        der.nullValue(),
      );
    case 'ed25519':
      return der.sequence(der.oid('1.3.101.112'));
  }
}
