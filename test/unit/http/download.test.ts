import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { InstallError } from '../../../src/errors.ts';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import { MAX_BUFFERED_BODY_BYTES } from '../../../src/limits.ts';
import type { DownloadOutcome, DownloadRequest } from '../../../src/ports.ts';
import { closedPort } from '../../support/http/listen.ts';
import {
  client,
  type Handler,
  type Loopback,
  MemorySink,
  pattern,
  rejection,
  serve,
  serveTexts,
  turns,
  type TestClient,
} from './loopback.ts';

const WHAT = 'kubectl v1.26.0 for linux/amd64';
const WHOLE = pattern(300_000);
const OTHER = WHOLE.toReversed();

/** Answers like a file server: with a range where one is asked for. */
function sendFile(request: IncomingMessage, response: ServerResponse, whole: Uint8Array = WHOLE): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start >= whole.length) {
    response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end('out of range');
    return;
  }
  response.writeHead(start === 0 ? 200 : 206, {
    'content-length': whole.length - start,
    ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
  });
  response.end(whole.subarray(start));
}

/** Announces the whole file, sends the first bytes of it, and closes the connection. */
function sendPart(response: ServerResponse, bytes = 100_000, whole: Uint8Array = WHOLE): void {
  response.writeHead(200, { 'content-length': whole.length });
  response.write(whole.subarray(0, bytes), () => response.socket?.end());
}

const whole: Handler = (request, response) => sendFile(request, response);

/** Answers a range request with a status and a range that may not fit, and anything else with another file. */
function odd(status: number, range?: string): Handler {
  return (request, response) => {
    if (request.headers.range === undefined) return sendFile(request, response, OTHER);
    response.writeHead(status, range === undefined ? {} : { 'content-range': range }).end('x'.repeat(50));
  };
}

const ALL_THREE = [undefined, 'bytes=100000-', undefined];

interface Run {
  readonly http: TestClient;
  readonly sink: MemorySink;
  readonly outcome: Promise<DownloadOutcome>;
}

function download(
  servers: readonly Pick<Loopback, 'origin'>[],
  change: Partial<DownloadRequest> & { readonly sink?: MemorySink } = {},
  options: HttpClientOptions = {},
): Run {
  const http = client(options);
  const sink = change.sink ?? new MemorySink();
  const urls = servers.map(({ origin }) => `${origin}/kubectl`);
  return { http, sink, outcome: http.download({ urls, maxBytes: 1_000_000, what: WHAT, ...change, sink }) };
}

function ranges(server: Loopback): readonly (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.range);
}

