import {
  type CertificateAuthority,
  HashAlgorithm,
  PublicKeyDetails,
  type TimeRange,
  type TransparencyLogInstance,
} from '@sigstore/protobuf-specs';
import { parseJsonStrictly } from '../strict/json.ts';
import { digestOf } from '../strict/digest.ts';
import { Fields, PROTOBUF } from '../strict/fields.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_CHAIN_CERTIFICATES, MAX_TRUSTED_AUTHORITIES, MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';
import { unknownKeyType } from './certificate-key.ts';
import type { IgnoredPart, TrustedRootList, TrustMaterial, TrustSource } from './trust-material.ts';
import { whatItIs } from './what-it-is.ts';

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map(
  [
    'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    'application/vnd.dev.sigstore.trustedroot.v0.1+json',
    'application/vnd.dev.sigstore.trustedroot.v0.2+json',
  ].map((type) => [type, type]),
);

/** All existing logs, and all our checks, use Merkle trees over SHA-256. */
const HASH_ALGORITHMS = new Map([['SHA2_256', HashAlgorithm.SHA2_256]]);

const KEY_DETAILS: ReadonlyMap<string, PublicKeyDetails> = new Map(
  (
    [
      'PKCS1_RSA_PKCS1V5',
      'PKIX_RSA_PKCS1V5',
      'PKIX_RSA_PKCS1V15_2048_SHA256',
      'PKIX_RSA_PKCS1V15_3072_SHA256',
      'PKIX_RSA_PKCS1V15_4096_SHA256',
      'PKIX_ECDSA_P256_SHA_256',
      'PKIX_ECDSA_P384_SHA_384',
      'PKIX_ECDSA_P521_SHA_512',
      'PKIX_ED25519',
    ] as const
  ).map((name) => [name, PublicKeyDetails[name]]),
);

const ROOT_FIELDS = ['mediaType', 'tlogs', 'certificateAuthorities', 'ctlogs', 'timestampAuthorities'];
const LOG_FIELDS = ['baseUrl', 'hashAlgorithm', 'publicKey', 'logId', 'checkpointKeyId', 'operator'];
const AUTHORITY_FIELDS = ['subject', 'uri', 'certChain', 'validFor', 'operator'];
const INSTANCE_FIELDS: Readonly<Record<TrustedRootList, readonly string[]>> = {
  tlogs: LOG_FIELDS,
  certificateAuthorities: AUTHORITY_FIELDS,
  ctlogs: LOG_FIELDS,
  timestampAuthorities: AUTHORITY_FIELDS,
};

/**
 * Reads a trusted root (`trusted_root.json`) as strictly as a bundle is read: known media type, and for every log and
 * authority a key or chain and the time from which it is trusted. A missing start would otherwise mean "always
 * trusted". The proof finds out whether the root has what it needs.
 *
 * A log or authority with an unknown field or key type does not count, but the rest does, because Sigstore adds newer
 * kinds to a root that older programs must still read. What is left out is reported.
 *
 * @param currentAsOf the date as of which the root is known to be current, if known.
 * @throws UntrustedError `trusted-root-invalid`
 */
export function readTrustedRoot(bytes: Uint8Array, source: TrustSource, currentAsOf?: Date): TrustMaterial {
  const what = source.kind === 'file' ? `the trusted root ${source.path}` : 'the trusted root';
  try {
    const { root, ignored } = readRoot(bytes, what);
    const { hex: sha256 } = digestOf(bytes, 'sha256');
    return { root, source, bytes, sha256, currentAsOf, ignored };
  } catch (cause) {
    if (!(cause instanceof UntrustedError)) throw cause;
    throw notATrustedRoot(bytes, what, cause);
  }
}

/** Says what kind of file it is instead. */
function notATrustedRoot(bytes: Uint8Array, what: string, cause: UntrustedError): UntrustedError {
  const other = whatItIs(bytes);
  if (other !== undefined) {
    return new UntrustedError('trusted-root-invalid', `${what} is not a trusted root: it is ${other.what}`, {
      check: 'material',
      wanted: 'a trusted_root.json',
      found: other.what,
      why: WHY,
      next: other.advice,
      cause,
    });
  }
  return new UntrustedError('trusted-root-invalid', cause.message, {
    check: 'material',
    ...(cause.wanted === undefined ? {} : { wanted: cause.wanted }),
    ...(cause.found === undefined ? {} : { found: cause.found }),
    why: WHY,
    cause,
  });
}

const WHY = 'every check rests on the trusted root, so it must say exactly what it trusts';

