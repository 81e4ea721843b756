import { X509Certificate } from 'node:crypto';
import { excerpt } from '../text/excerpt.ts';
import { equalBytes } from '../strict/bytes.ts';
import { childrenOf, contextTag, DER_TAG, parseDer } from '../strict/der.ts';
import { encodeHex } from '../strict/hex.ts';
import { UnavailableError, UntrustedError } from '../errors.ts';
import type { TrustedRootList } from '../trust/trust-material.ts';
import { type Certificate, EXTENSION_OID } from './certificate.ts';
import { readScts } from './check-sct.ts';
import { claimedTimes, type Proof } from './proof.ts';

/**
 * A log or an authority that the trusted root does not know. Either it is a stranger, or it is newer than the root.
 * This decides between a verdict and "this trusted root cannot judge it".
 */
export interface UnknownAuthority {
  readonly kind: 'transparency log' | 'CT log' | 'certificate authority' | 'timestamp authority';
  /** Its ID, for messages. */
  readonly id: string;
  /** When the evidence claims that it signed; if empty, now. */
  readonly claimed: readonly Date[];
}

const LISTS: Readonly<Record<UnknownAuthority['kind'], TrustedRootList>> = {
  'transparency log': 'tlogs',
  'CT log': 'ctlogs',
  'certificate authority': 'certificateAuthorities',
  'timestamp authority': 'timestampAuthorities',
};

/**
 * A root that is known to be current at the claimed time or later knows everyone who was trusted then, so the verdict
 * stands. An older root, or one of unknown age, cannot judge. The maker of the evidence chooses the claimed time and
 * so can choose between these two answers, but neither is a yes.
 */
export function verdictOnUnknown(
  proof: Proof,
  unknown: UnknownAuthority,
  verdict: UntrustedError,
): UntrustedError | UnavailableError {
  const { currentAsOf, ignored } = proof.trust;
  const claimed = latest(unknown.claimed) ?? proof.now;
  const unread = ignored.filter(({ list }) => list === LISTS[unknown.kind]);
  const namedLog = unknown.kind === 'transparency log' && proof.isLogNamed;
  if (unread.length === 0 && !namedLog && currentAsOf !== undefined && currentAsOf >= claimed) return verdict;
  const known =
    currentAsOf === undefined
      ? 'the date of this trusted root is unknown'
      : `this trusted root was current on ${day(currentAsOf)}`;
  const left =
    unread.length === 0
      ? ''
      : `; k8s-verify does not understand ${unread[0]?.what} in its ${LISTS[unknown.kind]}`;
  return new UnavailableError('authority-unknown', `the trusted root does not know the ${unknown.kind}`, {
    ...(verdict.check === undefined ? {} : { check: verdict.check }),
    wanted: `a trusted root that knows the ${unknown.kind} ${unknown.id}, which claims to have signed at ${claimed.toISOString()}`,
    found: `${nameOf(proof)} does not, and ${known}${left}`,
    why: `a trusted root cannot know an authority that is newer, so nothing was learnt about the artifact`,
    next: advise(proof, namedLog, unread.length > 0),
    cause: verdict,
  });
}

function advise({ trust: { source } }: Proof, namedLog: boolean, unread: boolean): string {
  // The authority may be in the part that was not read, and then no other trusted root helps.
  if (unread) return 'update k8s-verify, which does not understand that part of the trusted root';
  if (namedLog) return 'name the trusted root of the Sigstore that signed it: --trusted-root FILE';
  return source.kind === 'embedded' || source.kind === 'tuf'
    ? 'without a network, carry over a way that you trust what k8s-verify trusted-root export wrote elsewhere: --trusted-root FILE'
    : 'download the current trusted root of the Sigstore that signed it';
}

function nameOf({ trust: { source } }: Proof): string {
  if (source.kind === 'embedded') return `the embedded one (${source.name})`;
  if (source.kind === 'tuf') return `the one from ${excerpt(source.url, 200)}`;
  return source.kind === 'file' ? excerpt(source.path, 200) : 'the given one';
}

/**
 * The authority that issued the certificate, if the root has none with its name and key ID. If the root has one with
 * both, but it did not sign the certificate, then the certificate is forged and no new authority is involved.
 */
export function unknownIssuer(proof: Proof): UnknownAuthority | undefined {
  const { signer, authorities } = proof;
  if (signer.kind !== 'certificate') return undefined;
  const leaf = signer.certificate;
  const keyId = authorityKeyId(leaf);
  const isKnown = authorities.certificateAuthorities.some(({ chain }) =>
    chain.some((issuer) => equalBytes(issuer.subjectName, leaf.issuerName) && mayBe(keyId, issuer)),
  );
  if (isKnown) return undefined;
  const id = keyId === undefined ? 'without a key ID' : `with key ID ${encodeHex(keyId)}`;
  return {
    kind: 'certificate authority',
    id: `${issuerText(leaf)} ${id}`,
    claimed: claimedTimes(proof),
  };
}

/**
 * The CT log, among those of the certificate's SCTs, that the root does not know. If there are several, the one that
 * signed last.
 */
export function unknownCtLog({ signer, authorities }: Proof): UnknownAuthority | undefined {
  if (signer.kind !== 'certificate') return undefined;
  const [last] = readScts(signer.certificate)
    .filter(({ logId }) => !authorities.certificateLogs.some(({ id }) => equalBytes(id, logId)))
    .toSorted((a, b) => b.time.getTime() - a.time.getTime());
  return last && { kind: 'CT log', id: encodeHex(last.logId), claimed: [last.time] };
}

function mayBe(wanted: Uint8Array | undefined, issuer: Certificate): boolean {
  const own = subjectKeyId(issuer);
  return wanted === undefined || own === undefined || equalBytes(wanted, own);
}

/** RFC 5280 section 4.2.1.1: the key identifier is the first of three optional fields. */
function authorityKeyId(certificate: Certificate): Uint8Array | undefined {
  const extension = certificate.extensions.get(EXTENSION_OID.authorityKeyIdentifier);
  return read(extension?.value, (value) => {
    const fields = childrenOf(parseDer(value, 'a key ID'), DER_TAG.sequence, 'a key ID');
    return fields.find(({ tag }) => tag === contextTag(0, 'primitive'))?.content;
  });
}

/** RFC 5280 section 4.2.1.2. */
function subjectKeyId(certificate: Certificate): Uint8Array | undefined {
  const extension = certificate.extensions.get(EXTENSION_OID.subjectKeyIdentifier);
  return read(extension?.value, (value) => {
    const node = parseDer(value, 'a key ID');
    return node.tag === DER_TAG.octetString ? node.content : undefined;
  });
}

/** Key IDs only help to word the message, so an unreadable one is treated as absent. */
function read(
  value: Uint8Array | undefined,
  reader: (value: Uint8Array) => Uint8Array | undefined,
): Uint8Array | undefined {
  if (value === undefined) return undefined;
  try {
    return reader(value);
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

function issuerText({ der }: Certificate): string {
  try {
    return excerpt(new X509Certificate(der).issuer.replaceAll('\n', ', '), 200);
  } catch {
    return 'with an unreadable name';
  }
}

function latest(times: readonly Date[]): Date | undefined {
  return times.toSorted((a, b) => b.getTime() - a.getTime())[0];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
