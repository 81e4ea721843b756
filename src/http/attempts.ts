import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import type { Operation } from './deadline.ts';
import { TransportFailure } from './failure.ts';
import { retryWait } from './retry-timing.ts';
import { duration } from './wording.ts';

export interface RetryPolicy {
  /** How many attempts may follow a failed first one. */
  readonly retries: number;
  /** Upper bound of the first backoff, in milliseconds. It doubles with each failure in a row. */
  readonly retryDelayMs: number;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Give up on a longer wait than this, because another source can be asked. */
  readonly longestWaitMs?: number;
}

/** What the retry loop reports and asks while it runs. */
export interface AttemptHooks {
  onRetry(attempt: number, reason: string, delayMs: number): void;
  /** True if the failed attempt made progress; the count of failures then starts again. */
  madeProgress?(): boolean;
}

/** The failure that ended the loop, with the number of attempts. */
export class OutOfAttempts extends Error {
  override readonly name = 'OutOfAttempts';
  readonly attempts: number;
  readonly failure: TransportFailure;

  constructor(attempts: number, failure: TransportFailure) {
    super(failure.message, { cause: failure });
    this.attempts = attempts;
    this.failure = failure;
  }
}

/**
 * Runs an attempt until it succeeds, fails for good, or has failed `retries` + 1 times in a row with a transient
 * error. Only a `TransportFailure` is retried. Anything else (a verdict, a full disk, an interruption, a bug) is
 * thrown at once.
 *
 * @throws OutOfAttempts for the failure that ended it.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  operation: Operation,
  hooks: AttemptHooks,
): Promise<T> {
  let attempts = 0;
  let failuresInARow = 0;
  let last: TransportFailure | undefined;
  let goesOn = false;
  try {
    return await pRetry(
      async (number) => {
        attempts = number;
        try {
          return await attempt();
        } catch (error) {
          if (error instanceof TransportFailure) last = error;
          throw error;
        }
      },
      {
        // We count failures here: a download that made progress starts again at zero, which p-retry cannot do.
        retries: Number.POSITIVE_INFINITY,
        // `onFailedAttempt` waits, because the server may ask for a delay (`Retry-After`).
        minTimeout: 0,
        maxRetryTime: Math.max(0, operation.remainingMs()),
        signal: operation.signal,
        onFailedAttempt: async ({ error }) => {
          failuresInARow = hooks.madeProgress?.() === true ? 1 : failuresInARow + 1;
          const delayMs = delayBeforeNext(error, failuresInARow, policy);
          goesOn = delayMs !== undefined;
          if (!(error instanceof TransportFailure) || delayMs === undefined) return;
          if (delayMs >= operation.remainingMs()) throw noTimeLeft(error, delayMs, operation);
          hooks.onRetry(attempts, error.failure.reason, delayMs);
          await sleep(delayMs, operation);
        },
        shouldRetry: () => goesOn,
      },
    );
  } catch (error) {
    if (!(error instanceof TransportFailure)) throw error;
    throw new OutOfAttempts(attempts, error === operation.deadline ? pastDeadline(error, last) : error);
  }
}

/** Milliseconds until the next attempt; undefined if there is none. */
function delayBeforeNext(error: Error, failuresInARow: number, policy: RetryPolicy): number | undefined {
  if (!(error instanceof TransportFailure) || !error.failure.transient) return undefined;
  if (failuresInARow > policy.retries) return undefined;
  const { retryAfterMs } = error.failure;
  const { askedMs, jitterMs } = retryWait(failuresInARow, policy.retryDelayMs, retryAfterMs, policy.random());
  const longest = Math.max(askedMs, jitterMs);
  return longest > (policy.longestWaitMs ?? longest) ? undefined : askedMs + jitterMs;
}

/** "Not done in time" alone does not say how far it got or what took so long, so the last failure is added. */
function pastDeadline(deadline: TransportFailure, last: TransportFailure | undefined): TransportFailure {
  if (last === undefined || last === deadline) return deadline;
  if (last.cause === deadline) return last;
  const reason = `${deadline.failure.reason}; before that: ${last.failure.reason}`;
  return new TransportFailure({ ...deadline.failure, reason }, last);
}

/** A wait that ends after the deadline would only delay the same answer, so it fails now. */
function noTimeLeft(last: TransportFailure, delayMs: number, { deadline }: Operation): TransportFailure {
  const reason = `${last.failure.reason}; ${deadline.failure.reason}: the next attempt would be in ${duration(delayMs)}`;
  return new TransportFailure({ ...deadline.failure, reason }, last);
}

async function sleep(milliseconds: number, operation: Operation): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal: operation.signal });
  } catch {
    operation.signal.throwIfAborted();
  }
}
