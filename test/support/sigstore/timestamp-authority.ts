/**
 * A timestamp authority (RFC 3161) of the shape of Sigstore's: a P-384 root, a P-384 leaf for time stamping alone, and
 * responses that carry a CMS SignedData over the TSTInfo, with or without the leaf.
 */
import { randomBytes } from 'node:crypto';
import {
  type AlterCertificate,
  EKU,
  extension,
  name,
  randomSerialNumber,
  signatureAlgorithm,
  signCertificate,
} from './certificate.ts';
import * as der from './der.ts';
import {
  digestOf,
  freshKey,
  type HashName,
  type KeyKind,
  type KeyPair,
  type MakeKey,
  signMessage,
} from './keys.ts';

const OID_SIGNED_DATA = '1.2.840.113549.1.7.2';
const OID_TST_INFO = '1.2.840.113549.1.9.16.1.4';
const OID_CONTENT_TYPE = '1.2.840.113549.1.9.3';
const OID_MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const OID_SIGNING_TIME = '1.2.840.113549.1.9.5';
const OID_SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
/** The policy of Sigstore's timestamp authorities. */
const OID_POLICY = '1.3.6.1.4.1.57264.2';
const HASH_OIDS: Readonly<Record<HashName, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

/** PKIStatus: only the first two come with a token in honest responses. */
export const PKI_STATUS = { granted: 0, grantedWithMods: 1, rejection: 2 } as const;

export interface TimestampAuthorityOptions {
  readonly makeKey?: MakeKey;
  readonly uri?: string;
  readonly organization?: string;
  readonly key?: KeyKind;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly alterRoot?: AlterCertificate;
  readonly alterLeaf?: AlterCertificate;
}

export interface TimestampOptions {
  /** The time it claims; whole seconds. Default: the time of signing. */
  readonly at?: Date;
  /** What is stamped, where it is not the signature. */
  readonly message?: Uint8Array;
  /** Of the imprint. Default SHA-256. */
  readonly imprintHash?: HashName;
  /** Default `granted`. */
  readonly status?: number;
  /** Puts the authority's leaf into the token. Default false. */
  readonly embedCertificate?: boolean;
  readonly nonce?: Uint8Array;
  readonly authority?: TimestampAuthority;
  /** Changes the TSTInfo before it is signed. */
  readonly alterTstInfo?: (tstInfo: Uint8Array) => Uint8Array;
  /** Changes the signed attributes (each a DER Attribute) before they are signed. */
  readonly alterAttributes?: (attributes: readonly Uint8Array[]) => readonly Uint8Array[];
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
  /** Changes the finished response. */
  readonly alterDer?: (response: Uint8Array) => Uint8Array;
}

export interface TimestampAuthority {
  readonly uri: string;
  readonly organization: string;
  readonly key: KeyPair;
  /** DER, the leaf first, the root last. */
  readonly chain: readonly Uint8Array[];
  /** DER of a TimeStampResp over a message. */
  respond(message: Uint8Array, options?: TimestampOptions): Uint8Array;
}

interface TsaLeaf {
  readonly certificate: Uint8Array;
  readonly key: KeyPair;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly serialNumber: Uint8Array;
}

export function createTimestampAuthority(options: TimestampAuthorityOptions = {}): TimestampAuthority {
  const {
    makeKey = freshKey,
    organization = 'sigstore.test',
    alterRoot = unchanged,
    alterLeaf = unchanged,
  } = options;
  const notBefore = options.notBefore ?? new Date('2021-10-07T13:56:59Z');
  const notAfter = options.notAfter ?? new Date('2041-10-05T13:56:58Z');
  const rootKey = makeKey('timestamp-root', options.key ?? 'p384');
  const rootName = name(organization, 'sigstore-tsa-selfsigned');
  const root = alterRoot({
    version: 2,
    serialNumber: randomSerialNumber(),
    issuer: rootName,
    notBefore,
    notAfter,
    subject: rootName,
    spki: rootKey.spki,
    extensions: [
      extension.keyUsage(5, 6),
      extension.basicConstraints(true, 0),
      extension.subjectKeyIdentifier(rootKey.spki),
    ],
  });
  const key = makeKey('timestamp', options.key ?? 'p384');
  const leaf = alterLeaf({
    version: 2,
    serialNumber: randomSerialNumber(),
    issuer: root.subject,
    notBefore,
    notAfter,
    subject: name(organization, 'sigstore-tsa'),
    spki: key.spki,
    extensions: [
      extension.keyUsage(0),
      extension.subjectKeyIdentifier(key.spki),
      extension.authorityKeyIdentifier(rootKey.spki),
      extension.extendedKeyUsage([EKU.timeStamping], true),
    ],
  });
  const certificate = signCertificate(leaf, rootKey);
  const tsaLeaf = { ...leaf, certificate, key };
  return {
    uri: options.uri ?? 'https://timestamp.sigstore.test/api/v1/timestamp',
    organization,
    key,
    chain: [certificate, signCertificate(root, rootKey)],
    respond: (message, timestamp = {}) => respond(tsaLeaf, message, timestamp),
  };
}

