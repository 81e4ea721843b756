import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { closedPort } from '#support/http/listen';
import { download, ranges, sendFile, sendPart, WHAT, WHOLE } from './file-server.ts';
import { type Handler, pattern, rejection, serve, serveTexts } from './loopback.ts';

const whole: Handler = (request, response) => sendFile(request, response);

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
      '1,000,001 bytes; the limit is 1,000,000',
      1,
    ],
    [
      'something without an end',
      (response: ServerResponse) => {
        const more = (): void => void response.write(WHOLE, () => setImmediate(more));
        more();
      },
      'continues after 1,000,000 bytes, where it should end',
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
    expect(error.message).toContain('continues after 300,000 bytes');
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
      `could not fetch ${WHAT}: connection refused (127.0.0.1:${port}), 2 tries (http://127.0.0.1:${port}/kubectl); ` +
        `then HTTP 503 Service Unavailable, 2 tries (${third.origin}/kubectl); ` +
        `not found at ${first.origin}/kubectl`,
    );
  });

  it.each([404, 410])('does not exist where every source says %i', async (status) => {
    const absent: Handler = (_request, response) => void response.writeHead(status).end();
    const servers = [await serve(absent), await serve(absent)];
    const error = await rejection(download(servers).outcome);
    expect(error).toMatchObject({
      name: 'RequestError',
      code: 'artifact-not-found',
      next: expect.any(String),
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
