import { UnavailableError, type UnavailableCode } from '../errors.ts';

/** What went wrong with one attempt, in words, and whether another attempt could fare better. */
export interface Failure {
  /** True where the same request may succeed in a moment. */
  readonly transient: boolean;
  readonly code: UnavailableCode;
  /** A phrase that follows "failed: ": "connection refused", "HTTP 503 Service Unavailable". */
  readonly reason: string;
  readonly advice?: string;
  /** The status of an answer that was not what was asked for. */
  readonly status?: number;
  /** How long the server asks to wait (`Retry-After`), in milliseconds, not yet capped. */
  readonly retryAfterMs?: number;
}

/** One attempt's failure, on its way from the wire to the retry loop; it never leaves `src/http`. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.reason, cause === undefined ? {} : { cause });
    this.failure = failure;
  }
}

/** A final failure by name: the answer is there, and it is not one that can be used. */
export function invalidResponse(reason: string, advice?: string): TransportFailure {
  return new TransportFailure({
    transient: false,
    code: 'response-invalid',
    reason,
    ...(advice === undefined ? {} : { advice }),
  });
}

/** Where and how often something was tried before it was given up. */
export interface GivenUp {
  /** The URL, safe to print. */
  readonly url: string;
  readonly attempts: number;
  readonly failure: TransportFailure;
}

/** The error that the caller sees once every attempt has failed. */
export function unavailable(what: string, { url, attempts, failure }: GivenUp): UnavailableError {
  const { code, reason, advice } = failure.failure;
  const found = attempts === 1 ? reason : `${reason}, ${attempts} tries`;
  return new UnavailableError(code, `could not fetch ${what}: ${found} (${url})`, {
    found,
    from: url,
    ...(advice === undefined ? {} : { next: advice }),
    cause: failure,
  });
}
