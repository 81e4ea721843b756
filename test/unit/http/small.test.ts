import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { client, rejection, serve, serveTexts } from './loopback.ts';
import { request, WHAT } from './small-request.ts';

describe('a small request', () => {
  it('answers with status, body, URL, media type and the server’s clock', async () => {
    const server = await serve((_request, response) => {
      const headers = { 'content-type': 'Text/Plain; charset=utf-8', date: 'Wed, 21 Oct 2026 07:28:00 GMT' };
      response.writeHead(200, headers).end('v1.26.0');
    });
    const url = `${server.origin}/release/stable.txt`;
    expect(await client().fetchSmall(request(url))).toEqual({
      status: 200,
      fromOtherHost: false,
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
    expect(error.message).toBe(`could not fetch ${WHAT}: HTTP 403 Forbidden`);
    expect(error).toHaveProperty('from', `${server.origin}/`);
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
      wanted: 'at most 1,000 bytes',
      found: expect.stringContaining(found),
    });
    expect(error.message).toContain(WHAT);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['gzip', 'br', 'x-\u00e4', 'aws-chunked,gzip'])(
    'is not made again: a body in %s',
    async (encoding) => {
      const server = await serve((_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end('x');
      });
      const error = await rejection(client().fetchSmall(request(server.origin)));
      expect(error).toMatchObject({ code: 'response-invalid', next: expect.stringContaining('identity') });
      expect(error.message).toContain('the body is encoded ("');
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each(['identity', 'aws-chunked', 'AWS-Chunked, identity'])(
    'takes %j for what it is',
    async (encoding) => {
      const { origin } = await serve((_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end('x');
      });
      expect((await client().fetchSmall(request(origin))).body).toHaveLength(1);
    },
  );

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
