/** A thread that hashes: how it is started, and how it is asked. */
import { Worker } from 'node:worker_threads';
import { InterruptedError } from '../errors.ts';

/** @param program its text; the program may be one file without others next to it. */
export function startThread(program: string): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };
  return new Worker(program, { eval: true, env: {}, execArgv: [], resourceLimits });
}

/**
 * One request, and its answer.
 *
 * @throws InterruptedError; Error where the thread is gone.
 */
export async function askThread<Reply>(
  worker: Worker,
  request: object,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const interrupt = (): void => reject(new InterruptedError('interrupted', { cause: signal?.reason }));
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.postMessage(request, []);
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    worker.off('message', resolve);
    worker.off('error', reject);
  }
}
