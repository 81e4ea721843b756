import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import type { ProgressEvent, SmallRequest } from '../../../src/ports.ts';
import { closedPort } from '../../support/http/listen.ts';
import { client, type Handler, rejection, serve, serveRaw, serveTexts } from './loopback.ts';

const WHAT = 'the signature of kubectl v1.26.0';

function request(url: string, change: Partial<SmallRequest> = {}): SmallRequest {
  return { url, maxBytes: 1000, accept: [200], what: WHAT, ...change };
}

/** The error of a request to a server that answers like this. */
async function failureOf(handler: Handler, options: HttpClientOptions = {}): Promise<Error> {
  const { origin } = await serve(handler);
  return rejection(client(options).fetchSmall(request(`${origin}/kubectl.sig`)));
}

/** Short where a stall is to be seen, and never where a slow machine could be taken for one. */
function stallTimeout(reason: string): number {
  return reason.startsWith('no ') ? 250 : 20_000;
}

describe('a small request', () => {
  it('answers with status, body, URL, media type and the server’s clock', async () => {
    const server = await serve((_request, response) => {
      const headers = { 'content-type': 'Text/Plain; charset=utf-8', date: 'Wed, 21 Oct 2026 07:28:00 GMT' };
      response.writeHead(200, headers).end('v1.26.0');
    });
    const url = `${server.origin}/release/stable.txt`;
    expect(await client().fetchSmall(request(url))).toEqual({
      status: 200,
      body: Buffer.from('v1.26.0'),
      url,
      contentType: 'text/plain',
      date: new Date('2026-10-21T07:28:00Z'),
    });
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/release/stable.txt', body: '' }]);
    expect(server.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'k8s-verify',
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('cache-control');
  });

  it('posts JSON', async () => {
    const server = await serve((_request, response) => void response.end('[]'));
    const url = `${server.origin}/api/v1/log/entries/retrieve`;
    await client({ userAgent: 'k8s-verify/1.2.3' }).fetchSmall(request(url, { json: { entries: ['ä'] } }));
    expect(server.requests).toMatchObject([{ method: 'POST', body: '{"entries":["ä"]}' }]);
    expect(server.requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'k8s-verify/1.2.3',
    });
  });

  it('asks past caches where it should', async () => {
    const server = await serve((_request, response) => void response.end());
    await client().fetchSmall(request(server.origin, { bypassCache: true }));
    expect(server.requests[0]?.headers).toMatchObject({ 'cache-control': 'no-cache', pragma: 'no-cache' });
  });

  it('takes every accepted status as the answer, at once', async () => {
    const server = await serve((_request, response) => void response.writeHead(404).end('none'));
    const answer = await client().fetchSmall(request(server.origin, { accept: [200, 404] }));
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([404, 'none']);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['longer than the bound', {}, 'x'.repeat(5000), 1000],
    ['announced to be longer than the bound', { 'content-length': '5000' }, 'x'.repeat(5000), 1000],
    ['without an end', {}, undefined, 1000],
    ['compressed', { 'content-encoding': 'gzip' }, 'x', 0],
  ])(
    'lets no error page stand in the way of an accepted status: %s',
    async (_name, headers, page, length) => {
      const { origin } = await serve((_request, response) => {
        response.writeHead(404, headers);
        const more = (): void => void response.write('x'.repeat(100), () => setImmediate(more));
        if (page === undefined) more();
        else response.end(page);
      });
      const { status, body } = await client().fetchSmall(request(origin, { accept: [200, 404] }));
      expect([status, body.length]).toEqual([404, length]);
    },
  );

  it.each([
    ['nothing', ''],
    ['as much as is allowed', 'x'.repeat(1000)],
  ])('takes a body of %s', async (_name, text) => {
    const { origin } = await serve((_request, response) => void response.end(text));
    expect(Buffer.from((await client().fetchSmall(request(origin))).body).toString()).toBe(text);
  });

  it('keeps its connections for the next requests, after a refused one too', async () => {
    const sockets = new Set<Socket>();
    const { origin } = await serve((incoming, response, number) => {
      sockets.add(incoming.socket);
      response.writeHead(number === 1 ? 404 : 200).end('x');
    });
    const http = client();
    await rejection(http.fetchSmall(request(origin)));
    for (let count = 0; count < 6; count += 1) await http.fetchSmall(request(origin));
    // The rest of the refused answer may still be on its way when the second request is made.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('uses credentials of the URL, and prints them nowhere', async () => {
    const server = await serve((_request, response) => void response.writeHead(403).end());
    const http = client();
    const error = await rejection(http.fetchSmall(request(server.origin.replace('//', '//user:s%40cret@'))));
    expect(server.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:s@cret').toString('base64')}`,
    );
    expect(error.message).toBe(`could not fetch ${WHAT}: HTTP 403 Forbidden (${server.origin}/, 1 attempt)`);
  });
});

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
    const code = reason.startsWith('HTTP') ? 'http-status' : reason.startsWith('no ') ? 'timeout' : 'network';
    expect(error).toMatchObject({ name: 'UnavailableError', code });
    expect(error.message).toContain(`could not fetch ${WHAT}: `);
    expect(error.message).toContain(reason);
    expect(error.message).toMatch(/\(http:\/\/127\.0\.0\.1:\d+\/kubectl\.sig, 2 attempts\)$/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('is made again when nothing listens', async () => {
    const port = await closedPort();
    const http = client({ retries: 1 });
    const error = await rejection(http.fetchSmall(request(`http://127.0.0.1:${port}/`)));
    expect(error).toMatchObject({ code: 'network', advice: expect.stringContaining('HTTPS_PROXY') });
    expect(error.message).toContain(
      `connection refused (127.0.0.1:${port}) (http://127.0.0.1:${port}/, 2 attempts)`,
    );
    expect(http.events).toHaveLength(1);
  });

  it('is made again when the name is unknown', async () => {
    const http = client({ retries: 1 });
    const error = await rejection(http.fetchSmall(request('http://dl.k8s-verify.invalid/')));
    expect(error).toMatchObject({ code: 'network', advice: expect.stringContaining('DNS') });
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
    ['seconds', { 'retry-after': '30' }, 30_000],
    [
      'a date, held against the clock of the server',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:40 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      40_000,
    ],
    ['a day, capped', { 'retry-after': '86400' }, 60_000],
    ['nonsense, ignored', { 'retry-after': 'later' }, 10_000],
  ])('heeds Retry-After: %s', async (_name, headers, delayMs) => {
    // The wait would end after the deadline: the request fails at once and says how long it would have waited.
    const http = client({ timeoutMs: 9999, retryDelayMs: 20_000, random: () => 0.5 });
    const { origin } = await serve((_request, response) => void response.writeHead(503, headers).end());
    const error = await rejection(http.fetchSmall(request(origin)));
    expect(error).toMatchObject({ code: 'timeout', advice: expect.stringContaining('--timeout') });
    expect(error.message).toContain(
      'HTTP 503 Service Unavailable; not done within 10 s: the next attempt would be in',
    );
    expect(error.message).toContain(`would be in ${delayMs / 1000} s (`);
    expect(http.events).toEqual([]);
  });
});