const unchanged: AlterCertificate = (template) => template;

function respond(leaf: TsaLeaf, message: Uint8Array, options: TimestampOptions): Uint8Array {
  const at = options.at ?? new Date();
  const plain = tstInfo(leaf, options.message ?? message, at, options);
  const content = options.alterTstInfo?.(plain) ?? plain;
  const certificates = options.embedCertificate === true ? [der.contextConstructed(0, leaf.certificate)] : [];
  const signedData = der.sequence(
    der.integer(3),
    der.setOf(der.sequence(der.oid(HASH_OIDS.sha256))),
    der.sequence(der.oid(OID_TST_INFO), der.contextConstructed(0, der.octetString(content))),
    ...certificates,
    der.setOf(signerInfo(leaf, content, at, options)),
  );
  const token = der.sequence(der.oid(OID_SIGNED_DATA), der.contextConstructed(0, signedData));
  const response = der.sequence(der.sequence(der.integer(options.status ?? PKI_STATUS.granted)), token);
  return options.alterDer?.(response) ?? response;
}

function tstInfo(leaf: TsaLeaf, message: Uint8Array, at: Date, options: TimestampOptions): Uint8Array {
  const { imprintHash = 'sha256', nonce } = options;
  return der.sequence(
    der.integer(1),
    der.oid(OID_POLICY),
    der.sequence(
      der.sequence(der.oid(HASH_OIDS[imprintHash]), der.nullValue()),
      der.octetString(digestOf(message, imprintHash)),
    ),
    der.integer(randomBytes(20)),
    der.generalizedTime(at),
    der.sequence(der.integer(1)),
    ...(nonce === undefined ? [] : [der.integer(nonce)]),
    der.contextConstructed(0, der.contextConstructed(4, leaf.subject)),
  );
}

function signerInfo(leaf: TsaLeaf, content: Uint8Array, at: Date, options: TimestampOptions): Uint8Array {
  const honest = [
    attribute(OID_CONTENT_TYPE, der.oid(OID_TST_INFO)),
    attribute(OID_SIGNING_TIME, der.time(at)),
    attribute(OID_MESSAGE_DIGEST, der.octetString(digestOf(content))),
    attribute(OID_SIGNING_CERTIFICATE_V2, signingCertificate(leaf)),
  ];
  const attributes = (options.alterAttributes?.(honest) ?? honest).toSorted((a, b) => Buffer.compare(a, b));
  const fitting = signMessage(leaf.key, der.setOf(...attributes), 'sha256');
  const signature = options.alterSignature?.(fitting) ?? fitting;
  return der.sequence(
    der.integer(1),
    der.sequence(leaf.issuer, der.tlv(0x02, leaf.serialNumber)),
    der.sequence(der.oid(HASH_OIDS.sha256)),
    der.contextConstructed(0, ...attributes),
    signatureAlgorithm(leaf.key, 'sha256'),
    der.octetString(signature),
  );
}

function attribute(oid: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(oid), der.setOf(value));
}

/** ESS SigningCertificateV2 (RFC 5035): which certificate signed, by digest and by issuer and serial number. */
function signingCertificate(leaf: TsaLeaf): Uint8Array {
  const issuer = der.sequence(der.contextConstructed(4, leaf.issuer));
  const issuerSerial = der.sequence(issuer, der.tlv(0x02, leaf.serialNumber));
  return der.sequence(der.sequence(der.sequence(der.octetString(digestOf(leaf.certificate)), issuerSerial)));
}
