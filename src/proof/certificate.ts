import { equalBytes } from '../strict/bytes.ts';
import {
  childrenOf,
  contextTag,
  DER_TAG,
  type DerNode,
  expectTag,
  parseDer,
  readBoolean,
  readInteger,
  readOid,
  readTime,
} from '../strict/der.ts';
import { encodeHex } from '../strict/hex.ts';
import { decodeUtf8 } from '../strict/json.ts';
import { malformed } from '../strict/malformed.ts';
import { isPrintable } from '../text/unprintable.ts';
import type { UntrustedError } from '../errors.ts';

export const EXTENSION_OID = {
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  signedCertificateTimestamps: '1.3.6.1.4.1.11129.2.4.2',
  /** OIDC issuer as raw text; in every Fulcio certificate since 2021. */
  issuerV1: '1.3.6.1.4.1.57264.1.1',
  /** OIDC issuer as a DER UTF8String; since 2023. */
  issuerV2: '1.3.6.1.4.1.57264.1.8',
} as const;

/** SAN of a signer that has neither an e-mail address nor a URI (Fulcio's oid-info.md). */
const OTHER_NAME_USERNAME = '1.3.6.1.4.1.57264.1.7';

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the extnValue OCTET STRING. */
  readonly value: Uint8Array;
}

/** One subject alternative name. `other`: a kind of name that Sigstore identities do not use. */
export interface SubjectAlternativeName {
  readonly type: 'email' | 'uri' | 'username' | 'other';
  readonly value: string;
}

/** An X.509 certificate (RFC 5280), parsed strictly. Nothing in it is verified yet. */
export interface Certificate {
  readonly der: Uint8Array;
  /** DER of the TBSCertificate, the part that the issuer signs. */
  readonly tbs: Uint8Array;
  /** Hex, the most significant byte first, as in the certificate. */
  readonly serialNumber: string;
  /** DER of the names, for comparison. */
  readonly issuerName: Uint8Array;
  readonly subjectName: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** What a signing certificate says about its signer. */
export interface SigningCertificate extends Certificate {
  readonly subjectAlternativeNames: readonly SubjectAlternativeName[];
  /** The values of all issuer extensions present. */
  readonly issuers: readonly string[];
}

/**
 * Reads one DER certificate: canonical encoding, nothing after it, X.509 version 3, the same signature algorithm
 * inside and outside (RFC 5280 section 4.1.1.2), each extension at most once (section 4.2).
 *
 * @throws UntrustedError `material-malformed`
 */
export function readX509(der: Uint8Array, what: string): Certificate {
  const [tbs, algorithm, signature, ...rest] = childrenOf(parseDer(der, what), DER_TAG.sequence, what);
  const signed = expectTag(tbs, DER_TAG.sequence, what);
  const outer = expectTag(algorithm, DER_TAG.sequence, what).der;
  expectTag(signature, DER_TAG.bitString, what);
  const [version, serial, innerAlgorithm, issuer, validity, subject, publicKey, extensions, ...more] =
    signed.children;
  const [versionNumber] = childrenOf(version, contextTag(0, 'constructed'), what);
  if (rest.length > 0 || more.length > 0 || readInteger(versionNumber, what) !== 2n) {
    throw flawed(what, 'an X.509 certificate of version 3 without unique identifiers', 'another structure');
  }
  if (!equalBytes(expectTag(innerAlgorithm, DER_TAG.sequence, what).der, outer)) {
    throw flawed(what, 'the same signature algorithm inside and outside', 'two different ones');
  }
  const [notBefore, notAfter] = childrenOf(validity, DER_TAG.sequence, what);
  const [list] = childrenOf(extensions, contextTag(3, 'constructed'), what);
  return {
    der,
    tbs: signed.der,
    serialNumber: encodeHex(expectTag(serial, DER_TAG.integer, what).content),
    issuerName: expectTag(issuer, DER_TAG.sequence, what).der,
    subjectName: expectTag(subject, DER_TAG.sequence, what).der,
    notBefore: readTime(notBefore, what),
    notAfter: readTime(notAfter, what),
    publicKey: expectTag(publicKey, DER_TAG.sequence, what).der,
    extensions: readExtensions(list, what),
  };
}

/**
 * Reads everything that the program needs from a signing certificate, so that no other module parses X.509.
 *
 * @throws UntrustedError `material-malformed`
 */
export function readCertificate(der: Uint8Array): SigningCertificate {
  const what = 'the signing certificate';
  const certificate = readX509(der, what);
  return {
    ...certificate,
    subjectAlternativeNames: readSubjectAlternativeNames(certificate, what),
    issuers: readIssuers(certificate, what),
  };
}

function readExtensions(list: DerNode | undefined, what: string): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const node of childrenOf(list, DER_TAG.sequence, what)) {
    const fields = childrenOf(node, DER_TAG.sequence, what);
    const [id, flag, value] = fields.length === 2 ? [fields[0], undefined, fields[1]] : fields;
    const oid = readOid(id, what);
    const critical = flag !== undefined && readBoolean(flag, what);
    if (fields.length > 3 || extensions.has(oid)) {
      throw flawed(what, 'each extension once', `extension ${oid} twice`);
    }
    extensions.set(oid, { oid, critical, value: expectTag(value, DER_TAG.octetString, what).content });
  }
  return extensions;
}

