/** A file server that can be told to misbehave, and one download from it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import type { DownloadOutcome } from '../../../src/source/bytes.ts';
import { fetchBytes, type FetchBytesRequest } from '../../../src/source/fetch-bytes.ts';
import { HttpSource } from '../../../src/source/http-source.ts';
import { client, type Loopback, MemorySink, pattern, type TestClient } from './loopback.ts';

export const WHAT = 'kubectl v1.26.0 for linux/amd64';

export const WHOLE = pattern(300_000);

/** Answers like a file server: with a range where one is asked for. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Uint8Array = WHOLE,
): void {
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
export function sendPart(response: ServerResponse, bytes = 100_000, whole: Uint8Array = WHOLE): void {
  response.writeHead(200, { 'content-length': whole.length });
  response.write(whole.subarray(0, bytes), () => response.socket?.end());
}

interface Run {
  readonly http: TestClient;
  readonly sink: MemorySink;
  readonly outcome: Promise<DownloadOutcome>;
}

export function download(
  servers: readonly Pick<Loopback, 'origin'>[],
  change: Partial<Omit<FetchBytesRequest, 'sink'>> & { readonly sink?: MemorySink } = {},
  options: HttpClientOptions = {},
): Run {
  const http = client(options);
  const sink = change.sink ?? new MemorySink();
  const request = { path: 'kubectl', maxBytes: 1_000_000, what: WHAT, ...change, sink };
  return { http, sink, outcome: fetchThrough(http, servers, request) };
}

/** Bytes of a file at the first of some servers that has it. */
export async function fetchThrough(
  http: TestClient,
  servers: readonly Pick<Loopback, 'origin'>[],
  request: FetchBytesRequest,
): Promise<DownloadOutcome> {
  const sources = servers.map(({ origin }) => new HttpSource(origin, http));
  return fetchBytes(sources, request, http.report);
}

export function ranges(server: Loopback): readonly (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.range);
}
