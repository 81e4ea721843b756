import { equalBytes } from '../strict/bytes.ts';
import { encodeHex } from '../strict/hex.ts';
import { decodePem } from '../strict/pem.ts';
import { RequestError, UntrustedError } from '../errors.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import type { Evidence, LogEntry } from '../evidence/evidence.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { type Authorities, type Log, readAuthorities } from './authorities.ts';
import { readCertificate, type SigningCertificate } from './certificate.ts';
import { type EntryBody, readEntryBody } from './entry-body.ts';
import type { Policy } from '../policy/policy.ts';
import { hashWith, readPublicKey, type SignatureKey } from './public-key.ts';
import { subjectAlgorithms } from './statement.ts';
import { readTimestampToken, type TimestampToken } from './timestamp-token.ts';

/**
 * What to prove: a digest, or the whole message if {@link requiredSubject} asks for it. The caller hashes once; the
 * proof never sees a file.
 */
export type ProofSubject =
  | {
      readonly kind: 'digest';
      readonly digest: Digest;
      /** Digests of the same bytes by other algorithms: a statement may name the artifact by several. */
      readonly also?: readonly Digest[];
    }
  | { readonly kind: 'message'; readonly message: Uint8Array };

/** The signer's key, and the certificate that came with it. */
export type ProofSigner =
  | { readonly kind: 'certificate'; readonly certificate: SigningCertificate; readonly key: SignatureKey }
  | { readonly kind: 'managed-key'; readonly key: SignatureKey };

export interface ProofEntry {
  readonly entry: LogEntry;
  readonly body: EntryBody;
  /** The logs in the trusted root with the entry's log ID, one per window of validity. */
  readonly logs: readonly Log[];
}

/** A proof in progress: the evidence is parsed, but nothing in it is verified yet. The steps decide. */
export interface Proof {
  readonly evidence: Evidence;
  readonly policy: Policy;
  readonly now: Date;
  readonly digest: Digest;
  /** All known digests of the artifact, {@link digest} first. */
  readonly digests: readonly Digest[];
  readonly message: Uint8Array | undefined;
  readonly trust: TrustMaterial;
  readonly authorities: Authorities;
  /** Whether the user named the log of the entries. In that case the user must name its trusted root too. */
  readonly isLogNamed: boolean;
  readonly signer: ProofSigner;
  readonly entries: readonly ProofEntry[];
  readonly timestamps: readonly TimestampToken[];
}

export interface ProofOptions {
  /** The current time; the wall clock by default, set only in tests. */
  readonly now?: Date;
  /** Whether the user named the log of the entries; default: no. */
  readonly isLogNamed?: boolean;
}

/** What the caller must hash, or read whole, before {@link openProof}. */
export interface RequiredSubject {
  readonly kind: ProofSubject['kind'];
  readonly algorithm: HashAlgorithm;
  /** Other algorithms by which a statement names its subjects; absent if there are none. */
  readonly also?: readonly HashAlgorithm[];
}

/**
 * Says what the evidence is over: a digest with its algorithm or, for Ed25519, the message itself.
 *
 * @throws UntrustedError, RequestError if the key or certificate cannot be read.
 */
export function requiredSubject(evidence: Evidence, policy: Policy): RequiredSubject {
  return requiredBy(evidence, () => readSigner(evidence, policy));
}

function requiredBy(evidence: Evidence, signer: () => ProofSigner): RequiredSubject {
  const { content } = evidence;
  if (content.kind === 'dsse') {
    const also = subjectAlgorithms(content).filter((algorithm) => algorithm !== 'sha256');
    return { kind: 'digest', algorithm: 'sha256', ...(also.length === 0 ? {} : { also }) };
  }
  const { key } = signer();
  const algorithm = statedDigest(evidence)?.algorithm ?? key.usualHash;
  return { kind: key.needsMessage ? 'message' : 'digest', algorithm };
}

/**
 * The digest that a message signature is over, as stated by the bundle or else by the log entry. Undefined for a
 * statement, and if neither states it.
 *
 * @throws UntrustedError `log-entry-invalid` if the entry is needed and cannot be read.
 */
