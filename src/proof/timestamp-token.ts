import {
  childrenOf,
  contextTag,
  DER_TAG,
  type DerNode,
  expectTag,
  parseDer,
  readInteger,
  readOid,
  readTime,
} from '../strict/der.ts';
import { equalBytes } from '../strict/bytes.ts';
import { encodeHex } from '../strict/hex.ts';
import { UntrustedError } from '../errors.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import type { Certificate } from './certificate.ts';
import { hashWith } from './public-key.ts';

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

const HASH_OIDS: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

const SIGNATURE_OIDS: ReadonlyMap<string, HashAlgorithm> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
]);

/** PKIStatus (RFC 3161 section 2.4.2). "Granted with modifications" would be a timestamp that no one asked for. */
const GRANTED = 0n;
const WHAT = 'the timestamp response';

/** An RFC 3161 TimeStampResp whose form is checked. The proof finds out whether an authority signed it. */
export interface TimestampToken {
  readonly der: Uint8Array;
  readonly time: Date;
  /** Digest of what was stamped. */
  readonly imprint: { readonly algorithm: HashAlgorithm; readonly digest: Uint8Array };
  /** The signer that the token claims. */
  readonly signer: {
    readonly issuerName: Uint8Array;
    /** Hex. */
    readonly serialNumber: string;
    /** The signed digest of the signer's certificate (RFC 5816, ESSCertIDv2). */
    readonly certificate: { readonly algorithm: HashAlgorithm; readonly digest: Uint8Array };
  };
}

/**
 * Reads a TimeStampResp (RFC 3161 section 2.4.2) strictly: status granted, one signer, each attribute that CMS and
 * RFC 3161 require exactly once, no unsigned attributes, no revocation lists, nothing left over. Included
 * certificates are ignored, because the trusted root decides which ones count.
 *
 * @throws UntrustedError `time-untrusted`
 */
export function readTimestampToken(der: Uint8Array): TimestampToken {
  try {
    return readResponse(der);
  } catch (cause) {
    if (!(cause instanceof UntrustedError) || cause.code !== 'material-malformed') throw cause;
    throw new UntrustedError('time-untrusted', cause.message, {
      check: 'time',
      wanted: cause.wanted ?? 'a TimeStampResp (RFC 3161)',
      found: cause.found ?? 'something else',
      why: 'a short-lived certificate proves nothing without a trustworthy time of signing',
      cause,
    });
  }
}

function readResponse(der: Uint8Array): TimestampToken {
  const [status, token, ...rest] = childrenOf(parseDer(der, WHAT), DER_TAG.sequence, WHAT);
  const [code, texts, ...more] = childrenOf(status, DER_TAG.sequence, WHAT);
  const granted = readInteger(code, WHAT);
  if (granted !== GRANTED || more.length > 0 || (texts !== undefined && texts.tag !== DER_TAG.sequence)) {
    throw malformed('PKIStatus granted (0)', `status ${granted}`);
  }
  if (rest.length > 0) throw malformed('a status and a token', 'more than these');
  const [type, content, ...others] = childrenOf(token, DER_TAG.sequence, WHAT);
  const [signedData, ...stray] = childrenOf(content, contextTag(0, 'constructed'), WHAT);
  if (readOid(type, WHAT) !== OID.signedData || others.length + stray.length > 0) {
    throw malformed('one CMS SignedData', 'another content');
  }
  return readSignedData(der, signedData);
}

/** RFC 5652 section 5.1. */
function readSignedData(der: Uint8Array, signedData: DerNode | undefined): TimestampToken {
  const [version, algorithms, encapsulated, ...fields] = childrenOf(signedData, DER_TAG.sequence, WHAT);
  const signers = fields.at(-1);
  const optional = fields.slice(0, -1);
  if (
    readInteger(version, WHAT) !== 3n ||
    optional.some((field, i) => i > 0 || field.tag !== contextTag(0, 'constructed'))
  ) {
    throw malformed('SignedData version 3, with nothing optional except certificates', 'another structure');
  }
  const [signer, ...others] = childrenOf(signers, DER_TAG.set, WHAT);
  if (others.length > 0) throw malformed('one signer', `${others.length + 1} signers`);
  const info = readSignerInfo(signer);
  const [algorithm, ...extra] = childrenOf(algorithms, DER_TAG.set, WHAT).map(readHashAlgorithm);
  if (algorithm !== info.algorithm || extra.length > 0) {
    throw malformed('the one digest algorithm that the signer used', 'other algorithms');
  }
  const [type, wrapper, ...stray] = childrenOf(encapsulated, DER_TAG.sequence, WHAT);
  const [octets, ...behind] = childrenOf(wrapper, contextTag(0, 'constructed'), WHAT);
  if (readOid(type, WHAT) !== OID.timestampInfo || stray.length + behind.length > 0) {
    throw malformed('one TSTInfo', 'another content');
  }
  const { time, imprint } = readTimestampInfo(expectTag(octets, DER_TAG.octetString, WHAT).content);
  return { der, time, imprint, signer: info };
}

