/** Small servers on loopback that misbehave on purpose; each ends with the test that started it. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../../../src/http/client.ts';
import type { HttpClient } from '../../../src/http/http-client.ts';
import type { DownloadSink } from '../../../src/source/bytes.ts';
import type { ProgressEvent, Report } from '../../../src/progress.ts';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Loopback {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  readonly requests: readonly Recorded[];
}

export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  number: number,
) => void | Promise<void>;

/** An HTTP server whose handler is told the number of the request, from 1. */
export async function serve(handler: Handler): Promise<Loopback> {
  const { listener, requests } = recording(handler);
  const server = createServer(listener);
  return { origin: `http://127.0.0.1:${await listen(server)}`, requests };
}

export function recording(handler: Handler): { listener: RequestListener; requests: Recorded[] } {
  const requests: Recorded[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      requests.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
      void handler(request, response, requests.length);
    });
  };
  return { listener, requests };
}

/** A TCP server; the callback is told the number of the connection, from 1. */
export async function serveRaw(
  onSocket: (socket: Socket, number: number) => void,
): Promise<{ origin: string }> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    connections += 1;
    onSocket(socket, connections);
  });
  return { origin: `http://127.0.0.1:${await listen(server)}` };
}

/** A raw server that answers every request on connection n with the n-th text (the last one again and again). */
export async function serveTexts(...texts: readonly string[]): Promise<{ origin: string }> {
  return serveRaw((socket, number) => {
    socket.once('data', () => socket.end(texts[Math.min(number, texts.length) - 1] ?? ''));
  });
}

export async function listen(server: Server | TcpServer, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return portOf(server);
}

function portOf(server: Server | TcpServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

export interface TestClient extends HttpClient {
  readonly events: readonly ProgressEvent[];
  /** Adds to the events. */
  readonly report: Report;
}

/** A client with tiny waits that remembers what it reported. */
export function client(options: HttpClientOptions = {}): TestClient {
  const events: ProgressEvent[] = [];
  const report: Report = (event) => void events.push(event);
  const http = createHttpClient({
    retries: 2,
    retryDelayMs: 1,
    stallTimeoutMs: 20_000,
    report,
    ...options,
  });
  onTestFinished(async () => http.close());
  return {
    isOffline: false,
    events,
    report,
    fetchSmall: async (request) => http.fetchSmall(request),
    download: async (request) => http.download(request),
    underWay: async () => http.underWay(),
    close: async () => http.close(),
  };
}

/** What a promise is rejected with; a fulfilled one fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('rejected with something that is no Error', { cause: error });
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`);
}

/** Lets the event loop turn, so that what is on its way arrives. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A sink in memory, and what it does after each chunk. */
export class MemorySink implements DownloadSink {
  readonly resets: number[] = [];
  readonly #onWrite: (length: number, chunk: Uint8Array) => void | Promise<void>;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(onWrite: (length: number, chunk: Uint8Array) => void | Promise<void> = () => {}) {
    this.#onWrite = onWrite;
  }

  /** A sink that holds bytes from an earlier run. */
  static holding(bytes: Uint8Array): MemorySink {
    const sink = new MemorySink();
    sink.#take(bytes);
    return sink;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#take(Buffer.from(chunk));
    await this.#onWrite(this.#length, chunk);
  }

  async reset(): Promise<void> {
    this.resets.push(this.length);
    this.#chunks = [];
    this.#length = 0;
    await Promise.resolve();
  }

  #take(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.byteLength;
  }
}

/** Bytes that differ at every position that matters. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 31 + (index >> 8)) & 0xff;
  return bytes;
}

/** A small request, but for its URL. */
export const SMALL = { maxBytes: 100, accept: [200], what: 'the marker' } as const;

/** Answers every request with one word. */
export const hello: Handler = (_request, response) => void response.end('hello');
