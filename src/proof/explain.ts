import type { CheckName, ErrorDetails } from '../errors.ts';
import { equalBytes } from '../strict/bytes.ts';
import { encodeHex } from '../strict/hex.ts';
import { type Authority, covers, describeWindow } from './authorities.ts';
import type { Certificate } from './certificate.ts';
import { claimedTimes, type Proof, type ProofEntry } from './proof.ts';
import { toVerifierCertificate } from './verifier-certificate.ts';
import { hashWith } from './public-key.ts';
import { isSignerOf, type TimestampToken } from './timestamp-token.ts';

/**
 * Explains the refusals of sigstore-js. Nothing here decides anything. If several authorities were tried, the message
 * is about the one that came closest, because its failure helps most.
 */

interface Candidate {
  /** How far the evidence got with this authority; the message is about the highest. */
  readonly rank: number;
  readonly details: Explanation;
}

/** What a refusal says, and its message where a better one is known. */
export type Explanation = ErrorDetails & { readonly message?: string };

export function explainChainFailure(proof: Proof): Explanation {
  return {
    why: 'only an authority in the trusted root can say who holds a key, and only while it is trusted',
    ...explainUntrustedChain(proof),
  };
}

function explainUntrustedChain(proof: Proof): Explanation {
  if (proof.signer.kind !== 'certificate') return {};
  const leaf = proof.signer.certificate;
  const times = claimedTimes(proof);
  const authorities = proof.authorities.certificateAuthorities;
  const unknown: Candidate = {
    rank: 0,
    details: {
      wanted: `a certificate from ${authorities.map(({ uri }) => uri).join(' or ')}`,
      found: 'one from another issuer',
    },
  };
  return closest([unknown, ...authorities.map((authority) => judgeAuthority(leaf, authority, times))]);
}

function judgeAuthority(leaf: Certificate, authority: Authority, times: readonly Date[]): Candidate {
  const namesakes = authority.chain.filter(({ subjectName }) => equalBytes(subjectName, leaf.issuerName));
  if (namesakes.length === 0) return { rank: -1, details: {} };
  if (!namesakes.some((issuer) => isSignedBy(leaf, issuer))) {
    return {
      rank: 1,
      details: {
        wanted: `a certificate signed by ${authority.uri}`,
        found: 'one that names it as issuer, but that it did not sign',
      },
    };
  }
  if (authority.flaw !== undefined) {
    const { message, wanted, found } = authority.flaw;
    return { rank: 2, details: { wanted: wanted ?? message, found: found ?? message } };
  }
  const outside = times.find((time) => !covers(authority.validFor, time));
  if (outside !== undefined) {
    return {
      rank: 3,
      details: {
        message: 'the signature was not made while its certificate authority was trusted',
        wanted: `a signature while ${authority.uri} is trusted, ${span(authority.validFor.start, authority.validFor.end)}`,
        found: `one made at ${iso(outside)}`,
      },
    };
  }
  const chain = [leaf, ...authority.chain];
  const late = times.flatMap((time) =>
    chain.filter((cert) => !withinValidity(cert, time)).map((cert) => ({ time, cert })),
  );
  const [first] = late;
  if (first === undefined)
    return { rank: 2, details: { wanted: `a chain up to ${authority.uri}`, found: 'a broken one' } };
  return {
    rank: 4,
    details: {
      message: 'the signature was not made while its certificate was valid',
      wanted: `a signature while the certificate is valid, ${span(first.cert.notBefore, first.cert.notAfter)}`,
      found: `one made at ${iso(first.time)}`,
      why: 'a short-lived certificate speaks for its signer for a few minutes only',
    },
  };
}

/** The reason for every refusal about time. */
export const WHY_TIME = 'a short-lived certificate proves nothing without a trustworthy time of signing';

export function explainTimestampFailure(proof: Proof, duplicate: boolean): ErrorDetails {
  if (duplicate) return { wanted: 'each timestamp once', found: 'the same one again', why: WHY_TIME };
  return { why: WHY_TIME, ...explainUntrustedTimestamp(proof) };
}

function explainUntrustedTimestamp(proof: Proof): ErrorDetails {
  const { timestamps, authorities, evidence } = proof;
  if (timestamps.length === 0) {
    return {
      wanted: 'a signed entry timestamp or an RFC 3161 timestamp',
      found: 'neither',
    };
  }
  const candidates = timestamps.flatMap((token) => {
    const { algorithm, digest } = token.imprint;
    if (!equalBytes(hashWith(algorithm, evidence.content.signature), digest)) {
      return [
        {
          rank: 9,
          details: { wanted: 'a timestamp over this signature', found: 'one over other bytes' },
        },
      ];
    }
    return authorities.timestampAuthorities.map((authority) => judgeTimestampAuthority(token, authority));
  });
  const names =
    authorities.timestampAuthorities.map(({ uri }) => uri).join(' or ') ||
    'an authority (the trusted root has none)';
  return closest([
    { rank: 0, details: { wanted: `a timestamp from ${names}`, found: 'one from another authority' } },
    ...candidates,
  ]);
}

