/**
 * A real HTTP server on loopback whose replies can be made to fail on demand, be slowed down and be looked at afterwards.
 * The release server and the log are handlers on it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Delivery, Fault } from './faults.ts';
import { listen, listeningPort } from './listen.ts';
import { ranged } from './ranges.ts';
import { pieces, type Reply } from './reply.ts';
import { matcher, receive, type ReceivedRequest, type RequestPattern } from './request.ts';
import { TokenBucket } from './token-bucket.ts';

export type Handler = (request: ReceivedRequest) => Reply | Promise<Reply>;

/** One request as it went; `bytesSent` grows while the body is sent. */
export interface LoggedRequest extends ReceivedRequest {
  /** Undefined until the reply begins, and where none does. */
  readonly status: number | undefined;
  /** Of the body. */
  readonly bytesSent: number;
  /** `finished`: the reply was sent whole; `broken`: the connection ended before. */
  readonly outcome: 'open' | 'finished' | 'broken';
}

export interface LoopbackServerOptions {
  /** PEM; without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** For all bodies together. */
  readonly bitsPerSecond?: number;
  /** The address to listen on. Default 127.0.0.1. */
  readonly host?: string;
}

interface FaultRule {
  readonly matches: (request: ReceivedRequest) => boolean;
  readonly fault: Fault;
  left: number;
}

interface Waiter {
  readonly matches: (request: LoggedRequest) => boolean;
  readonly resolve: (request: LoggedRequest) => void;
}

type MutableLog = { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] };

export class LoopbackServer {
  readonly #handler: Handler;
  readonly #server: Server;
  readonly #rules: FaultRule[] = [];
  readonly #delays: { readonly matches: (request: ReceivedRequest) => boolean; readonly ms: number }[] = [];
  #log: MutableLog[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #sockets = new Set<Socket>();
  readonly #replies = new Set<ServerResponse>();
  readonly #scheme: string;
  readonly #bitsPerSecond: number | undefined;
  #bucket: TokenBucket | undefined;
  #host = '127.0.0.1';

