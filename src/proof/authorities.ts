import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { CertificateAuthority, TimeRange, TransparencyLogInstance } from '@sigstore/protobuf-specs';
import type { TrustMaterial as VerifierTrust } from '@sigstore/verify';
import { equalBytes } from '../strict/bytes.ts';
import { excerpt } from '../text/excerpt.ts';
import { childrenOf, DER_TAG, parseDer, readOid } from '../strict/der.ts';
import { encodeHex } from '../strict/hex.ts';
import { UntrustedError } from '../errors.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import { type Certificate, readX509 } from './certificate.ts';
import { assertAuthorityProfile, type ExtendedKeyUsage } from './certificate-profile.ts';
import { toVerifierCertificate } from './verifier-certificate.ts';

/** Stands for the missing end of a window: the last time that a Date can hold. */
const END_OF_TIME = new Date(8_640_000_000_000_000);

export interface Window {
  readonly start: Date;
  readonly end: Date;
}

/** A certificate authority or timestamp authority; the leaf or intermediate comes first. */
export interface Authority {
  readonly uri: string;
  readonly validFor: Window;
  readonly chain: readonly Certificate[];
  /** Why this authority does not count; undefined if it does. */
  readonly flaw: UntrustedError | undefined;
  readonly forVerifier: VerifierTrust['certificateAuthorities'][number];
}

/** A transparency log, or a certificate transparency log. */
export interface Log {
  readonly baseUrl: string;
  /** The origin of its checkpoints: its URL without the scheme. */
  readonly origin: string;
  readonly id: Uint8Array;
  readonly validFor: Window;
  readonly forVerifier: VerifierTrust['tlogs'][number];
}

/** A trusted root, parsed once and kept as long as the root itself. */
export interface Authorities {
  readonly certificateAuthorities: readonly Authority[];
  readonly timestampAuthorities: readonly Authority[];
  readonly logs: readonly Log[];
  readonly certificateLogs: readonly Log[];
}

const known = new WeakMap<TrustMaterial, Authorities>();

/** @throws UntrustedError `trusted-root-invalid` */
export function readAuthorities(trust: TrustMaterial): Authorities {
  const earlier = known.get(trust);
  if (earlier !== undefined) return earlier;
  const { root } = trust;
  const authorities: Authorities = {
    certificateAuthorities: root.certificateAuthorities.map((ca) => readAuthority(ca, 'codeSigning')),
    timestampAuthorities: root.timestampAuthorities.map((ca) => readAuthority(ca, 'timeStamping')),
    logs: root.tlogs.flatMap((log) => readLog(log, checkpointIds)),
    certificateLogs: root.ctlogs.flatMap((log) => readLog(log, (key) => [sha256(key)])),
  };
  known.set(trust, authorities);
  return authorities;
}

/** A window as text. */
export function describeWindow({ start, end }: Window): string {
  const from = `since ${start.toISOString()}`;
  return end === END_OF_TIME ? from : `${from} until ${end.toISOString()}`;
}

export function covers(window: Window, time: Date): boolean {
  return window.start <= time && time <= window.end;
}

function readAuthority(ca: CertificateAuthority, purpose: ExtendedKeyUsage): Authority {
  const what = `the authority ${excerpt(ca.uri)} of the trusted root`;
  try {
    const chain = (ca.certChain?.certificates ?? []).map(({ rawBytes }) => readX509(rawBytes, what));
    const validFor = readWindow(ca.validFor);
    return {
      uri: ca.uri,
      validFor,
      chain,
      flaw: findFlaw(chain, purpose),
      forVerifier: {
        certChain: chain.map(toVerifierCertificate),
        validFor: { ...validFor },
      },
    };
  } catch (cause) {
    throw invalid(`${what} cannot be read`, 'a chain of X.509 certificates', 'something else', cause);
  }
}

