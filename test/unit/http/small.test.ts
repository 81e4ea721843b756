import { describe, expect, it } from 'vitest';
import { client, serve } from './loopback.ts';

describe('a small request', () => {
  it('answers with status, body, URL and media type', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'Text/Plain; charset=utf-8' }).end('v1.26.0');
    });
    const url = `${server.origin}/release/stable.txt`;
    const answer = await client().fetchSmall({ url, maxBytes: 256, accept: [200], what: 'the marker' });
    expect(answer).toEqual({ status: 200, body: Buffer.from('v1.26.0'), url, contentType: 'text/plain' });
    expect(server.requests).toEqual([
      expect.objectContaining({ method: 'GET', path: '/release/stable.txt', body: '' }),
    ]);
    expect(server.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', accept: '*/*' });
  });

  it('repeats what fails for a passing reason, and says why', async () => {
    const server = await serve((_request, response, number) => {
      if (number === 1) response.writeHead(503).end('<html>');
      else if (number === 2) response.destroy();
      else response.end('ok');
    });
    const http = client();
    const url = `${server.origin}/x`;
    const answer = await http.fetchSmall({ url, maxBytes: 10, accept: [200], what: 'x' });
    expect(Buffer.from(answer.body).toString()).toBe('ok');
    expect(http.events).toEqual([
      { kind: 'retry', url, attempt: 1, reason: 'HTTP 503 Service Unavailable', delayMs: expect.any(Number) },
      {
        kind: 'retry',
        url,
        attempt: 2,
        reason: 'connection closed by the server',
        delayMs: expect.any(Number),
      },
    ]);
  });
});
