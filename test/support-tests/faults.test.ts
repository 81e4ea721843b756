import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, fault, HTML_ERROR_PAGE } from '#support/http/faults';
import { LoopbackServer } from '#support/http/loopback-server';

const BODY = 'x'.repeat(300_000);
let server: LoopbackServer;

beforeAll(async () => {
  server = await LoopbackServer.start(() => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: BODY,
    ranges: true,
  }));
});
afterAll(() => server.close());
beforeEach(() => server.clearFaults());

interface Received {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  /** How the reply ended: whole, or with an error's code. */
  readonly end: string;
}

/** A request that tells how its reply ended; `stopAfter` hangs up once so many bytes came. */
async function receive(
  path: string,
  options: { headers?: Record<string, string>; stopAfter?: number } = {},
): Promise<Received> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let status: number | undefined;
    let headers = {};
    const done = (end: string): void => {
      outgoing.destroy();
      resolve({ status, headers, bytes: Buffer.concat(parts), end });
    };
    const outgoing = httpRequest(
      `${server.url}${path}`,
      { agent: false, headers: options.headers ?? {} },
      (reply) => {
        status = reply.statusCode;
        headers = reply.headers;
        let length = 0;
        reply.on('data', (part: Buffer) => {
          parts.push(part);
          length += part.length;
          if (length >= (options.stopAfter ?? Number.POSITIVE_INFINITY)) done('stopped');
        });
        reply.on('end', () => done(reply.complete ? 'whole' : 'incomplete'));
        reply.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    outgoing.end();
  });
}

const textOf = ({ bytes }: Received): string => bytes.toString();

describe('replies of another kind', () => {
  it.each([
    {
      name: 'a status with Retry-After in seconds',
      fault: fault.status(503, { retryAfter: 7 }),
      status: 503,
      header: ['retry-after', '7'],
    },
    {
      name: 'a status with Retry-After as a date',
      fault: fault.status(429, { retryAfter: new Date('2030-01-02T03:04:05Z') }),
      status: 429,
      header: ['retry-after', 'Wed, 02 Jan 2030 03:04:05 GMT'],
    },
    {
      name: 'HTML with 200',
      fault: fault.html(),
      status: 200,
      header: ['content-type', 'text/html'],
      body: HTML_ERROR_PAGE,
    },
    { name: 'an empty body', fault: fault.empty(), status: 200, header: ['content-length', '0'], body: '' },
    {
      name: 'another body',
      fault: fault.body('other', 'text/x'),
      status: 200,
      header: ['content-type', 'text/x'],
      body: 'other',
    },
    {
      name: 'a redirect',
      fault: fault.redirect('http://other.test/'),
      status: 302,
      header: ['location', 'http://other.test/'],
    },
    {
      name: 'a loop',
      fault: fault.redirect(({ path }) => path, 307),
      status: 307,
      header: ['location', '/path'],
    },
    { name: '304', fault: fault.notModified(), status: 304, header: ['content-length', undefined] },
    {
      name: 'a wrong Content-Range',
      fault: fault.contentRange('bytes 7-9/10'),
      status: 206,
      header: ['content-range', 'bytes 7-9/10'],
      body: BODY,
    },
    {
      name: 'an altered reply',
      fault: fault.alter((honest) => ({ ...honest, status: 201 })),
      status: 201,
      header: ['content-type', 'text/plain'],
    },
  ])('$name', async ({ fault: broken, status, header, body }) => {
    server.fault('/path', broken);
    const received = await receive('/path');
    const [name = '', value] = header;
    expect(received.status).toBe(status);
    expect(received.headers[name]).toBe(value);
    expect(body ?? textOf(received)).toBe(textOf(received));
    expect(received.end).toBe('whole');
  });

  it('redirects a number of times', async () => {
    server.fault('/chain', fault.redirectChain(3));
    const response = await fetch(`${server.url}/chain`);
    expect(await response.text()).toBe(BODY);
    expect(server.requestsFor('/chain').map(({ status }) => status)).toEqual([302, 302, 302, 200]);
  });

  it('ignores ranges', async () => {
    const headers = { range: 'bytes=5-9' };
    expect(await receive('/path', { headers })).toMatchObject({ status: 206 });
    server.fault('/path', fault.ignoreRange());
    expect(await receive('/path', { headers })).toMatchObject({ status: 200 });
  });

  it.each([
    { encoding: 'gzip', decode: gunzipSync },
    { encoding: 'deflate', decode: inflateSync },
  ] as const)('compresses with $encoding', async ({ encoding, decode }) => {
    server.fault('/path', fault.encode(encoding));
    const { headers, bytes } = await receive('/path');
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(decode(bytes).toString()).toBe(BODY);
  });

  it('leaves out the Content-Length', async () => {
    server.fault('/path', fault.withoutContentLength());
    const received = await receive('/path');
    expect(received.headers['content-length']).toBeUndefined();
    expect(received.headers['transfer-encoding']).toBe('chunked');
    expect(textOf(received)).toBe(BODY);
  });
});