describe('a download', () => {
  it('delivers every byte in order, and says how far it is', async () => {
    const server = await serve((request, response) => sendFile(request, response));
    const progress: (number | undefined)[][] = [];
    const onProgress = (received: number, total: number | undefined): void =>
      void progress.push([received, total]);
    const { sink, outcome, http } = download([server], { onProgress });
    expect(await outcome).toEqual({
      url: `${server.origin}/kubectl`,
      bytes: WHOLE.length,
      resumed: false,
      endedByClose: false,
    });
    expect(sink.bytes.equals(WHOLE)).toBe(true);
    expect(ranges(server)).toEqual([undefined]);
    expect(http.events).toEqual([]);
    expect(progress.at(-1)).toEqual([WHOLE.length, WHOLE.length]);
    const received = progress.map(([bytes = 0]) => bytes);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
  });

  it.each([
    ['chunks', undefined, false],
    ['the end of the connection', { 'transfer-encoding': 'identity', connection: 'close' }, true],
  ])('takes a body without a length that ends with %s', async (_name, headers, endedByClose) => {
    const server = await serve((_request, response) => {
      if (headers === undefined)
        response.write(WHOLE.subarray(0, 1000), () => response.end(WHOLE.subarray(1000)));
      else
        response.socket?.end(
          Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n'), WHOLE]),
        );
    });
    const { sink, outcome } = download([server]);
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: false, endedByClose });
    expect(sink.bytes.equals(WHOLE)).toBe(true);
  });

  // More than once: giving back a buffer that undici still needs would only show in the next download.
  it.each([1, 2, 3])('waits for its sink, and takes the memory of each chunk back (%i)', async () => {
    const size = 24 * 1024 * 1024;
    let sent = 0;
    const server = await serve((_request, response) => {
      const piece = Buffer.alloc(256 * 1024, 1);
      response.writeHead(200, { 'content-length': size });
      const more = (): void => {
        while (sent < size) {
          sent += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const kept: Uint8Array[] = [];
    let most = 0;
    const sink = new MemorySink(async (length, chunk) => {
      // Nothing is taken from the network for a while; whatever comes in then waits in buffers.
      if (kept.push(chunk) % 100 === 1) await turns(500);
      most = Math.max(most, sent - length);
    });
    const { outcome } = download([server], { sink, maxBytes: size });
    expect(await outcome).toMatchObject({ bytes: size });
    // Its own buffer, and the kernel's on both sides.
    expect(most).toBeLessThan(size - 1024 * 1024);
    expect(kept.filter((chunk) => chunk.byteLength > 0).length).toBeLessThan(kept.length / 10);
  });

  // More than once: giving back a buffer that undici still needs would only show in the next download.
  it.each([1, 2])('goes on after a pause in which nothing more arrived (%i)', async () => {
    const body = pattern(MAX_BUFFERED_BODY_BYTES + 2);
    const first = Promise.withResolvers<void>();
    const filled = Promise.withResolvers<void>();
    const emptied = Promise.withResolvers<void>();
    const server = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 1));
      await first.promise;
      // Just what fills the client's buffer, while its sink is busy with the first byte.
      response.write(body.subarray(1, -1), () => filled.resolve());
      await emptied.promise;
      response.end(body.subarray(-1));
    });
    const sink = new MemorySink(async (length) => {
      if (length === body.length - 1) emptied.resolve();
      if (length > 1) return;
      first.resolve();
      await filled.promise;
      await turns(500);
    });
    const { outcome } = download([server], { sink, maxBytes: body.length });
    expect(await outcome).toMatchObject({ bytes: body.length });
    expect(sink.bytes.equals(body)).toBe(true);
  });

  it('runs beside others', async () => {
    const server = await serve((request, response) => sendFile(request, response));
    const runs = Array.from({ length: 8 }, () => download([server]));
    await Promise.all(runs.map(async ({ outcome }) => outcome));
    expect(runs.every(({ sink }) => sink.bytes.equals(WHOLE))).toBe(true);
  });
});

