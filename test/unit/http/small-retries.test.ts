import { describe, expect, it } from 'vitest';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import { closedPort } from '#support/http/listen';
import { client, type Handler, rejection, serve } from './loopback.ts';
import { request, WHAT } from './small-request.ts';

/** The error of a request to a server that answers like this. */
async function failureOf(handler: Handler, options: HttpClientOptions = {}): Promise<Error> {
  const { origin } = await serve(handler);
  return rejection(client(options).fetchSmall(request(`${origin}/kubectl.sig`)));
}

/** Short where a stall is to be seen, and never where a slow machine could be taken for one. */
function stallTimeout(reason: string): number {
  return reason.startsWith('no ') ? 250 : 20_000;
}

describe('a small request that fails for a passing reason', () => {
  const passing: readonly (readonly [string, Handler, string])[] = [
    ...[408, 425, 429, 500, 502, 503, 504].map((status): [string, Handler, string] => [
      `status ${status}`,
      (_request, response) => void response.writeHead(status).end('<html>'),
      `HTTP ${status} `,
    ]),
    [
      'a connection that is closed',
      (incoming) => void incoming.socket.end(),
      'connection closed by the server',
    ],
    ['a connection that is reset', (incoming) => void incoming.socket.resetAndDestroy(), 'connection '],
    [
      'a body that is cut short',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('x'.repeat(40), () => response.socket?.end());
      },
      'after 40 of 100 bytes',
    ],
    [
      'a chunked body that is cut short',
      (_request, response) => void response.write('x'.repeat(40), () => response.socket?.end()),
      'after 40 bytes',
    ],
    ['no answer', () => {}, 'no answer for 250 ms'],
    [
      'a body that stalls',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('x');
      },
      'no byte for 250 ms after 1 of 100 bytes',
    ],
  ];

  it.each(passing)('is made again: %s', async (_name, fault, reason) => {
    const server = await serve((incoming, response, number) =>
      number < 3 ? fault(incoming, response, number) : void response.end('ok'),
    );
    const http = client({ stallTimeoutMs: stallTimeout(reason) });
    const url = `${server.origin}/kubectl.sig`;
    expect(Buffer.from((await http.fetchSmall(request(url))).body).toString()).toBe('ok');
    const retry = {
      kind: 'retry',
      url,
      reason: expect.stringContaining(reason),
      delayMs: expect.any(Number),
    };
    expect(http.events).toEqual([
      { ...retry, attempt: 1 },
      { ...retry, attempt: 2 },
    ]);
  });

  it.each(passing)('is given up after its retries: %s', async (_name, fault, reason) => {
    const error = await failureOf(fault, { stallTimeoutMs: stallTimeout(reason), retries: 1 });
    const status = reason === 'HTTP 429 ' ? 'rate-limited' : 'http-status';
    const code = reason.startsWith('HTTP') ? status : reason.startsWith('no ') ? 'timeout' : 'network';
    expect(error).toMatchObject({ name: 'UnavailableError', code });
    expect(error.message).toContain(`could not fetch ${WHAT}: `);
    expect(error.message).toContain(reason);
    expect(error.message).toMatch(/, 2 tries$/);
    expect(error).toHaveProperty('from', expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/kubectl\.sig$/));
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('is made again when nothing listens', async () => {
    const port = await closedPort();
    const http = client({ retries: 1 });
    const error = await rejection(http.fetchSmall(request(`http://127.0.0.1:${port}/`)));
    expect(error).toMatchObject({ code: 'network', next: expect.stringContaining('HTTPS_PROXY') });
    expect(error.message).toContain(`connection refused (127.0.0.1:${port}), 2 tries`);
    expect(error).toHaveProperty('from', `http://127.0.0.1:${port}/`);
    expect(http.events).toHaveLength(1);
  });

  it('is made again when the name is unknown', async () => {
    const http = client({ retries: 1 });
    const error = await rejection(http.fetchSmall(request('http://dl.k8s-verify.invalid/')));
    expect(error).toMatchObject({ code: 'network', next: expect.stringContaining('DNS') });
    expect(error.message).toMatch(/DNS look-up failed for dl\.k8s-verify\.invalid \((ENOTFOUND|EAI_AGAIN)\)/);
    expect(http.events).toHaveLength(1);
  });

  it('is never made again with retries 0', async () => {
    const server = await serve((_request, response) => void response.writeHead(503).end());
    const error = await rejection(client({ retries: 0 }).fetchSmall(request(server.origin)));
    expect(error.message).toContain('HTTP 503 Service Unavailable');
    expect(server.requests).toHaveLength(1);
  });

  it('waits a random part of a bound that doubles', async () => {
    const { origin } = await serve((_request, response) => void response.writeHead(500).end());
    const http = client({ retries: 3, retryDelayMs: 4, random: () => 0.5 });
    await rejection(http.fetchSmall(request(origin)));
    expect(http.events.map((event) => event.kind === 'retry' && event.delayMs)).toEqual([2, 4, 8]);
  });

  it.each([
    ['seconds', { 'retry-after': '30' }, 40_000],
    [
      'a date, held against the clock of the server',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:40 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      50_000,
    ],
    ['a day, capped', { 'retry-after': '86400' }, 75_000],
    ['nonsense, ignored', { 'retry-after': 'later' }, 10_000],
  ])('heeds Retry-After: %s', async (_name, headers, delayMs) => {
    // The wait would end after the deadline: the request fails at once and says how long it would have waited.
    const http = client({ timeoutMs: 9999, retryDelayMs: 20_000, random: () => 0.5 });
    const { origin } = await serve((_request, response) => void response.writeHead(503, headers).end());
    const error = await rejection(http.fetchSmall(request(origin)));
    expect(error).toMatchObject({ code: 'timeout', next: expect.stringContaining('--timeout') });
    expect(error.message).toContain(
      'HTTP 503 Service Unavailable; not done within 10 s: the next attempt would be in',
    );
    expect(error.message).toMatch(new RegExp(`would be in ${delayMs / 1000} s$`));
    expect(http.events).toEqual([]);
  });
});
