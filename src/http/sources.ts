import { MAX_WAIT_BEFORE_NEXT_SOURCE_MS } from '../limits.ts';
import type { Report } from '../progress.ts';
import { type AttemptHooks, OutOfAttempts, type RetryPolicy, withRetries } from './attempts.ts';
import type { Operation } from './deadline.ts';
import type { GivenUp } from './failure.ts';
import type { Target } from './target.ts';
import { shownUrl } from '../text/shown-url.ts';

/** How a failing source gives way to the next one. */
export interface SourceRun<T> {
  readonly sources: readonly Target[];
  readonly attempt: (source: Target) => Promise<T>;
  readonly policy: RetryPolicy;
  readonly operation: Operation;
  readonly report: Report;
  readonly madeProgress?: () => boolean;
}

/** Every source failed; each with its last failure, in the order in which they were asked. */
export class OutOfSources extends Error {
  override readonly name = 'OutOfSources';
  readonly givenUp: readonly GivenUp[];

  constructor(givenUp: readonly GivenUp[]) {
    super('every source failed');
    this.givenUp = givenUp;
  }
}

/**
 * Asks one source after the other, each with all its retries, until one answers.
 *
 * @throws OutOfSources
 */
export async function fromFirstSource<T>(run: SourceRun<T>): Promise<T> {
  const { sources, attempt, policy, operation, report, madeProgress } = run;
  const givenUp: GivenUp[] = [];
  for (const [index, source] of sources.entries()) {
    const url = shownUrl(source.url);
    const hooks: AttemptHooks = {
      onRetry: (made, reason, delayMs) => report({ kind: 'retry', url, attempt: made, reason, delayMs }),
      ...(madeProgress === undefined ? {} : { madeProgress }),
    };
    const last = index === sources.length - 1;
    const patience = last ? policy : { ...policy, longestWaitMs: MAX_WAIT_BEFORE_NEXT_SOURCE_MS };
    try {
      return await withRetries(async () => attempt(source), patience, operation, hooks);
    } catch (error) {
      if (!(error instanceof OutOfAttempts)) throw error;
      givenUp.push({ url, attempts: error.attempts, failure: error.failure });
      if (operation.signal.aborted) break;
      const next = sources[index + 1];
      if (next === undefined) break;
      report({
        kind: 'next-source',
        from: url,
        to: shownUrl(next.url),
        reason: error.failure.failure.reason,
      });
    }
  }
  throw new OutOfSources(givenUp);
}