describe('a download that breaks', () => {
  const breaks: readonly (readonly [string, (response: ServerResponse) => void, string])[] = [
    ['is cut short', (response) => sendPart(response), 'connection closed by the server after '],
    [
      'is cut short by a server that closes after every answer',
      (response) => {
        response.setHeader('connection', 'close');
        sendPart(response);
      },
      'body cut short after ',
    ],
    [
      'is reset',
      (response) => {
        response.writeHead(200, { 'content-length': WHOLE.length });
        response.write(WHOLE.subarray(0, 100_000));
      },
      'connection reset after ',
    ],
    [
      'stalls',
      (response) => {
        response.writeHead(200, { 'content-length': WHOLE.length });
        response.write(WHOLE.subarray(0, 100_000));
      },
      'no byte for 250 ms after 100,000 of 300,000 bytes',
    ],
  ];

  it.each(breaks)('goes on where it broke: it %s', async (name, fault, reason) => {
    let connection: Socket | undefined;
    const server = await serve((request, response, number) => {
      if (number > 1) return sendFile(request, response);
      connection = request.socket;
      fault(response);
    });
    // A reset makes the other side forget what it has not read yet, so it comes when all of that is read.
    const onProgress = (received: number): void => {
      if (name === 'is reset' && received === 100_000) connection?.resetAndDestroy();
    };
    const { http, sink, outcome } = download(
      [server],
      { onProgress },
      { stallTimeoutMs: name === 'stalls' ? 250 : 20_000 },
    );
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: true, endedByClose: false });
    expect(sink.bytes.equals(WHOLE)).toBe(true);
    expect(sink.resets).toEqual([]);
    const [first, second] = http.events;
    expect(first).toMatchObject({ kind: 'retry', attempt: 1, reason: expect.stringContaining(reason) });
    expect(second).toMatchObject({ kind: 'resume', artifact: WHAT });
    expect(ranges(server)).toEqual([undefined, `bytes=${second?.kind === 'resume' ? second.offset : 0}-`]);
  });

  it('goes on with bytes that an earlier run left', async () => {
    const server = await serve((request, response) => sendFile(request, response));
    const { sink, outcome } = download([server], { sink: MemorySink.holding(WHOLE.subarray(0, 250_000)) });
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: true });
    expect(ranges(server)).toEqual(['bytes=250000-']);
    expect(sink.bytes.equals(WHOLE)).toBe(true);
  });

  it('is complete where the server has no more than what is there', async () => {
    const server = await serve((request, response) => sendFile(request, response));
    const { http, sink, outcome } = download([server], { sink: MemorySink.holding(WHOLE) });
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: true });
    expect(sink.bytes.equals(WHOLE)).toBe(true);
    expect(http.events).toEqual([]);
  });

  it('starts over where more is there than the server has', async () => {
    const server = await serve((request, response) => sendFile(request, response));
    const { sink, outcome } = download([server], { sink: MemorySink.holding(pattern(300_001)) });
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: false });
    expect(ranges(server)).toEqual(['bytes=300001-', undefined]);
    expect(sink.bytes.equals(WHOLE)).toBe(true);
  });

  const unusable: readonly (readonly [string, Handler, readonly (string | undefined)[]])[] = [
    ['is ignored', (_request, response) => void response.end(OTHER), [undefined, 'bytes=100000-']],
    ['starts elsewhere', odd(206, 'bytes 0-299999/300000'), ALL_THREE],
    ['is of a file with another length', odd(206, 'bytes 100000-399999/400000'), ALL_THREE],
    ['does not say what it is', odd(206), ALL_THREE],
    ['is not about bytes', odd(206, 'lines 1-2/3'), ALL_THREE],
    ['is refused without a length', odd(416), ALL_THREE],
    ['is refused with another length', odd(416, 'bytes */99999'), ALL_THREE],
    ['is refused although there is more', odd(416, 'bytes */300000'), ALL_THREE],
  ];

  it.each(unusable)('starts over where its range %s', async (_name, second, expected) => {
    const server = await serve((request, response, number) =>
      number === 1 ? sendPart(response) : second(request, response, number),
    );
    const { http, sink, outcome } = download([server], {}, { retries: 1 });
    expect(await outcome).toMatchObject({ bytes: OTHER.length, resumed: false });
    expect(sink.bytes.equals(OTHER)).toBe(true);
    expect(sink.resets).toEqual([100_000]);
    expect(ranges(server)).toEqual(expected);
    expect(http.events).toMatchObject([{ kind: 'retry' }, { kind: 'resume', artifact: WHAT, offset: 0 }]);
  });

  it('asks again for what a short range left out', async () => {
    const server = await serve((request, response, number) => {
      if (number === 1) return sendPart(response);
      if (number > 2) return sendFile(request, response);
      response.writeHead(206, { 'content-range': 'bytes 100000-149999/300000', 'content-length': 50_000 });
      response.end(WHOLE.subarray(100_000, 150_000));
    });
    const { sink, outcome } = download([server]);
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: true });
    expect(sink.bytes.equals(WHOLE)).toBe(true);
    expect(ranges(server)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
  });

  it('keeps what it has while the server is in trouble', async () => {
    const server = await serve((request, response, number) => {
      if (number === 1) sendPart(response);
      else if (number === 2) response.writeHead(503).end('<html>');
      else if (number === 3) response.writeHead(200, { 'content-type': 'text/html' }).end();
      else sendFile(request, response);
    });
    const { sink, outcome } = download([server], {}, { retries: 3 });
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: true });
    expect(sink.resets).toEqual([]);
    expect(sink.bytes.equals(WHOLE)).toBe(true);
  });

  it('counts its failures anew whenever it has got a good deal further', async () => {
    const large = pattern(5 * 1024 * 1024);
    const step = 1024 * 1024 + 1;
    const server = await serve((request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        'content-length': large.length - start,
        'content-range': `bytes ${start}-${large.length - 1}/${large.length}`,
      });
      response.write(large.subarray(start, start + step), () => response.socket?.end());
    });
    const { sink, outcome } = download([server], { maxBytes: large.length }, { retries: 1 });
    expect(await outcome).toMatchObject({ bytes: large.length, resumed: true });
    expect(sink.bytes.equals(large)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(4);
  });

  it('is given up where it breaks again and again at the same place', async () => {
    const server = await serve((_request, response) => sendPart(response, 50));
    const error = await rejection(download([server]).outcome);
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'network' });
    expect(error.message).toMatch(
      /^could not fetch kubectl v1\.26\.0 for linux\/amd64: connection closed by the server after 50 of 300,000 bytes \(http:\/\/127\.0\.0\.1:\d+\/kubectl, 3 attempts\)$/,
    );
  });
});

