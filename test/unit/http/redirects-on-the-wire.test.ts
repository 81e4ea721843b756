import { describe, expect, it } from 'vitest';
import { MAX_REDIRECTS } from '../../../src/limits.ts';
import { fetchThrough } from './file-server.ts';
import { client, MemorySink, rejection, serve, SMALL } from './loopback.ts';

function redirect(to: string, status = 302): Parameters<typeof serve>[0] {
  return (_request, response) => void response.writeHead(status, { location: to }).end('moved');
}

describe('a redirect', () => {
  it('leads to the answer, which says where it came from', async () => {
    const server = await serve((request, response) => {
      const hop = Number.parseInt(request.url?.slice(1) ?? '', 10);
      if (hop < MAX_REDIRECTS) response.writeHead(302, { location: `/${hop + 1}?secret` }).end();
      else response.end('v1.26.0');
    });
    const { status, url } = await client().fetchSmall({ ...SMALL, url: `${server.origin}/0` });
    expect([status, url]).toEqual([200, `${server.origin}/${MAX_REDIRECTS}?...`]);
  });

  it('too many are refused', async () => {
    const server = await serve((request, response) => {
      response.writeHead(302, { location: `/${Number(request.url?.slice(1)) + 1}` }).end();
    });
    const error = await rejection(client().fetchSmall({ ...SMALL, url: `${server.origin}/0` }));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'response-invalid' });
    expect(error.message).toContain(`more than ${MAX_REDIRECTS} redirects: ${server.origin}/0 -> `);
    expect(server.requests).toHaveLength(MAX_REDIRECTS + 1);
  });

  it('in a circle is refused, and asked for once', async () => {
    const server = await serve(redirect('/again'));
    const error = await rejection(client().fetchSmall({ ...SMALL, url: `${server.origin}/again` }));
    expect(error.message).toContain('redirected in a circle');
    expect(server.requests).toHaveLength(1);
  });

  it('takes credentials to the same origin and to no other', async () => {
    const other = await serve((_request, response) => void response.end('v1.26.0'));
    const server = await serve((request, response) => {
      response.writeHead(302, { location: request.url === '/1' ? '/2' : `${other.origin}/x` }).end();
    });
    const url = `${server.origin.replace('//', '//user:secret@')}/1`;
    await client().fetchSmall({ ...SMALL, url, bypassCache: true });
    const credentials = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([credentials, credentials]);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]?.headers).not.toHaveProperty('cookie');
    expect(other.requests[0]?.headers).toMatchObject({ 'cache-control': 'no-cache' });
  });

  it('takes nothing from the user info of its own Location', async () => {
    const other = await serve((_request, response) => void response.end('v1.26.0'));
    const server = await serve(redirect(`${other.origin.replace('//', '//user:secret@')}/x`));
    const { url } = await client().fetchSmall({ ...SMALL, url: server.origin });
    expect(url).toBe(`${other.origin}/x`);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([307, 308])('%i takes a POST along', async (status) => {
    const other = await serve((_request, response) => void response.end('[]'));
    const server = await serve(redirect(`${other.origin}/x`, status));
    await client().fetchSmall({ ...SMALL, url: server.origin, json: { a: 1 } });
    expect(other.requests).toMatchObject([{ method: 'POST', body: '{"a":1}' }]);
    expect(other.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it.each([301, 302, 303])('%i of a POST is refused', async (status) => {
    const server = await serve(redirect('/x', status));
    const error = await rejection(client().fetchSmall({ ...SMALL, url: server.origin, json: {} }));
    expect(error).toMatchObject({ code: 'response-invalid' });
    expect(error.message).toContain('would turn it into a GET');
    expect(server.requests).toHaveLength(1);
  });

  it('is followed anew by every part of a download', async () => {
    const whole = Buffer.from('0123456789');
    const mirror = await serve((_request, response, number) => {
      if (number === 1) {
        response.writeHead(200, { 'content-length': 10 }).write('01234', () => response.socket?.end());
      } else {
        response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('56789');
      }
    });
    const server = await serve((_request, response, number) => {
      response.writeHead(302, { location: `${mirror.origin}/signed?token=${number}` }).end();
    });
    const sink = new MemorySink();
    const http = client();
    const outcome = await fetchThrough(http, [server], {
      path: 'kubectl',
      sink,
      maxBytes: 100,
      what: 'kubectl',
    });
    expect(sink.bytes.equals(whole)).toBe(true);
    expect(outcome.url).toBe(`${mirror.origin}/signed?...`);
    expect(mirror.requests.map(({ path, headers }) => [path, headers.range])).toEqual([
      ['/signed?token=1', undefined],
      ['/signed?token=2', 'bytes=5-'],
    ]);
    expect(JSON.stringify(http.events)).not.toContain('token');
  });
});
