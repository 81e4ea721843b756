import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { download, ranges, sendFile, sendPart, WHAT, WHOLE } from './file-server.ts';
import { type Handler, MemorySink, pattern, rejection, serve } from './loopback.ts';

const OTHER = WHOLE.toReversed();

/** Answers a range request with a status and a range that may not fit, and anything else with another file. */
function odd(status: number, range?: string): Handler {
  return (request, response) => {
    if (request.headers.range === undefined) return sendFile(request, response, OTHER);
    response.writeHead(status, range === undefined ? {} : { 'content-range': range }).end('x'.repeat(50));
  };
}

const ALL_THREE = [undefined, 'bytes=100000-', undefined];

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
    expect(error).toMatchObject({
      name: 'UnavailableError',
      code: 'network',
      from: `${server.origin}/kubectl`,
    });
    expect(error.message).toMatch(
      /^could not fetch kubectl v1\.26\.0 for linux\/amd64: connection closed by the server after 50 of 300,000 bytes, 3 tries$/,
    );
  });
});
