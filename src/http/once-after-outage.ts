import { UnavailableError } from '../errors.ts';
import { TransportFailure } from './failure.ts';
import type { HttpClient } from './http-client.ts';
import { withFetchSmall } from './with-fetch-small.ts';

/**
 * The same network for a run that asks for many files in turn: a host that gave no answer, after all retries, has no
 * further ones until it answers again. So an outage costs the wait once, and not once a file. A limit of requests passes,
 * and is waited for as before.
 */
export function onceAfterOutage(http: HttpClient): HttpClient {
  const silent = new Set<string>();
  return withFetchSmall(http, async (request) => {
    const host = URL.parse(request.url)?.host ?? '';
    try {
      const answer = await http.fetchSmall(silent.has(host) ? { ...request, once: true } : request);
      silent.delete(host);
      return answer;
    } catch (error) {
      if (isSilence(error)) silent.add(host);
      throw error;
    }
  });
}

function isSilence(error: unknown): boolean {
  if (!(error instanceof UnavailableError) || error.code === 'rate-limited') return false;
  return error.cause instanceof TransportFailure && error.cause.failure.transient;
}
