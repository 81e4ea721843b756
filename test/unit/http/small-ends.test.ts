import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../../../src/progress.ts';
import { client, rejection, serve, serveRaw } from './loopback.ts';
import { request } from './small-request.ts';

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
