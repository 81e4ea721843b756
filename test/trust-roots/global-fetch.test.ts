import { describe, expect, it } from 'vitest';
import { runWithFetch } from '../../scripts/trust-roots/global-fetch.ts';
import { startProxy } from '#support/proxy';
import { client, rejection, serve } from '../unit/http/loopback.ts';

const LIMITS = { maxBytes: 100, what: 'the trust root' } as const;

describe('the global fetch, run through a client', () => {
  it('uses its proxy and its retries', async () => {
    await using proxy = await startProxy();
    const server = await serve((_request, response, number) => {
      if (number === 1) response.writeHead(429).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"version":1}');
    });
    const http = client({ env: { HTTP_PROXY: proxy.url } });
    const json = await runWithFetch(http, LIMITS, async () => {
      const response = await fetch(`${server.origin}/1.root.json`, { headers: { 'User-Agent': 'tuf' } });
      return [response.ok, response.status, response.headers.get('content-type'), await response.json()];
    });
    expect(json).toEqual([true, 200, 'application/json', { version: 1 }]);
    expect(proxy.requests).toHaveLength(2);
    expect(http.events).toMatchObject([{ kind: 'retry', reason: 'HTTP 429 Too Many Requests' }]);
  });

  it('can be read as a stream, as tuf-js reads it', async () => {
    const { origin } = await serve((_request, response) => void response.end('{}'));
    const chunks = await runWithFetch(client(), LIMITS, async () => {
      const reader = (await fetch(new URL(origin))).body?.getReader();
      const read: Uint8Array[] = [];
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
        read.push(part.value);
      return read;
    });
    expect(Buffer.concat(chunks).toString()).toBe('{}');
  });

  it.each([403, 404])('takes %i for an answer', async (status) => {
    const { origin } = await serve((_request, response) => void response.writeHead(status).end('no'));
    const response = await runWithFetch(client(), LIMITS, async () => fetch(origin));
    expect([response.ok, response.status]).toEqual([false, status]);
  });

  it('rejects with the client’s own error', async () => {
    const { origin } = await serve((_request, response) => void response.writeHead(500).end());
    const error = await rejection(runWithFetch(client(), LIMITS, async () => fetch(origin)));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'http-status' });
    expect(error.message).toContain('could not fetch the trust root: HTTP 500');
  });

  it('rejects with the reason of the caller’s signal', async () => {
    const { origin } = await serve(() => {});
    const reason = new Error('too slow');
    const abort = new AbortController();
    const pending = runWithFetch(client(), LIMITS, async () => fetch(origin, { signal: abort.signal }));
    abort.abort(reason);
    expect(await rejection(pending)).toBe(reason);
  });

  it('bounds every body', async () => {
    const { origin } = await serve((_request, response) => void response.end('x'.repeat(101)));
    const error = await rejection(runWithFetch(client(), LIMITS, async () => fetch(origin)));
    expect(error).toMatchObject({ code: 'material-oversized' });
  });

  it('is what it was outside, beside and after', async () => {
    const original = globalThis.fetch;
    const server = await serve((_request, response) => void response.end('x'));
    const http = client({ userAgent: 'inside' });
    const inside = Promise.withResolvers<void>();
    const outer = runWithFetch(http, LIMITS, async () => {
      await inside.promise;
      return runWithFetch(http, LIMITS, async () => fetch(server.origin));
    });
    await fetch(server.origin, { headers: { 'user-agent': 'beside' } });
    inside.resolve();
    await outer;
    await rejection(runWithFetch(http, LIMITS, async () => Promise.reject(new Error('failed'))));
    expect(globalThis.fetch).toBe(original);
    expect(server.requests.map(({ headers }) => headers['user-agent'])).toEqual(['beside', 'inside']);
  });

  it('sends anything but a GET the usual way', async () => {
    const server = await serve((_request, response) => void response.end());
    await runWithFetch(client(), LIMITS, async () => fetch(server.origin, { method: 'POST', body: 'x' }));
    expect(server.requests).toMatchObject([{ method: 'POST', body: 'x' }]);
    expect(server.requests[0]?.headers['user-agent']).not.toBe('k8s-verify');
  });
});