  private constructor(handler: Handler, options: LoopbackServerOptions) {
    this.#handler = handler;
    this.#scheme = options.tls === undefined ? 'http' : 'https';
    this.#bitsPerSecond = options.bitsPerSecond;
    this.limitRate(options.bitsPerSecond);
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response);
    };
    this.#server =
      options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
    // Idle connections stay, so that no client meets one that is just being closed.
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  static async start(handler: Handler, options: LoopbackServerOptions = {}): Promise<LoopbackServer> {
    const server = new LoopbackServer(handler, options);
    server.#host = options.host ?? '127.0.0.1';
    await listen(server.#server, server.#host);
    return server;
  }

  get port(): number {
    return listeningPort(this.#server);
  }

  /** Without a slash at the end. */
  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return `${this.#scheme}://${host}:${this.port}`;
  }

  /** Every request so far, in the order in which they came. */
  get requests(): readonly LoggedRequest[] {
    return this.#log;
  }

  requestsFor(pattern: RequestPattern): readonly LoggedRequest[] {
    return this.#log.filter(matcher(pattern));
  }

  /** Makes matching requests fail: the first `times` of them, by default all. Of several rules the last set goes first. */
  fault(pattern: RequestPattern, fault: Fault, options: { readonly times?: number } = {}): void {
    this.#rules.unshift({
      matches: matcher(pattern),
      fault,
      left: options.times ?? Number.POSITIVE_INFINITY,
    });
  }

  clearFaults(): void {
    this.#rules.length = 0;
  }

  /** Adds time before the first byte of matching replies. */
  delay(pattern: RequestPattern, ms: number): void {
    this.#delays.push({ matches: matcher(pattern), ms });
  }

  /** Holds all bodies together to a rate; undefined lifts the limit. */
  limitRate(bitsPerSecond: number | undefined): void {
    this.#bucket = bitsPerSecond === undefined ? undefined : new TokenBucket(bitsPerSecond);
  }

  /** Resolves once a matching request has had `bytesSent` bytes of its reply sent; at once if one has. */
  async waitFor(pattern: RequestPattern, bytesSent: number = 0): Promise<LoggedRequest> {
    const matchesPath = matcher(pattern);
    const matches = (request: LoggedRequest): boolean =>
      request.bytesSent >= bytesSent && matchesPath(request);
    const already = this.#log.find(matches);
    if (already !== undefined) return already;
    return new Promise((resolve) => {
      this.#waiters.add({ matches, resolve });
    });
  }

  /**
   * As it was when it was started, on the same port: every rule and request is forgotten, every unfinished reply cut. Idle
   * connections stay.
   */
  reset(): void {
    for (const reply of this.#replies) reply.destroy();
    this.clearFaults();
    this.#delays.length = 0;
    this.#waiters.clear();
    this.limitRate(this.#bitsPerSecond);
    // What is still being read belongs to the time before.
    this.#log = [];
  }

  /** Ends every connection, whatever it is doing. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    this.#replies.add(response);
    response.on('close', () => {
      this.#replies.delete(response);
      gone.abort();
    });
    response.on('error', () => gone.abort());
    const log = this.#log;
    const received = await receive(incoming).catch(() => undefined);
    if (received === undefined) return;
    const entry: MutableLog = { ...received, status: undefined, bytesSent: 0, outcome: 'open' };
    log.push(entry);
    response.on('close', () => {
      entry.outcome = response.writableFinished ? 'finished' : 'broken';
    });
    this.#tell(entry);
    const rule = this.#rules.find((candidate) => candidate.left > 0 && candidate.matches(received));
    if (rule !== undefined) rule.left -= 1;
    for (const { matches, ms } of this.#delays) {
      if (matches(received)) await wait(ms, undefined, { signal: gone.signal }).catch(() => undefined);
    }
    const honest = await this.#honestReply(received);
    const delivery = (await rule?.fault(honest, received)) ?? { reply: honest };
    await this.#deliver(delivery, entry, response, gone.signal);
  }

  async #honestReply(request: ReceivedRequest): Promise<Reply> {
    try {
      return await this.#handler(request);
    } catch (error) {
      return { status: 500, headers: { 'content-type': 'text/plain' }, body: `${String(error)}\n` };
    }
  }

  async #deliver(
    delivery: Delivery,
    entry: MutableLog,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const socket = await socketOf(response, gone);
    if (gone.aborted || socket === null || delivery.unanswered === 'silence') return;
    if (delivery.unanswered === 'reset') {
      socket.resetAndDestroy();
      return;
    }
    if (delivery.raw !== undefined) {
      socket.end(delivery.raw);
      return;
    }
    const { status, headers, body } = ranged(delivery.reply, entry);
    entry.status = status;
    response.writeHead(status, headers);
    response.flushHeaders();
    const { afterBytes, how } = delivery.cut ?? { afterBytes: Number.POSITIVE_INFINITY, how: 'close' };
    if (entry.method !== 'HEAD' && body !== undefined) {
      await this.#sendBody(
        pieces(body.whole, body.start, body.end, this.#bucket?.pieceBytes),
        entry,
        response,
        {
          limit: afterBytes,
          gone,
        },
      );
    }
    if (gone.aborted) return;
    if (delivery.cut === undefined) response.end();
    else if (how === 'close') socket.end();
    else if (how === 'reset') {
      await wait(RESET_GRACE_MS);
      socket.resetAndDestroy();
    }
  }

  async #sendBody(
    source: AsyncIterable<Uint8Array>,
    entry: MutableLog,
    response: ServerResponse,
    options: { readonly limit: number; readonly gone: AbortSignal },
  ): Promise<void> {
    for await (const piece of source) {
      const part = piece.subarray(0, options.limit - entry.bytesSent);
      await this.#bucket?.take(part.length);
      if (options.gone.aborted) return;
      if (part.length > 0) await written(response, part, options.gone);
      if (options.gone.aborted) return;
      entry.bytesSent += part.length;
      this.#tell(entry);
      if (entry.bytesSent >= options.limit) return;
    }
  }

  #tell(entry: LoggedRequest): void {
    for (const waiter of this.#waiters) {
      if (waiter.matches(entry)) {
        this.#waiters.delete(waiter);
        waiter.resolve(entry);
      }
    }
  }
}

/**
 * A reset throws away whatever the client has not read, so it waits this long for the client to read what was sent. A
 * slow client may still see fewer bytes.
 */
const RESET_GRACE_MS = 25;

/**
 * The connection, once it is this reply's turn: a client that has all of the body before may ask again before that reply
 * has ended, and until then its next one has no connection.
 */
async function socketOf(response: ServerResponse, gone: AbortSignal): Promise<ServerResponse['socket']> {
  if (response.socket === null && !gone.aborted) {
    await once(response, 'socket', { signal: gone }).catch(() => undefined);
  }
  return response.socket;
}

/** Resolves once the kernel took the bytes or the client is gone. */
async function written(response: ServerResponse, bytes: Uint8Array, gone: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      gone.removeEventListener('abort', done);
      resolve();
    };
    gone.addEventListener('abort', done);
    response.write(bytes, done);
  });
}
