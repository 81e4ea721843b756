/** Compares this machine's clock with the date of the embedded root, which needs no loading. */
import { unreadableReason } from '../files/unreadable-file.ts';
import { UnavailableError } from '../errors.ts';
import { embeddedRecordBytes } from './embedded-root.ts';
import { readRootRecord } from './root-age.ts';

/**
 * @returns the date as of which the embedded root is known to be current.
 * @throws UnavailableError `clock-wrong` if the clock is behind it; `trust-root-unavailable` if it is missing.
 */
export function assertClockNotBehindRoot(now: Date): Date {
  const { currentAsOf } = readRootRecord(readEmbedded(embeddedRecordBytes));
  if (now >= currentAsOf) return currentAsOf;
  throw new UnavailableError('clock-wrong', "this machine's clock is wrong: it is behind k8s-verify itself", {
    wanted: `a clock at ${currentAsOf.toISOString().slice(0, 10)} or later, the date of the embedded trusted root`,
    found: now.toISOString(),
    why: 'certificates and log entries cannot be judged without the right time, so nothing was learnt about the artifact',
    next: "set this machine's clock, and try again",
  });
}

/** @throws UnavailableError `trust-root-unavailable` */
export function readEmbedded(read: () => Uint8Array): Uint8Array {
  try {
    return read();
  } catch (cause) {
    throw new UnavailableError(
      'trust-root-unavailable',
      'the trusted root that comes with k8s-verify is missing',
      {
        wanted: 'the file that is installed with k8s-verify',
        found: unreadableReason(cause),
        next: 'install k8s-verify again',
        cause,
      },
    );
  }
}