describe('a small request that fails for good', () => {
  it.each([400, 401, 403, 404, 405, 410, 451])('is not made again: status %i', async (status) => {
    const server = await serve((_request, response) => void response.writeHead(status).end('no'));
    const error = await rejection(client().fetchSmall(request(server.origin)));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'http-status' });
    expect(error.message).toContain(`HTTP ${status} `);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['Content-Length says so', { 'content-length': '1001' }, '1,001 bytes (Content-Length)'],
    ['it has no end', {}, 'more than 1,000 bytes'],
  ])('is not made again: too large a body, %s', async (_name, headers, found) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, headers).flushHeaders();
      const more = (): void => void response.write('x'.repeat(100), () => setImmediate(more));
      if (!('content-length' in headers)) more();
    });
    const error = await rejection(client().fetchSmall(request(server.origin)));
    expect(error).toMatchObject({
      name: 'UntrustedError',
      code: 'material-oversized',
      expected: 'at most 1,000 bytes',
      found: expect.stringContaining(found),
    });
    expect(error.message).toContain(WHAT);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['gzip', 'br', 'x-\u00e4'])('is not made again: a body in %s', async (encoding) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end('x');
    });
    const error = await rejection(client().fetchSmall(request(server.origin)));
    expect(error).toMatchObject({ code: 'response-invalid', advice: expect.stringContaining('identity') });
    expect(error.message).toContain('the body is encoded ("');
    expect(server.requests).toHaveLength(1);
  });

  it('takes "identity" for what it is', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'identity' }).end('x');
    });
    expect((await client().fetchSmall(request(origin))).body).toHaveLength(1);
  });

  it.each([
    ['a garbage status line', 'SSH-2.0-OpenSSH_9.2p1\r\n\r\n', 'not valid HTTP'],
    ['HTTP/0.9', '<html>hello</html>', 'not valid HTTP'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'not valid HTTP'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx', 'not valid HTTP'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'not valid HTTP',
    ],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nxx\r\n', 'not valid HTTP'],
    ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`, 'too large'],
  ])('is not made again: %s', async (_name, text, reason) => {
    const { origin } = await serveTexts(text);
    const http = client();
    const error = await rejection(http.fetchSmall(request(origin)));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'response-invalid' });
    expect(error.message).toContain(reason);
    expect(http.events).toEqual([]);
  });

  it.each(['ftp://dl.k8s.io/', 'dl.k8s.io', 'file:///etc/passwd'])('never starts for %s', async (url) => {
    expect(await rejection(client().fetchSmall(request(url)))).toMatchObject({
      name: 'RequestError',
      code: 'usage',
    });
  });
});

describe('a small request that takes too long', () => {
  it('ends at the deadline, however often it could still be made', async () => {
    const { origin } = await serve(() => {});
    const error = await rejection(client({ timeoutMs: 50, retries: 1000 }).fetchSmall(request(origin)));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'timeout' });
    expect(error.message).toContain('not done within 50 ms');
  });

  it('ends at the deadline although bytes keep dripping', async () => {
    const { origin } = await serve((_request, response) => {
      const drip = (): void => void response.write('x', () => setTimeout(drip, 10).unref());
      drip();
    });
    const error = await rejection(client({ timeoutMs: 100 }).fetchSmall(request(origin)));
    expect(error).toMatchObject({ code: 'timeout' });
  });
});

describe('an interrupted small request', () => {
  const interrupted = { name: 'InterruptedError', code: 'interrupted', cause: 'Ctrl-C' };

  it('is not even started', async () => {
    const server = await serve((_request, response) => void response.end());
    const signal = AbortSignal.abort('Ctrl-C');
    expect(await rejection(client().fetchSmall(request(server.origin, { signal })))).toMatchObject(
      interrupted,
    );
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['waits for an answer', '', () => {}],
    ['reads a body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx', () => {}],
  ])('ends its connection while it %s', async (_name, text) => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const { origin } = await serveRaw((socket) => {
      socket.on('close', () => closed.resolve());
      socket.once('data', () => {
        if (text === '') abort.abort('Ctrl-C');
        else socket.write(text, () => setImmediate(() => abort.abort('Ctrl-C')));
      });
    });
    const error = await rejection(client().fetchSmall(request(origin, { signal: abort.signal })));
    expect(error).toMatchObject(interrupted);
    await closed.promise;
  });

  it('ends while it waits for the next attempt', async () => {
    const abort = new AbortController();
    const { origin } = await serve((_request, response) => {
      response.writeHead(503, { 'retry-after': '50' }).end();
    });
    // The wait begins once it is told.
    const report = (event: ProgressEvent): void => {
      if (event.kind === 'retry') setImmediate(() => abort.abort('Ctrl-C'));
    };
    const pending = client({ report }).fetchSmall(request(origin, { signal: abort.signal }));
    expect(await rejection(pending)).toMatchObject(interrupted);
  });

  it('ends while a connection is being made', async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    // The server takes the connection and says nothing, so that TLS is never set up.
    const { origin } = await serveRaw((socket) => {
      socket.on('data', () => abort.abort('Ctrl-C'));
      socket.on('close', () => closed.resolve());
    });
    const http = client();
    const pending = http.fetchSmall(request(origin.replace('http:', 'https:'), { signal: abort.signal }));
    expect(await rejection(pending)).toMatchObject(interrupted);
    await http.close();
    await closed.promise;
  });
});

describe('a closed client', () => {
  it('starts nothing any more', async () => {
    const server = await serve((_request, response) => void response.end());
    const http = client();
    await http.close();
    const error = await rejection(http.fetchSmall(request(server.origin)));
    expect(error).toMatchObject({
      code: 'network',
      message: expect.stringContaining('the client was closed'),
    });
    expect(server.requests).toEqual([]);
  });

  it('fails what is still running, and whatever comes after', async () => {
    const { origin } = await serve(() => void http.close());
    const http = client();
    const closed = { code: 'network', message: expect.stringContaining('the client was closed') };
    expect(await rejection(http.fetchSmall(request(origin)))).toMatchObject(closed);
    expect(await rejection(http.fetchSmall(request(origin)))).toMatchObject(closed);
  });
});
