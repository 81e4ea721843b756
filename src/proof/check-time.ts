import { excerpt } from '../text/excerpt.ts';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { WHY_TIME } from './explain.ts';
import { claimedTimes, type Proof } from './proof.ts';
import { isSignerOf } from './timestamp-token.ts';
import { verdictOnUnknown } from './unknown-authority.ts';

/**
 * 4.2.1: each RFC 3161 timestamp names, in its signed part, the certificate of a timestamp authority in the trusted
 * root. sigstore-js verifies its signature, its imprint and the authority's validity in {@link verifySigner}.
 *
 * @throws UntrustedError `time-untrusted`; UnavailableError `authority-unknown`
 */
export function checkTimestamps(proof: Proof): void {
  const { timestamps, authorities } = proof;
  for (const token of timestamps) {
    const signers = authorities.timestampAuthorities.flatMap(({ chain }) => chain.slice(0, 1));
    if (!signers.some((certificate) => isSignerOf(token, certificate))) {
      const id = `whose certificate has the serial number ${excerpt(token.signer.serialNumber)}`;
      const message = 'the timestamp is from an authority that is not trusted';
      const verdict = new UntrustedError('time-untrusted', message, {
        check: 'time',
        wanted: authorities.timestampAuthorities.map(({ uri }) => uri).join(' or ') || 'no timestamp',
        found: `one ${id}`,
        why: WHY_TIME,
      });
      throw verdictOnUnknown(proof, { kind: 'timestamp authority', id, claimed: [token.time] }, verdict);
    }
  }
}

/** 4.2.2: an integrated time counts only with the signed entry timestamp that covers it. Rekor v2 has neither. */
export function checkIntegratedTimes({ entries }: Proof): void {
  for (const { entry, body } of entries) {
    const { integratedTime, signedEntryTimestamp } = entry;
    if (body.rekor === 2 && (integratedTime !== undefined || signedEntryTimestamp !== undefined)) {
      throw untrustedTime('a Rekor v2 entry without an integrated time', 'one with an integrated time');
    }
    if ((integratedTime === undefined) !== (signedEntryTimestamp === undefined)) {
      throw untrustedTime(
        'an integrated time and a signed entry timestamp',
        integratedTime === undefined ? 'only the timestamp' : 'only the time',
      );
    }
    if (integratedTime === undefined) continue;
    // The signed entry timestamp covers JSON numbers. Beyond 2^53, two indexes would be the same number.
    if (integratedTime > MAX_TIME_SECONDS || entry.logIndex > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw untrustedTime(
        'a time and an index that JSON numbers can hold',
        `${integratedTime}, ${entry.logIndex}`,
      );
    }
  }
}

/** The last second that a Date can hold. */
const MAX_TIME_SECONDS = 8_640_000_000_000n;

/**
 * 4.2: no time is ahead of this machine's clock. This is the last step. By now a log or authority in the trusted root
 * has provably signed every time, so the clock must be wrong.
 *
 * @throws UnavailableError `clock-wrong`
 */
export function checkClock(proof: Proof): void {
  const { now } = proof;
  const ahead = claimedTimes(proof).find((time) => time.getTime() > now.getTime() + MAX_CLOCK_SKEW_MS);
  if (ahead === undefined) return;
  throw new UnavailableError(
    'clock-wrong',
    "this machine's clock is wrong: the signature is from its future",
    {
      check: 'time',
      wanted: `a clock at ${ahead.toISOString()} or later, when a trusted log or authority saw the signature`,
      found: now.toISOString(),
      why: 'certificates and log entries cannot be judged without the right time, so nothing was learnt about the artifact',
      next: "set this machine's clock, and try again",
    },
  );
}

function untrustedTime(wanted: string, found: string): UntrustedError {
  return new UntrustedError('time-untrusted', 'nothing proves the time of the log entry', {
    check: 'time',
    wanted,
    found,
    why: 'the maker of the bundle could have made up the time',
  });
}