describe('broken replies', () => {
  it.each<{ name: string; fault: Fault; status: number | undefined; bytes: number; end: string | RegExp }>([
    { name: 'truncated', fault: fault.truncate(100_000), status: 200, bytes: 100_000, end: 'ECONNRESET' },
    {
      name: 'truncated before the first byte',
      fault: fault.truncate(0),
      status: 200,
      bytes: 0,
      end: 'ECONNRESET',
    },
    { name: 'reset half-way', fault: fault.reset(100_000), status: 200, bytes: 100_000, end: 'ECONNRESET' },
    { name: 'reset before anything', fault: fault.reset(), status: undefined, bytes: 0, end: 'ECONNRESET' },
    {
      name: 'Content-Length too large',
      fault: fault.contentLength(300_001),
      status: 200,
      bytes: 300_000,
      end: 'ECONNRESET',
    },
    { name: 'no HTTP', fault: fault.raw('garbage\r\n\r\n'), status: undefined, bytes: 0, end: /HPE_/ },
    { name: 'nothing', fault: fault.raw(''), status: undefined, bytes: 0, end: 'ECONNRESET' },
  ])('$name', async ({ fault: broken, status, bytes, end }) => {
    server.fault('/path', broken);
    const received = await receive('/path');
    expect(received.status).toBe(status);
    expect(received.bytes.length).toBe(bytes);
    expect(received.end).toMatch(end);
  });

  it('has a Content-Length too small, and bytes after it', async () => {
    server.fault('/path', fault.contentLength(10));
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /path HTTP/1.1\r\nhost: x\r\n\r\n');
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toContain('content-length: 10');
    expect(body).toBe(BODY);
  });

  it('stalls half-way until the client goes away', async () => {
    server.fault('/stalled', fault.stall(1000));
    const { bytes, end } = await receive('/stalled', { stopAfter: 1000 });
    expect({ length: bytes.length, end }).toEqual({ length: 1000, end: 'stopped' });
    const [entry] = server.requestsFor('/stalled');
    expect(entry).toMatchObject({ bytesSent: 1000 });
    expect(entry?.outcome).not.toBe('finished');
  });

  it('never answers, and lets go when the client does', async () => {
    server.fault('/silent', fault.stall());
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /silent HTTP/1.1\r\nhost: x\r\n\r\n');
    const entry = await server.waitFor('/silent');
    expect(entry).toMatchObject({ method: 'GET', status: undefined, bytesSent: 0 });
    socket.destroy();
    await once(socket, 'close');
  });

  it('never ends', async () => {
    server.fault('/endless', fault.endless());
    const { bytes, headers } = await receive('/endless', { stopAfter: 3_000_000 });
    expect(bytes.length).toBeGreaterThanOrEqual(3_000_000);
    expect(headers['content-length']).toBeUndefined();
  });
});

describe('when faults happen', () => {
  it('fails the first requests alone', async () => {
    server.fault('/path', fault.status(500), { times: 2 });
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await receive('/path')).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('tells requests apart by the end of the path, by pattern and by predicate', async () => {
    server.fault('.sig', fault.status(500));
    server.fault(/^\/b\//, fault.status(501));
    server.fault(({ query }) => query.has('q'), fault.status(502));
    const paths = ['/a/x.sig', '/b/x', '/c?q=1', '/a/x.sigh'];
    const statuses = [];
    for (const path of paths) statuses.push((await receive(path)).status);
    expect(statuses).toEqual([500, 501, 502, 200]);
  });

  it('the last rule goes first, and its turn leads to the one before', async () => {
    server.fault('/path', fault.status(500));
    server.fault('/path', fault.status(503), { times: 1 });
    expect([(await receive('/path')).status, (await receive('/path')).status]).toEqual([503, 500]);
  });
});

describe('the log of requests', () => {
  it('has method, path, query, headers, body, status and bytes', async () => {
    await fetch(`${server.url}/logged?a=1`, {
      method: 'POST',
      headers: { 'x-test': 'yes' },
      body: 'sent',
    }).then((reply) => reply.text());
    const [entry] = server.requestsFor('/logged');
    expect(entry).toMatchObject({
      method: 'POST',
      path: '/logged',
      status: 200,
      bytesSent: BODY.length,
      outcome: 'finished',
    });
    expect(entry?.query.get('a')).toBe('1');
    expect(entry?.headers['x-test']).toBe('yes');
    expect(Buffer.from(entry?.body ?? []).toString()).toBe('sent');
  });

  it('says when so many bytes are sent', async () => {
    server.fault('/progress', fault.stall(200_000));
    const reached = server.waitFor('/progress', 200_000);
    const client = receive('/progress', { stopAfter: 200_000 });
    expect((await reached).bytesSent).toBe(200_000);
    await client;
  });
});

describe('the speed of a link', () => {
  it('is a rate for all bodies together, and whole bodies', async () => {
    await using slow = await LoopbackServer.start(() => ({ status: 200, body: new Uint8Array(100_000) }), {
      bitsPerSecond: 80_000_000,
    });
    slow.delay('/late', 1);
    const replies = ['/a', '/b', '/late'].map((path) =>
      fetch(`${slow.url}${path}`).then((reply) => reply.arrayBuffer()),
    );
    const sizes = (await Promise.all(replies)).map(({ byteLength }) => byteLength);
    expect(sizes).toEqual([100_000, 100_000, 100_000]);
  });
});
