import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string;
  /** The path as it came, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** A path: a string is how it ends. */
export type RequestPattern = string | RegExp | ((request: ReceivedRequest) => boolean);

export function matcher(pattern: RequestPattern): (request: ReceivedRequest) => boolean {
  if (typeof pattern === 'string') return ({ path }) => path.endsWith(pattern);
  if (pattern instanceof RegExp) return ({ path }) => pattern.test(path);
  return pattern;
}

/** The request as it came, once its body is there whole. */
export async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const body = await buffer(incoming);
  const [path = '', query = ''] = (incoming.url ?? '').split('?', 2);
  return {
    method: incoming.method ?? '',
    path,
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body,
  };
}
