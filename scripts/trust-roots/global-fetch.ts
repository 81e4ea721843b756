import { AsyncLocalStorage } from 'node:async_hooks';
import { InterruptedError } from '../../src/errors.ts';
import type { HttpClient } from '../../src/http/http-client.ts';

interface FetchContext {
  readonly http: HttpClient;
  readonly maxBytes: number;
  readonly what: string;
}

const context = new AsyncLocalStorage<FetchContext>();
let runs = 0;
let original: typeof globalThis.fetch | undefined;

/**
 * Runs something that makes its requests with the global `fetch` (tuf-js does), and lets those go through the given
 * client instead: with its proxies, CAs, retries, redirect rules and limits. Only GETs that are made within `run` are
 * affected; whoever else uses `fetch` meanwhile gets the original.
 *
 * The client repeats what deserves it, so that a caller with retries and timeouts of its own should switch them off.
 * Statuses 403 and 404 are answers (TUF asks for root versions until there is none); any other failure rejects with
 * the client's own error.
 *
 * @param maxBytes bounds every body.
 * @param what is fetched, for messages.
 */
export async function runWithFetch<T>(
  http: HttpClient,
  { maxBytes, what }: { readonly maxBytes: number; readonly what: string },
  run: () => Promise<T>,
): Promise<T> {
  if (runs === 0) {
    original = globalThis.fetch;
    globalThis.fetch = routedFetch;
  }
  runs += 1;
  try {
    return await context.run({ http, maxBytes, what }, run);
  } finally {
    runs -= 1;
    if (runs === 0 && original !== undefined) globalThis.fetch = original;
  }
}

const routedFetch: typeof globalThis.fetch = async (input, init) => {
  const here = context.getStore();
  const target = input instanceof URL ? input.href : input;
  if (here === undefined || typeof target !== 'string' || (init?.method ?? 'GET') !== 'GET') {
    return (original ?? globalThis.fetch)(input, init);
  }
  const signal = init?.signal ?? undefined;
  try {
    const { status, body, contentType } = await here.http.fetchSmall({
      url: target,
      maxBytes: here.maxBytes,
      accept: [200, 403, 404],
      what: here.what,
      signal,
    });
    return new Response(body, { status, headers: { 'content-type': contentType } });
  } catch (error) {
    // What `fetch` does: the reason of the abort, as it is.
    throw error instanceof InterruptedError && signal?.aborted === true ? signal.reason : error;
  }
};