describe('an answer that cannot be the artifact', () => {
  it.each([
    ['nothing', (response: ServerResponse) => void response.end(), 'the answer is empty', 3],
    [
      'an announced nothing',
      (response: ServerResponse) => void response.writeHead(200, { 'content-length': 0 }).end(),
      'the answer is empty',
      3,
    ],
    [
      'a web page',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('\n<!doctype html>'),
      'a web page (text/html) came instead of the file',
      1,
    ],
    [
      'too much, announced',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 1_000_001 }).flushHeaders(),
      '1,000,001 bytes, at most 1,000,000 are taken',
      1,
    ],
    [
      'something without an end',
      (response: ServerResponse) => {
        const more = (): void => void response.write(WHOLE, () => setImmediate(more));
        more();
      },
      'goes on after 1,000,000 bytes, where it should have ended',
      1,
    ],
    [
      'something compressed',
      (response: ServerResponse) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'the body is encoded ("gzip")',
      1,
    ],
  ])('is refused: %s', async (_name, answer, reason, requests) => {
    const server = await serve((_request, response) => answer(response));
    const { sink, outcome } = download([server]);
    const error = await rejection(outcome);
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'response-invalid' });
    expect(error.message).toContain(reason);
    expect(server.requests).toHaveLength(requests);
    expect(sink.length).toBe(0);
  });

  it('is refused: a range that goes on after its end', async () => {
    const server = await serve((_request, response, number) => {
      if (number === 1) return sendPart(response);
      response.writeHead(206, { 'content-range': 'bytes 100000-299999/300000' });
      response.end(pattern(200_001));
    });
    const { sink, outcome } = download([server]);
    const error = await rejection(outcome);
    expect(error).toMatchObject({ code: 'response-invalid' });
    expect(error.message).toContain('goes on after 300,000 bytes');
    expect(sink.length).toBe(0);
  });

  it('is not a page because the server says so', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('\u007FELF');
    });
    expect(await download([server]).outcome).toMatchObject({ bytes: 4 });
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.2p1\r\n\r\n', 'not valid HTTP'],
    [
      'headers and garbage chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\nzz\r\n',
      'not valid HTTP',
    ],
    [
      'a part that was not asked for',
      'HTTP/1.1 206 Partial Content\r\ncontent-length: 1\r\n\r\nx',
      'HTTP 206',
    ],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', 'HTTP 204'],
    ['"not modified"', 'HTTP/1.1 304 Not Modified\r\n\r\n', 'HTTP 304'],
  ])('is refused: %s', async (_name, text, reason) => {
    const error = await rejection(download([await serveTexts(text)]).outcome);
    expect(error).toMatchObject({ name: 'UnavailableError' });
    expect(error.message).toContain(reason);
  });
});