function readSubjectAlternativeNames(
  certificate: Certificate,
  what: string,
): readonly SubjectAlternativeName[] {
  const extension = certificate.extensions.get(EXTENSION_OID.subjectAlternativeName);
  if (extension === undefined) return [];
  return childrenOf(parseDer(extension.value, what), DER_TAG.sequence, what).map((name) => {
    if (name.tag === contextTag(1, 'primitive'))
      return { type: 'email', value: readAscii(name.content, what) };
    if (name.tag === contextTag(6, 'primitive')) return { type: 'uri', value: readAscii(name.content, what) };
    return readOtherName(name, what);
  });
}

function readOtherName(name: DerNode, what: string): SubjectAlternativeName {
  if (name.tag === contextTag(0, 'constructed')) {
    const [type, wrapper] = name.children;
    if (readOid(type, what) === OTHER_NAME_USERNAME && name.children.length === 2) {
      const [text, ...rest] = childrenOf(wrapper, contextTag(0, 'constructed'), what);
      if (rest.length === 0) {
        return { type: 'username', value: readText(expectTag(text, DER_TAG.utf8String, what).content, what) };
      }
    }
  }
  return { type: 'other', value: encodeHex(name.der.subarray(0, 32)) };
}

function readIssuers(certificate: Certificate, what: string): readonly string[] {
  const raw = certificate.extensions.get(EXTENSION_OID.issuerV1);
  const wrapped = certificate.extensions.get(EXTENSION_OID.issuerV2);
  const issuers: string[] = [];
  if (raw !== undefined) issuers.push(readText(raw.value, what));
  if (wrapped !== undefined) {
    const text = expectTag(parseDer(wrapped.value, what), DER_TAG.utf8String, what);
    issuers.push(readText(text.content, what));
  }
  return issuers;
}

/**
 * Reads an IA5String in a name. Two programs can read a name with a NUL or a newline differently, so these are
 * refused.
 */
function readAscii(bytes: Uint8Array, what: string): string {
  if (bytes.length === 0 || bytes.some((octet) => octet <= 0x20 || octet >= 0x7f)) {
    throw flawed(what, 'a name of printable ASCII without spaces', encodeHex(bytes.subarray(0, 64)));
  }
  return Buffer.from(bytes).toString('latin1');
}

function readText(bytes: Uint8Array, what: string): string {
  const text = decodeUtf8(bytes, what);
  if (text === '' || !isPrintable(text)) {
    throw flawed(what, 'text without control characters', encodeHex(bytes.subarray(0, 64)));
  }
  return text;
}

function flawed(what: string, wanted: string, found: string): UntrustedError {
  return malformed(`${what} is malformed`, wanted, found);
}