function findFlaw(chain: readonly Certificate[], purpose: ExtendedKeyUsage): UntrustedError | undefined {
  try {
    assertAuthorityProfile(chain, purpose);
    return undefined;
  } catch (error) {
    if (error instanceof UntrustedError) return error;
    throw error;
  }
}

/** Every ID that a log has must be the digest of its key, and it is found under each of them. */
function readLog(
  log: TransparencyLogInstance,
  idsOf: (spki: Uint8Array, origin: string) => readonly Uint8Array[],
): readonly Log[] {
  const what = `the log ${excerpt(log.baseUrl)} of the trusted root`;
  const key = readLogKey(log, what);
  const origin = log.baseUrl.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const validFor = readWindow(log.publicKey?.validFor);
  const derived = idsOf(key.export({ format: 'der', type: 'spki' }), origin);
  const stated = [log.logId, log.checkpointKeyId].flatMap((id) => (id === undefined ? [] : [id.keyId]));
  const ids = stated.filter((id, i) => stated.findIndex((other) => equalBytes(other, id)) === i);
  if (!ids.every((id) => derived.some((digest) => isKeyId(id, digest)))) {
    throw invalid(
      `${what} has an ID that is not the digest of its key`,
      derived.map(encodeHex).join(' or '),
      ids.map(encodeHex).join(', '),
    );
  }
  return ids.map((id) => ({
    baseUrl: log.baseUrl,
    origin,
    id,
    validFor,
    forVerifier: { logID: Buffer.from(id), baseURL: log.baseUrl, publicKey: key, validFor: { ...validFor } },
  }));
}

/** The whole ID, or the first bytes of it, which C2SP puts into signature lines. */
function isKeyId(id: Uint8Array, digest: Uint8Array): boolean {
  return equalBytes(id, digest) || equalBytes(id, digest.subarray(0, 4));
}

function readLogKey(log: TransparencyLogInstance, what: string): KeyObject {
  try {
    const key = log.publicKey?.rawBytes ?? Buffer.alloc(0);
    // A PKCS #1 key is a SEQUENCE of integers. A SubjectPublicKeyInfo begins with a SEQUENCE that holds an object
    // identifier.
    const [first] = childrenOf(parseDer(key, 'its key'), DER_TAG.sequence, 'its key');
    return createPublicKey({ key, format: 'der', type: first?.tag === DER_TAG.integer ? 'pkcs1' : 'spki' });
  } catch (cause) {
    throw invalid(`${what} has a key that cannot be read`, 'a public key in DER', 'something else', cause);
  }
}

const OID_ED25519 = '1.3.101.112';

/**
 * The IDs that follow from a log's key: the SHA-256 of its SubjectPublicKeyInfo (RFC 6962 section 3.2) and, for
 * Ed25519, the full C2SP key ID over name, type and key (signed-note, "Signatures").
 */
function checkpointIds(spki: Uint8Array, origin: string): readonly Uint8Array[] {
  const [algorithm] = childrenOf(parseDer(spki, 'a key'), DER_TAG.sequence, 'a key');
  const ed25519 = readOid(algorithm?.children[0], 'a key') === OID_ED25519;
  const named = Buffer.concat([Buffer.from(`${origin}\n`), Buffer.of(1), spki.subarray(-32)]);
  return ed25519 ? [sha256(named), sha256(spki)] : [sha256(spki)];
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** The reader of trusted roots refuses a missing start. Here it means "never trusted", not "always trusted". */
function readWindow(range: TimeRange | undefined): Window {
  return { start: range?.start ?? END_OF_TIME, end: range?.end ?? END_OF_TIME };
}

function invalid(message: string, wanted: string, found: string, cause?: unknown): UntrustedError {
  return new UntrustedError('trusted-root-invalid', message, {
    check: 'material',
    wanted: (cause instanceof UntrustedError ? cause.wanted : undefined) ?? wanted,
    found: (cause instanceof UntrustedError ? cause.found : undefined) ?? found,
    why: 'every check rests on the trusted root, so it must say exactly what it trusts',
    ...(cause === undefined ? {} : { cause }),
  });
}