/** RFC 5652 section 5.3. */
function readSignerInfo(
  signer: DerNode | undefined,
): TimestampToken['signer'] & { algorithm: HashAlgorithm } {
  const [version, sid, digestAlgorithm, attributes, signatureAlgorithm, signature, ...rest] = childrenOf(
    signer,
    DER_TAG.sequence,
    WHAT,
  );
  if (readInteger(version, WHAT) !== 1n || rest.length > 0) {
    throw malformed('SignerInfo version 1 without unsigned attributes', 'another structure');
  }
  const [issuer, serial, ...stray] = childrenOf(sid, DER_TAG.sequence, WHAT);
  if (stray.length > 0) throw malformed('issuer and serial number', 'more than these');
  const algorithm = readHashAlgorithm(digestAlgorithm);
  const [signatureOid] = childrenOf(signatureAlgorithm, DER_TAG.sequence, WHAT);
  const signatureName = readOid(signatureOid, WHAT);
  if (SIGNATURE_OIDS.get(signatureName) !== algorithm) {
    throw malformed(`ECDSA with ${algorithm}`, `algorithm ${signatureName}`);
  }
  expectTag(signature, DER_TAG.octetString, WHAT);
  return {
    algorithm,
    issuerName: expectTag(issuer, DER_TAG.sequence, WHAT).der,
    serialNumber: encodeHex(expectTag(serial, DER_TAG.integer, WHAT).content),
    certificate: readAttributes(attributes),
  };
}

/**
 * Checks that the signed attributes that RFC 3161 and RFC 5652 require are present, each with one value. Returns the
 * signer's ESSCertID.
 */
function readAttributes(attributes: DerNode | undefined): TimestampToken['signer']['certificate'] {
  const values = new Map<string, DerNode>();
  for (const attribute of childrenOf(attributes, contextTag(0, 'constructed'), WHAT)) {
    const [type, set, ...rest] = childrenOf(attribute, DER_TAG.sequence, WHAT);
    const [value, ...others] = childrenOf(set, DER_TAG.set, WHAT);
    const oid = readOid(type, WHAT);
    if (value === undefined || rest.length + others.length > 0 || values.has(oid)) {
      throw malformed('each signed attribute once, with one value', `attribute ${oid}`);
    }
    values.set(oid, value);
  }
  if (readOid(values.get(OID.contentType), WHAT) !== OID.timestampInfo) {
    throw malformed('the content type TSTInfo in the signed attributes', 'another one');
  }
  expectTag(values.get(OID.messageDigest), DER_TAG.octetString, WHAT);
  const [identifiers] = childrenOf(values.get(OID.signingCertificateV2), DER_TAG.sequence, WHAT);
  const [first] = childrenOf(identifiers, DER_TAG.sequence, WHAT);
  const fields = childrenOf(first, DER_TAG.sequence, WHAT);
  const [algorithm, digest] = fields[0]?.tag === DER_TAG.octetString ? [undefined, fields[0]] : fields;
  return {
    algorithm: algorithm === undefined ? 'sha256' : readHashAlgorithm(algorithm),
    digest: expectTag(digest, DER_TAG.octetString, WHAT).content,
  };
}

/** RFC 3161 section 2.4.2. */
function readTimestampInfo(der: Uint8Array): Pick<TimestampToken, 'time' | 'imprint'> {
  const [version, policy, messageImprint, serial, time, ...optional] = childrenOf(
    parseDer(der, WHAT),
    DER_TAG.sequence,
    WHAT,
  );
  readOid(policy, WHAT);
  readInteger(serial, WHAT);
  if (
    readInteger(version, WHAT) !== 1n ||
    optional.some((field) => field.tag === contextTag(1, 'constructed'))
  ) {
    throw malformed('TSTInfo version 1 without extensions', 'another structure');
  }
  const [hash, digest, ...rest] = childrenOf(messageImprint, DER_TAG.sequence, WHAT);
  const algorithm = readHashAlgorithm(hash);
  const imprint = expectTag(digest, DER_TAG.octetString, WHAT).content;
  if (rest.length > 0) throw malformed('hash algorithm and digest', 'more than these');
  return {
    time: readTime(expectTag(time, DER_TAG.generalizedTime, WHAT), WHAT),
    imprint: { algorithm, digest: imprint },
  };
}

function readHashAlgorithm(node: DerNode | undefined): HashAlgorithm {
  const [oid, parameters, ...rest] = childrenOf(node, DER_TAG.sequence, WHAT);
  const name = readOid(oid, WHAT);
  const algorithm = HASH_OIDS.get(name);
  if (
    algorithm === undefined ||
    rest.length > 0 ||
    (parameters !== undefined && parameters.tag !== DER_TAG.null)
  ) {
    throw malformed('SHA-256, SHA-384 or SHA-512', `algorithm ${name}`);
  }
  return algorithm;
}

function malformed(wanted: string, found: string): UntrustedError {
  return new UntrustedError('material-malformed', `${WHAT} is not acceptable`, {
    check: 'time',
    wanted,
    found,
  });
}

/** Whether the certificate is the signer that the token names: by issuer, serial number and digest. */
export function isSignerOf(token: TimestampToken, certificate: Certificate): boolean {
  const { issuerName, serialNumber, certificate: identifier } = token.signer;
  return (
    equalBytes(issuerName, certificate.issuerName) &&
    serialNumber === certificate.serialNumber &&
    equalBytes(identifier.digest, hashWith(identifier.algorithm, certificate.der))
  );
}