describe('a download from several sources', () => {
  it('asks the next one when one has not got it, and says so', async () => {
    const first = await serve((_request, response) => void response.writeHead(404).end());
    const second = await serve(whole);
    const { http, sink, outcome } = download([first, second]);
    expect(await outcome).toMatchObject({ url: `${second.origin}/kubectl`, resumed: false });
    expect(sink.bytes.equals(WHOLE)).toBe(true);
    expect(http.events).toEqual([
      {
        kind: 'next-source',
        from: `${first.origin}/kubectl`,
        to: `${second.origin}/kubectl`,
        reason: 'HTTP 404 Not Found',
      },
    ]);
  });

  it('does not wait long for one while there are others', async () => {
    const first = await serve(
      (_request, response) => void response.writeHead(429, { 'retry-after': '59' }).end(),
    );
    const second = await serve(whole);
    const { http, outcome } = download([first, second]);
    expect(await outcome).toMatchObject({ url: `${second.origin}/kubectl` });
    expect(http.events).toMatchObject([{ kind: 'next-source', reason: 'HTTP 429 Too Many Requests' }]);
  });

  it('goes on with the bytes of another source where the lengths agree', async () => {
    const first = await serve((_request, response) => sendPart(response));
    const second = await serve(whole);
    const { http, sink, outcome } = download([first, second], {}, { retries: 0 });
    expect(await outcome).toMatchObject({
      bytes: WHOLE.length,
      resumed: true,
      url: `${second.origin}/kubectl`,
    });
    expect(ranges(second)).toEqual(['bytes=100000-']);
    expect(sink.bytes.equals(WHOLE)).toBe(true);
    expect(http.events.map(({ kind }) => kind)).toEqual(['next-source', 'resume']);
  });

  it('starts over where the lengths differ', async () => {
    const longer = pattern(300_500);
    const first = await serve((_request, response) => sendPart(response));
    const second = await serve((request, response) => sendFile(request, response, longer));
    const { sink, outcome } = download([first, second], {}, { retries: 0 });
    expect(await outcome).toMatchObject({ bytes: longer.length, resumed: false });
    expect(ranges(second)).toEqual(['bytes=100000-', undefined]);
    expect(sink.bytes.equals(longer)).toBe(true);
  });

  it('starts over where the first source told no length', async () => {
    const first = await serve((_request, response) => {
      response.write(WHOLE.subarray(0, 1000), () => response.socket?.end());
    });
    const second = await serve(whole);
    const { sink, outcome } = download([first, second], {}, { retries: 0 });
    expect(await outcome).toMatchObject({ bytes: WHOLE.length, resumed: false });
    expect(ranges(second)).toEqual([undefined]);
    expect(sink.bytes.equals(WHOLE)).toBe(true);
  });

  it('tells what was wrong with each when all fail', async () => {
    const first = await serve((_request, response) => void response.writeHead(404).end());
    const port = await closedPort();
    const third = await serve((_request, response) => void response.writeHead(503).end());
    const servers = [first, { origin: `http://user:secret@127.0.0.1:${port}` }, third];
    const error = await rejection(download(servers, {}, { retries: 1 }).outcome);
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'network' });
    expect(error.message).toBe(
      `could not fetch ${WHAT}: HTTP 404 Not Found (${first.origin}/kubectl, 1 attempt); ` +
        `then connection refused (127.0.0.1:${port}) (http://127.0.0.1:${port}/kubectl, 2 attempts); ` +
        `then HTTP 503 Service Unavailable (${third.origin}/kubectl, 2 attempts)`,
    );
  });

  it.each([404, 410])('does not exist where every source says %i', async (status) => {
    const absent: Handler = (_request, response) => void response.writeHead(status).end();
    const servers = [await serve(absent), await serve(absent)];
    const error = await rejection(download(servers).outcome);
    expect(error).toMatchObject({
      name: 'RequestError',
      code: 'artifact-not-found',
      advice: expect.any(String),
    });
    expect(error.message).toContain(`${WHAT} does not exist: HTTP ${status} `);
    expect(error.message).toContain(servers[1]?.origin);
  });

  it('says how far it got when its time is up', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': WHOLE.length }).write('x');
    });
    const error = await rejection(download([server], {}, { timeoutMs: 200 }).outcome);
    expect(error).toMatchObject({ code: 'timeout' });
    expect(error.message).toContain('not done within 200 ms after 1 of 300,000 bytes');
  });

  it('asks no further source once its time is up', async () => {
    const first = await serve(() => {});
    const second = await serve(whole);
    const error = await rejection(download([first, second], {}, { timeoutMs: 50 }).outcome);
    expect(error).toMatchObject({ code: 'timeout' });
    expect(second.requests).toEqual([]);
  });
});

describe('a download that must not be made again', () => {
  it('passes on what its sink says, and ends the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const server = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve());
      const more = (): void => void response.write(WHOLE, () => setImmediate(more));
      more();
    });
    const full = new InstallError('disk-full', 'no space left');
    const sink = new MemorySink(async () => Promise.reject(full));
    const { http, outcome } = download([server], { sink });
    expect(await rejection(outcome)).toBe(full);
    expect(http.events).toEqual([]);
    await closed.promise;
  });

  it('ends at once when it is interrupted', async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const server = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-length': WHOLE.length }).write('x');
    });
    const sink = new MemorySink(async () => abort.abort('proof failed'));
    const error = await rejection(download([server], { sink, signal: abort.signal }).outcome);
    expect(error).toMatchObject({ name: 'InterruptedError', code: 'interrupted', cause: 'proof failed' });
    await closed.promise;
  });

  it('never starts for what is not a URL', async () => {
    const error = await rejection(download([{ origin: 'dl.k8s.io' }]).outcome);
    expect(error).toMatchObject({ name: 'RequestError', code: 'usage' });
  });
});
