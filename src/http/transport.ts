import { K8sVerifyError } from '../errors.ts';
import { classifyError, classifyStatus, throughProxy } from './classify.ts';
import type { Connections, Route } from './connections.ts';
import type { Operation } from './deadline.ts';
import { type Answer, exchange } from './exchange.ts';
import { invalidResponse, TransportFailure } from './failure.ts';
import { isRedirect, nextHop } from './redirects.ts';
import { parseHttpDate, parseRetryAfter } from './retry-timing.ts';
import type { Target } from './target.ts';
import { shownUrl } from '../text/shown-url.ts';
import { excerpt } from '../text/excerpt.ts';

export interface TransportSettings {
  readonly stallTimeoutMs: number;
  readonly userAgent: string;
  /** Called when a request of the operation is about to be written to its connection. */
  readonly onStart: (operation: Operation) => void;
}

export interface TransportRequest {
  readonly target: Target;
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bypassCache?: boolean | undefined;
  readonly operation: Operation;
}

/** One answer after redirects; its body is not read yet. */
export interface Reply {
  readonly status: number;
  /** The URL that answered, safe to print. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  /** `Content-Length`, if the answer has one. */
  readonly length: number | undefined;
  /** True if only the end of the connection marks the end of the body (RFC 9112 section 6.3). */
  readonly endsByClose: boolean;
  /** Lower-case media type without parameters, or an empty string. */
  readonly mediaType: string;
  /** The server's clock, if it sends it. */
  readonly date: Date | undefined;
  /**
   * The next bytes, or undefined at the end. Throws a `TransportFailure` whose reason does not yet say how far it
   * got.
   */
  read(): Promise<Uint8Array | undefined>;
  cancel(): void;
  discard(): void;
  /** This status as a failure, with the answer's `Retry-After`. */
  statusFailure(): TransportFailure;
}

/** One attempt at one request: sends it, follows redirects, and classifies errors. Does not retry. */
export class Transport {
  readonly #connections: Connections;
  readonly #settings: TransportSettings;

  constructor(connections: Connections, settings: TransportSettings) {
    this.#connections = connections;
    this.#settings = settings;
  }

  /** @throws TransportFailure, or the reason of the operation's signal. */
  async send(request: TransportRequest): Promise<Reply> {
    const visited: [URL, ...URL[]] = [request.target.url];
    for (let url = request.target.url; ;) {
      const reply = await this.#sendTo(url, request);
      if (!isRedirect(reply.status)) return reply;
      reply.discard();
      const location = reply.header('location');
      url = nextHop({ method: request.method, status: reply.status, location, visited });
      visited.push(url);
    }
  }

  async #sendTo(url: URL, request: TransportRequest): Promise<Reply> {
    const route = await this.#connections.routeTo(url);
    const body = request.json === undefined ? undefined : JSON.stringify(request.json);
    try {
      const answer = await exchange(route.dispatcher, {
        url,
        method: request.method,
        headers: this.#headers(url, request),
        ...(body === undefined ? {} : { body }),
        stallTimeoutMs: this.#settings.stallTimeoutMs,
        signal: request.operation.signal,
        onStart: () => this.#settings.onStart(request.operation),
      });
      return toReply(answer, url, route);
    } catch (error) {
      throw named(error, route);
    }
  }

  #headers(url: URL, { target, json, headers, bypassCache }: TransportRequest): Record<string, string> {
    return {
      accept: '*/*',
      // A compressed body would need two limits, and a range of it would be a range of other bytes.
      'accept-encoding': 'identity',
      'user-agent': this.#settings.userAgent,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bypassCache === true ? { 'cache-control': 'no-cache', pragma: 'no-cache' } : {}),
      ...(target.authorization !== undefined && url.origin === target.url.origin
        ? { authorization: target.authorization }
        : {}),
      ...headers,
    };
  }
}

function toReply({ status, header, body }: Answer, url: URL, route: Route): Reply {
  const length = header('content-length');
  const date = parseHttpDate(header('date') ?? '');
  const retryAfter = header('retry-after');
  const retryAfterMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, date ?? new Date());
  return {
    status,
    url: shownUrl(url),
    header,
    length: length === undefined ? undefined : Number(length),
    endsByClose: length === undefined && header('transfer-encoding') === undefined,
    mediaType: (header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    date,
    read: async () => {
      try {
        return await body.read();
      } catch (error) {
        throw named(error, route);
      }
    },
    cancel: () => body.cancel(),
    discard: () => body.discard(),
    statusFailure: () => new TransportFailure(classifyStatus(status, retryAfterMs)),
  };
}

/** Whether the body is compressed or otherwise encoded, although the request did not allow it. */
export function isCompressed(reply: Reply): boolean {
  return codingOf(reply) !== undefined;
}

/** @throws TransportFailure final, if the body is compressed. */
export function refuseCompressed(reply: Reply): void {
  const coding = codingOf(reply);
  if (coding === undefined) return;
  reply.cancel();
  throw invalidResponse(
    `the body is encoded (${excerpt(coding)}), although the request did not allow it`,
    'the server or a proxy on the way ignores "Accept-Encoding: identity"; tell its operator, or use another mirror',
  );
}

/**
 * Codings that leave the bytes as they are. S3-like stores keep the `aws-chunked` of an upload and send it back with
 * the plain bytes. If the bytes were encoded after all, the digest would not match.
 */
const PLAIN_CODINGS: ReadonlySet<string> = new Set(['', 'identity', 'aws-chunked']);

function codingOf(reply: Reply): string | undefined {
  const contentCodings = (reply.header('content-encoding') ?? '').toLowerCase().split(',');
  const coded = contentCodings.map((coding) => coding.trim()).filter((coding) => !PLAIN_CODINGS.has(coding));
  if (coded.length > 0) return coded.join(', ');
  const transfer = (reply.header('transfer-encoding') ?? 'chunked').trim().toLowerCase();
  return transfer === 'chunked' ? undefined : transfer;
}

/** Turns a network error into a `TransportFailure` that names the proxy on the way. */
function named(error: unknown, { proxy }: Route): unknown {
  if (!(error instanceof Error) || error instanceof K8sVerifyError) return error;
  const failure = classifyError(error);
  if (proxy === undefined || failure.code === 'response-invalid') {
    return error instanceof TransportFailure ? error : new TransportFailure(failure, error);
  }
  return new TransportFailure(throughProxy(failure, proxy.url.host, proxy.variable), error);
}
