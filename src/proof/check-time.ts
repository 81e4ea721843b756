import { excerpt } from '../encoding/base64.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { isSignerOf, WHY_TIME } from './explain.ts';
import type { Proof } from './proof.ts';

/**
 * 4.2.1: each RFC 3161 timestamp names, in what it signed, the certificate of a timestamp authority of the trusted
 * root, and is not from the future. Its signature, its imprint and the authority's validity are sigstore-js's to
 * verify, in {@link verifySigner}.
 */
export function checkTimestamps({ timestamps, authorities, now }: Proof): void {
  for (const token of timestamps) {
    refuseFuture(token.time, now, 'the timestamp');
    const signers = authorities.timestampAuthorities.flatMap(({ chain }) => chain.slice(0, 1));
    if (!signers.some((certificate) => isSignerOf(token, certificate))) {
      throw new UntrustedError('time-untrusted', 'the timestamp is by an authority that is not trusted', {
        check: 'time',
        expected: authorities.timestampAuthorities.map(({ uri }) => uri).join(' or '),
        found: `a certificate with serial number ${excerpt(token.signer.serialNumber)}`,
        why: WHY_TIME,
      });
    }
  }
}

/**
 * 4.2.2: an integrated time counts only with the signed entry timestamp that vouches for it; Rekor v2 has neither; a
 * time in the future is nobody's time of signing.
 */
export function checkIntegratedTimes({ entries, now }: Proof): void {
  for (const { entry, body } of entries) {
    const { integratedTime, signedEntryTimestamp } = entry;
    if (body.rekor === 2 && (integratedTime !== undefined || signedEntryTimestamp !== undefined)) {
      throw untrustedTime('an entry of Rekor v2 without integrated time', 'one with it');
    }
    if ((integratedTime === undefined) !== (signedEntryTimestamp === undefined)) {
      throw untrustedTime(
        'an integrated time together with a signed entry timestamp',
        integratedTime === undefined ? 'the timestamp alone' : 'the time alone',
      );
    }
    if (integratedTime === undefined) continue;
    // The signed entry timestamp is over JSON numbers: beyond 2^53 two indexes would be one number.
    if (integratedTime > MAX_TIME_SECONDS || entry.logIndex > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw untrustedTime(
        'a time and an index that JSON numbers can hold',
        `${integratedTime}, ${entry.logIndex}`,
      );
    }
    const time = new Date(Number(integratedTime) * 1000);
    refuseFuture(time, now, 'the integrated time of the log entry');
  }
}

/** The last second that a Date can hold. */
const MAX_TIME_SECONDS = 8_640_000_000_000n;

function refuseFuture(time: Date, now: Date, what: string): void {
  if (time.getTime() > now.getTime() + MAX_CLOCK_SKEW_MS) {
    throw new UntrustedError('time-untrusted', `${what} is in the future`, {
      check: 'time',
      expected: `a time up to now, ${now.toISOString()}`,
      found: time.toISOString(),
      why: WHY_TIME,
      advice: "check this machine's clock",
    });
  }
}

function untrustedTime(expected: string, found: string): UntrustedError {
  return new UntrustedError('time-untrusted', 'the log entry has a time that nobody vouches for', {
    check: 'time',
    expected,
    found,
    why: 'whoever made the bundle could have chosen the time',
  });
}
