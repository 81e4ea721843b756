/**
 * The network of a run that must not use it. No socket is opened and no name is looked up, because the code that does
 * that is not even loaded.
 */
import { UnavailableError } from '../errors.ts';
import { shownUrl } from '../text/shown-url.ts';
import type { HttpClient } from './http-client.ts';

/** Whether it is what a run fails with that must not use the network. */
export function isOffline(error: unknown): boolean {
  return error instanceof UnavailableError && error.code === 'offline';
}

/** Refuses every request with UnavailableError `offline`. */
export function offlineHttpClient(): HttpClient {
  return {
    isOffline: true,
    fetchSmall: refuse,
    download: refuse,
    underWay: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function refuse({ what, url }: { readonly what: string; readonly url: string }): Promise<never> {
  return Promise.reject(notAsked(what, url));
}

/**
 * @param what "the signature of kubectl v1.26.0".
 * @param url where it would have been fetched from.
 */
export function notAsked(what: string, url: string): UnavailableError {
  const found = 'this run is offline';
  return new UnavailableError('offline', `could not fetch ${what}: ${found}`, {
    found,
    from: shownUrl(url),
    next: 'make the same run with a network',
  });
}
