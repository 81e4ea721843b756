import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterruptedError, K8sVerifyError } from '../../../src/errors.ts';
import { fetchThrough } from './file-server.ts';
import { client, MemorySink, serveRaw } from './loopback.ts';

const ANSWERS = [
  'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 11\r\n\r\nhello world',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
  'HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 2-10/11\r\ncontent-length: 9\r\n\r\nllo world',
  'HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 416 Range Not Satisfiable\r\ncontent-range: bytes */2\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 503 Busy\r\nretry-after: 0\r\nkeep-alive: timeout=5\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc',
];

const HEADERS = [
  'content-length: 5',
  'content-type: text/html',
  'content-encoding: gzip',
  'transfer-encoding: chunked',
  'content-range: bytes 0-1/2',
  'location: /elsewhere',
  'retry-after: 0',
  'date: Wed, 21 Oct 2026 07:28:00 GMT',
  'connection: close',
];

/** One of the answers, with headers added (some then come twice), bytes changed, or its end cut off. */
const answers = fc
  .record({
    answer: fc.constantFrom(...ANSWERS),
    headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 }),
    changes: fc.array(fc.record({ at: fc.nat(400), byte: fc.nat(255) }), { maxLength: 3 }),
    end: fc.nat(1000),
  })
  .map(({ answer, headers, changes, end }) => {
    const bytes = Buffer.from(answer.replace('\r\n', ['', ...headers, ''].join('\r\n')), 'latin1');
    for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
    return end < bytes.length ? bytes.subarray(0, end) : bytes;
  });

describe('any answer at all', () => {
  it('ends in success or in an error of our own', { timeout: 120_000 }, async () => {
    let answer: Uint8Array = new Uint8Array();
    const { origin: url } = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.write(answer);
        // Everything that was sent is read before the end is noticed.
        setImmediate(() => socket.end());
      });
    });
    const http = client({ retries: 0 });
    const seen = { small: 0, download: 0 };
    const property = fc.asyncProperty(answers, fc.boolean(), async (bytes, small) => {
      answer = bytes;
      const run = small
        ? http.fetchSmall({ url, maxBytes: 100, accept: [200], what: 'the marker' })
        : fetchThrough(http, [{ origin: url }], {
            path: 'kubectl',
            sink: MemorySink.holding(Buffer.from('he')),
            maxBytes: 100,
            what: 'kubectl',
          });
      seen[small ? 'small' : 'download'] += 1;
      const error: unknown = await run.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error ?? new InterruptedError()).toBeInstanceOf(K8sVerifyError);
    });
    await fc.assert(property, { numRuns: 1000 });
    expect(Math.min(seen.small, seen.download)).toBeGreaterThan(100);
  });
});