function readRoot(bytes: Uint8Array, what: string): Pick<TrustMaterial, 'root' | 'ignored'> {
  const unknown: string[] = [];
  const ignored: IgnoredPart[] = [];
  const json = parseJsonStrictly(bytes, what, { maxBytes: MAX_TRUSTED_ROOT_BYTES });
  const message = new Fields(json, what, ROOT_FIELDS, { ...PROTOBUF, unknown });
  const root = {
    mediaType: message.choice('mediaType', MEDIA_TYPES),
    tlogs: readList(message, 'tlogs', readLog, ignored),
    certificateAuthorities: readList(message, 'certificateAuthorities', readAuthority, ignored),
    ctlogs: readList(message, 'ctlogs', readLog, ignored),
    timestampAuthorities: readList(message, 'timestampAuthorities', readAuthority, ignored),
  };
  const above = unknown.map((field) => ({ list: undefined, what: field }));
  return { root, ignored: [...above, ...ignored] };
}

/**
 * The instances of one list that we understand. The others are reported as unknown, because they are newer, even if
 * something else is wrong with them.
 */
function readList<Instance>(
  root: Fields,
  list: TrustedRootList,
  read: (message: Fields) => Instance,
  ignored: IgnoredPart[],
): Instance[] {
  const unknown: string[][] = [];
  const unknownIn = (index: number): string[] => (unknown[index] ??= []);
  const messages = root.objects(list, INSTANCE_FIELDS[list], MAX_TRUSTED_AUTHORITIES, unknownIn);
  return messages.flatMap((message, index) => {
    const instance = readUnlessNewer(() => read(message), unknownIn(index));
    if (instance !== undefined) return [instance];
    ignored.push({ list, what: `${list}[${index}], which has ${unknownIn(index)[0]}` });
    return [];
  });
}

function readUnlessNewer<Instance>(read: () => Instance, unknown: readonly string[]): Instance | undefined {
  try {
    const instance = read();
    return unknown.length === 0 ? instance : undefined;
  } catch (error) {
    if (error instanceof UntrustedError && unknown.length > 0) return undefined;
    throw error;
  }
}

function readLog(log: Fields): TransparencyLogInstance {
  const key = log.object('publicKey', ['rawBytes', 'keyDetails', 'validFor']);
  const logId = log.optionalObject('logId', ['keyId']);
  const checkpointKeyId = log.optionalObject('checkpointKeyId', ['keyId']);
  if (logId === undefined && checkpointKeyId === undefined) log.object('logId', ['keyId']);
  const baseUrl = log.textOrEmpty('baseUrl');
  if (baseUrl === '') throw log.flawed('baseUrl', 'the URL of the log', 'nothing');
  return {
    baseUrl,
    hashAlgorithm:
      log.choiceIfKnown('hashAlgorithm', HASH_ALGORITHMS) ?? HashAlgorithm.HASH_ALGORITHM_UNSPECIFIED,
    publicKey: {
      rawBytes: Buffer.from(key.bytes('rawBytes')),
      keyDetails:
        key.choiceIfKnown('keyDetails', KEY_DETAILS) ?? PublicKeyDetails.PUBLIC_KEY_DETAILS_UNSPECIFIED,
      validFor: readTimeRange(key),
    },
    logId: logId && { keyId: Buffer.from(logId.bytes('keyId')) },
    checkpointKeyId: checkpointKeyId && { keyId: Buffer.from(checkpointKeyId.bytes('keyId')) },
    operator: log.textOrEmpty('operator'),
  };
}

function readAuthority(authority: Fields): CertificateAuthority {
  const subject = authority.optionalObject('subject', ['organization', 'commonName']);
  const chain = authority.object('certChain', ['certificates']);
  const certificates = chain
    .objects('certificates', ['rawBytes'], MAX_CHAIN_CERTIFICATES)
    .map((certificate) => ({ rawBytes: Buffer.from(certificate.bytes('rawBytes')) }));
  if (certificates.length === 0) throw chain.flawed('certificates', 'a certificate', 'an empty chain');
  for (const { rawBytes } of certificates) {
    const type = unknownKeyType(rawBytes);
    if (type !== undefined) authority.leaveOut(`a key of type ${type}`);
  }
  return {
    subject: subject && {
      organization: subject.textOrEmpty('organization'),
      commonName: subject.textOrEmpty('commonName'),
    },
    uri: authority.textOrEmpty('uri'),
    certChain: { certificates },
    validFor: readTimeRange(authority),
    operator: authority.textOrEmpty('operator'),
  };
}

/** A closed interval (sigstore_common.proto, TimeRange). Without an end it is open. */
function readTimeRange(message: Fields): TimeRange {
  const range = message.object('validFor', ['start', 'end']);
  const start = range.timestamp('start');
  const end = range.timestamp('end');
  if (start === undefined) throw range.flawed('start', 'the time from which this is trusted', 'nothing');
  if (end !== undefined && end < start) {
    throw range.flawed('end', `a time not before ${start.toISOString()}`, end.toISOString());
  }
  return { start, end };
}
