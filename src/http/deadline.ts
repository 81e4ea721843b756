import { InterruptedError } from '../errors.ts';
import { TransportFailure } from './failure.ts';
import { duration } from './wording.ts';

/**
 * The time limit of one operation: a signal that fires at the deadline or together with the caller's, and the error
 * to throw then.
 */
export interface Operation {
  /** Its reason is the error to throw: `InterruptedError`, or the deadline's `TransportFailure`. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the deadline. */
  remainingMs(): number;
  /** The error to throw at the deadline. */
  readonly deadline: TransportFailure;
  /** Call this when the operation ends, whether it succeeded or not. */
  finish(): void;
}

/**
 * Starts the clock of one operation.
 *
 * @param started when its time began, from `performance.now()`.
 */
export function startOperation(
  timeoutMs: number,
  caller: AbortSignal | undefined,
  started: number = performance.now(),
): Operation {
  const controller = new AbortController();
  const remainingMs = (): number => timeoutMs - (performance.now() - started);
  const deadline = new TransportFailure({
    transient: false,
    code: 'timeout',
    reason: `not done within ${duration(timeoutMs)}`,
    advice: 'try again, or allow more time with --timeout',
  });
  const timer = setTimeout(() => controller.abort(deadline), Math.max(0, remainingMs()));
  const interrupt = (): void =>
    controller.abort(new InterruptedError('interrupted', { cause: caller?.reason }));
  if (caller?.aborted === true) interrupt();
  caller?.addEventListener('abort', interrupt, { once: true });
  return {
    signal: controller.signal,
    remainingMs,
    deadline,
    finish: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', interrupt);
    },
  };
}