function judgeTimestampAuthority(token: TimestampToken, authority: Authority): Candidate {
  const [signer] = authority.chain;
  if (signer === undefined || !isSignerOf(token, signer)) return { rank: -1, details: {} };
  if (authority.flaw !== undefined) {
    const { message, wanted, found } = authority.flaw;
    return { rank: 2, details: { wanted: wanted ?? message, found: found ?? message } };
  }
  if (!covers(authority.validFor, token.time)) {
    return {
      rank: 3,
      details: {
        wanted: `a timestamp while ${authority.uri} is trusted, ${span(authority.validFor.start, authority.validFor.end)}`,
        found: iso(token.time),
      },
    };
  }
  const expired = authority.chain.find((cert) => !withinValidity(cert, token.time));
  if (expired !== undefined) {
    return {
      rank: 3,
      details: {
        wanted: `a timestamp while its authority's certificate is valid, ${span(expired.notBefore, expired.notAfter)}`,
        found: iso(token.time),
      },
    };
  }
  return {
    rank: 4,
    details: { wanted: `a signature by ${authority.uri}`, found: 'one that does not verify' },
  };
}

export function explainEntryMismatch(proof: Proof, { body }: ProofEntry): ErrorDetails {
  const why = 'A log entry only proves what it was made for.';
  if (!equalBytes(body.signature, proof.evidence.content.signature)) {
    return { wanted: 'an entry with this signature', found: 'one with another signature', why };
  }
  const what = body.hashOf === 'payload' ? 'payload' : 'artifact';
  return {
    wanted: `an entry for this ${what}`,
    found: `one for ${body.hash.algorithm}:${encodeHex(body.hash.digest)}`,
    why,
  };
}

export function explainSctFailure({ authorities }: Proof, duplicate: boolean): ErrorDetails {
  const why = 'If no public log has the certificate, it could have been issued without anyone noticing.';
  if (duplicate) return { wanted: 'one SCT from each CT log', found: 'two from one log', why };
  const logs = authorities.certificateLogs.map(
    ({ baseUrl, validFor }) => `${baseUrl} ${describeWindow(validFor)}`,
  );
  return {
    wanted: `SCTs for this certificate from ${logs.join(' or ')}`,
    found: 'one from another log, another time, or for another certificate',
    why,
  };
}

export function explainLogFailure({ entry, logs }: ProofEntry, check: CheckName): ErrorDetails {
  const why = 'If no public log has the signature, it could have been made without anyone noticing.';
  const log = logs[0]?.baseUrl ?? 'a trusted log';
  const proof = entry.inclusionProof;
  if (check === 'set') {
    const time = new Date(Number(entry.integratedTime ?? 0n) * 1000);
    return {
      wanted: `a signature by ${log} over index ${entry.logIndex}, time ${iso(time)} and this entry's body`,
      found: 'one that does not verify',
      why,
    };
  }
  if (check === 'checkpoint')
    return { wanted: `a signature by ${log}`, found: 'one that does not verify', why };
  return {
    wanted: `hashes from leaf ${proof?.logIndex ?? 'of the entry'} to the root of ${proof?.treeSize ?? 'the'} leaves`,
    found:
      proof === undefined ? 'no proof and no promise' : `${proof.hashes.length} hashes that lead elsewhere`,
    why,
  };
}

export function explainSignatureMismatch({ signer, digest, evidence }: Proof): ErrorDetails {
  const over = evidence.content.kind === 'dsse' ? 'the envelope' : `${digest.algorithm}:${digest.hex}`;
  return {
    wanted: `a signature by the ${signer.key.description} key over ${over}`,
    found: 'a signature over something else, or by another key',
    why: 'a person who changed the artifact could not sign it again',
    next: 'do not use the artifact; download it and its signature again from their source',
  };
}

function closest(candidates: readonly Candidate[]): Explanation {
  return candidates.reduce((best, next) => (next.rank > best.rank ? next : best)).details;
}

export function isSignedBy(leaf: Certificate, issuer: Certificate): boolean {
  try {
    return toVerifierCertificate(leaf).verify(toVerifierCertificate(issuer));
  } catch {
    return false;
  }
}

function withinValidity({ notBefore, notAfter }: Certificate, time: Date): boolean {
  return notBefore <= time && time <= notAfter;
}

function span(from: Date, to: Date): string {
  return to.getTime() === 8_640_000_000_000_000 ? `since ${iso(from)}` : `${iso(from)} to ${iso(to)}`;
}

function iso(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
