/**
 * Everything that can go wrong between a server and its client. A fault is a function from the honest reply to what is
 * delivered instead; {@link fault} has those that happen in the wild.
 */
import { deflateSync, gzipSync } from 'node:zlib';
import { readWhole, type Reply, type ReplyBody } from './reply.ts';
import type { ReceivedRequest } from './request.ts';

/** How a reply leaves the server. */
export interface Delivery {
  readonly reply: Reply;
  /** What happens once so many bytes of the body are sent; `close` is an orderly end of the connection. */
  readonly cut?: { readonly afterBytes: number; readonly how: 'close' | 'reset' | 'stall' };
  /** Nothing is answered: the connection stays open in silence, or is reset. */
  readonly unanswered?: 'silence' | 'reset';
  /** Written to the socket as it is, in place of any reply. */
  readonly raw?: Uint8Array;
}

export type Fault = (honest: Reply, request: ReceivedRequest) => Delivery | Promise<Delivery>;

export const HTML_ERROR_PAGE =
  '<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head><body><h1>Error</h1></body></html>\n';

const withHeaders = (reply: Reply, headers: Record<string, string>): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers },
});

/** The faults by name. Byte counts are of the body. */
export const fault = {
  /** Any status, with `Retry-After` in seconds or as a date. */
  status(status: number, options: { retryAfter?: number | Date | string; body?: ReplyBody } = {}): Fault {
    const { retryAfter, body = `${status}\n` } = options;
    const value = retryAfter instanceof Date ? retryAfter.toUTCString() : retryAfter;
    const headers: Record<string, string> = { 'content-type': 'text/plain' };
    if (value !== undefined) headers['retry-after'] = String(value);
    return () => ({ reply: { status, headers, body } });
  },
  /** An error page with status 200, as captive portals and some CDNs answer. */
  html(status: number = 200): Fault {
    return () => ({
      reply: { status, headers: { 'content-type': 'text/html' }, body: HTML_ERROR_PAGE },
    });
  },
  /** Another body under the honest status and headers. */
  body(body: ReplyBody, contentType?: string): Fault {
    return (honest) => ({
      reply: withHeaders(
        { ...honest, body },
        contentType === undefined ? {} : { 'content-type': contentType },
      ),
    });
  },
  empty(): Fault {
    return (honest) => ({ reply: { ...honest, body: '' } });
  },
  /** The honest Content-Length, and an orderly end of the connection after so many bytes. */
  truncate(afterBytes: number): Fault {
    return (honest) => ({ reply: honest, cut: { afterBytes, how: 'close' } });
  },
  /** A TCP reset after so many bytes; without a number, before anything is answered. */
  reset(afterBytes?: number): Fault {
    return (honest) =>
      afterBytes === undefined
        ? { reply: honest, unanswered: 'reset' }
        : { reply: honest, cut: { afterBytes, how: 'reset' } };
  },
  /** Silence after so many bytes until the client goes away; without a number, before anything is answered. */
  stall(afterBytes?: number): Fault {
    return (honest) =>
      afterBytes === undefined
        ? { reply: honest, unanswered: 'silence' }
        : { reply: honest, cut: { afterBytes, how: 'stall' } };
  },
  /** A Content-Length that is not the body's; the connection ends after the body. */
  contentLength(value: number | string): Fault {
    return (honest) => ({
      reply: withHeaders(honest, { 'content-length': String(value) }),
      cut: { afterBytes: Number.POSITIVE_INFINITY, how: 'close' },
    });
  },
  /** The honest body in chunks, without a Content-Length. */
  withoutContentLength(): Fault {
    return (honest) => ({ reply: withHeaders(honest, { 'transfer-encoding': 'chunked' }) });
  },
  /** Bytes without end, in chunks, under the honest status. */
  endless(piece: Uint8Array = new Uint8Array(65_536)): Fault {
    return (honest) => ({
      reply: withHeaders(
        { ...honest, ranges: false, body: endlessBody(piece) },
        {
          'transfer-encoding': 'chunked',
        },
      ),
    });
  },
  /** The honest body, compressed, although the request did not allow it. */
  encode(encoding: 'gzip' | 'deflate'): Fault {
    return async (honest) => {
      const plain = await readWhole(honest.body ?? '');
      const body = encoding === 'gzip' ? gzipSync(plain) : deflateSync(plain);
      return { reply: withHeaders({ ...honest, body }, { 'content-encoding': encoding }) };
    };
  },
  /** A redirect to any URL or path; to the request's own path, a loop. */
  redirect(to: string | ((request: ReceivedRequest) => string), status: number = 302): Fault {
    return (_honest, request) => {
      const location = typeof to === 'string' ? to : to(request);
      return { reply: { status, headers: { location }, body: '' } };
    };
  },
  /** So many redirects, one after the other, before the honest reply. */
  redirectChain(hops: number, status: number = 302): Fault {
    return (honest, { path, query }) => {
      const hop = Number(query.get('hop') ?? '0');
      if (hop >= hops) return { reply: honest };
      const location = `${path}?hop=${hop + 1}`;
      return { reply: { status, headers: { location }, body: '' } };
    };
  },
  notModified(): Fault {
    return () => ({ reply: { status: 304 } });
  },
  /** The whole body with status 200 where a range was asked for. */
  ignoreRange(): Fault {
    return (honest) => ({ reply: { ...honest, ranges: false } });
  },
  /** Status 206 with this `Content-Range` over the whole body. */
  contentRange(value: string): Fault {
    return (honest) => ({
      reply: withHeaders({ ...honest, status: 206, ranges: false }, { 'content-range': value }),
    });
  },
  /** Bytes that are no HTTP, or nearly; then the connection ends. */
  raw(bytes: Uint8Array | string): Fault {
    return (honest) => ({ reply: honest, raw: Buffer.from(bytes) });
  },
  /** Any change to the honest reply. */
  alter(change: (honest: Reply, request: ReceivedRequest) => Reply): Fault {
    return (honest, request) => ({ reply: change(honest, request) });
  },
} as const;

function endlessBody(piece: Uint8Array): ReplyBody {
  return {
    size: Number.POSITIVE_INFINITY,
    *read() {
      for (;;) yield piece;
    },
  };
}