export function statedDigest({ content, logEntries }: Evidence): Digest | undefined {
  if (content.kind === 'dsse') return undefined;
  const [entry] = logEntries;
  if (content.digest !== undefined || entry === undefined) return content.digest;
  const { hash, hashOf } = readEntryBody(entry);
  return hashOf === 'signed-bytes' ? { algorithm: hash.algorithm, hex: encodeHex(hash.digest) } : undefined;
}

/**
 * Parses the evidence.
 *
 * @throws UntrustedError if it is malformed; RequestError `usage` if the evidence needs another subject.
 */
export function openProof(
  evidence: Evidence,
  subject: ProofSubject,
  policy: Policy,
  trust: TrustMaterial,
  { now = new Date(), isLogNamed = false }: ProofOptions = {},
): Proof {
  const signer = readSigner(evidence, policy);
  const authorities = readAuthorities(trust);
  const required = requiredBy(evidence, () => signer);
  const [digest, ...also] = readSubject(subject, required);
  return {
    evidence,
    policy,
    now,
    digest,
    digests: [digest, ...also],
    message: subject.kind === 'message' ? subject.message : undefined,
    trust,
    authorities,
    isLogNamed,
    signer,
    entries: evidence.logEntries.map((entry) => ({
      entry,
      body: readEntryBody(entry),
      logs: authorities.logs.filter(({ id }) => equalBytes(id, entry.logId)),
    })),
    timestamps: evidence.timestamps.map(readTimestampToken),
  };
}

function readSubject(subject: ProofSubject, required: RequiredSubject): readonly [Digest, ...Digest[]] {
  const { algorithm, also = [] } = required;
  if (subject.kind === 'message') {
    const digestBy = (name: HashAlgorithm): Digest => ({
      algorithm: name,
      hex: hashWith(name, subject.message).toString('hex'),
    });
    return [digestBy(algorithm), ...also.map(digestBy)];
  }
  if (required.kind === 'message') {
    throw new RequestError('usage', 'the signature is by an Ed25519 key, which signs the file itself', {
      wanted: 'the file',
      found: 'a digest',
      next: 'give the file instead of its digest',
    });
  }
  if (subject.digest.algorithm !== algorithm) {
    throw new RequestError('usage', `the signature is over a ${algorithm} digest`, {
      wanted: algorithm,
      found: subject.digest.algorithm,
      next: 'give the file instead of its digest',
    });
  }
  return [subject.digest, ...(subject.also ?? [])];
}

/** The policy says which kind of signer to accept, and the evidence must have that kind. */
function readSigner({ key }: Evidence, policy: Policy): ProofSigner {
  if (policy.kind === 'managed-key') {
    if (key.kind !== 'public-key') throw otherKind('a signature by the given key', 'one with a certificate');
    return { kind: 'managed-key', key: readManagedKey(policy.publicKeyPem) };
  }
  if (key.kind !== 'certificate')
    throw otherKind('a signature with a certificate', 'one by a key without a certificate');
  const certificate = readCertificate(key.leaf);
  return {
    kind: 'certificate',
    certificate,
    key: readPublicKey(certificate.publicKey, 'the signing certificate'),
  };
}

function readManagedKey(pem: string): SignatureKey {
  const what = 'the given public key';
  try {
    return readPublicKey(decodePem(pem, 'PUBLIC KEY', what), what);
  } catch (cause) {
    throw new RequestError('usage', `${what} cannot be used`, {
      wanted: 'a PEM file with one PUBLIC KEY',
      found: cause instanceof UntrustedError ? (cause.found ?? cause.message) : 'something else',
      next: 'name a PEM file with only the public key, such as openssl pkey -pubout writes',
      cause,
    });
  }
}

function otherKind(wanted: string, found: string): UntrustedError {
  return new UntrustedError('identity-mismatch', 'the bundle has another kind of signer than you asked for', {
    check: 'identity',
    wanted,
    found,
    why: 'only the signer that you asked for is accepted',
  });
}

/** Each time of signing that the evidence claims. */
export function claimedTimes(proof: Proof): readonly Date[] {
  const integrated = proof.entries.flatMap(({ entry }) =>
    entry.integratedTime !== undefined && entry.signedEntryTimestamp !== undefined
      ? [new Date(Number(entry.integratedTime) * 1000)]
      : [],
  );
  return [...integrated, ...proof.timestamps.map(({ time }) => time)];
}
