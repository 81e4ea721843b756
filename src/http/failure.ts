import { UnavailableError, type UnavailableCode } from '../errors.ts';

/** What went wrong with one attempt, in words, and whether another attempt might succeed. */
export interface Failure {
  /** True if the same request may soon succeed. */
  readonly transient: boolean;
  readonly code: UnavailableCode;
  /** A phrase that follows "failed: ": "connection refused", "HTTP 503 Service Unavailable". */
  readonly reason: string;
  readonly advice?: string;
  /** The status of an answer that was not the requested one. */
  readonly status?: number;
  /** How long the server asks us to wait (`Retry-After`), in milliseconds, without our upper limit. */
  readonly retryAfterMs?: number;
}

/** The failure of one attempt, for the retry loop. It never leaves `src/http`. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.reason, cause === undefined ? {} : { cause });
    this.failure = failure;
  }
}

/** A final failure: there is an answer, but it cannot be used. */
export function invalidResponse(reason: string, advice?: string): TransportFailure {
  return new TransportFailure({
    transient: false,
    code: 'response-invalid',
    reason,
    ...(advice === undefined ? {} : { advice }),
  });
}

/** What was tried, and how often, before we gave up. */
export interface GivenUp {
  /** The URL, safe to print. */
  readonly url: string;
  readonly attempts: number;
  readonly failure: TransportFailure;
}

/** The error for the caller once every attempt has failed. */
export function unavailable(what: string, { url, attempts, failure }: GivenUp): UnavailableError {
  const { code, reason, advice } = failure.failure;
  const found = attempts === 1 ? reason : `${reason}, ${attempts} tries`;
  return new UnavailableError(code, `could not fetch ${what}: ${found}`, {
    found,
    from: url,
    ...(advice === undefined ? {} : { next: advice }),
    cause: failure,
  });
}
