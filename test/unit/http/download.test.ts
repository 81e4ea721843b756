import { describe, expect, it } from 'vitest';
import { InstallError } from '../../../src/errors.ts';
import { MAX_BUFFERED_BODY_BYTES } from '../../../src/limits.ts';
import { download, ranges, sendFile, WHOLE } from './file-server.ts';
import { MemorySink, pattern, rejection, serve, turns } from './loopback.ts';

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

  it('runs in parallel with others', async () => {
    const server = await serve((request, response) => sendFile(request, response));
    const runs = Array.from({ length: 8 }, () => download([server]));
    await Promise.all(runs.map(async ({ outcome }) => outcome));
    expect(runs.every(({ sink }) => sink.bytes.equals(WHOLE))).toBe(true);
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
