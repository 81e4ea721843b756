import { oversized } from '../strict/malformed.ts';
import type { SmallRequest, SmallResponse } from './http-client.ts';
import type { Operation } from './deadline.ts';
import { TransportFailure } from './failure.ts';
import type { Target } from './target.ts';
import { isCompressed, type Reply, refuseCompressed, type Transport } from './transport.ts';
import { refuseWebPage } from './web-page.ts';
import { parseHttpDate } from './retry-timing.ts';
import { afterBytes, count } from './wording.ts';

/**
 * One attempt at a small request. Returns the whole body within its limit if the status is accepted; for an error
 * status only the beginning of the body.
 *
 * @throws TransportFailure, or UntrustedError `material-oversized`.
 */
export async function attemptSmall(
  transport: Transport,
  request: SmallRequest,
  target: Target,
  operation: Operation,
): Promise<SmallResponse> {
  const { json, bypassCache } = request;
  const method = request.method ?? (json === undefined ? 'GET' : 'POST');
  const reply = await transport.send({ target, method, json, bypassCache, operation });
  if (!request.accept.includes(reply.status)) {
    reply.discard();
    throw reply.statusFailure();
  }
  const body = await readBody(reply, request, method);
  const { status, url, mediaType: contentType, date } = reply;
  const fromOtherHost = new URL(url).host !== target.url.host;
  const modified = parseHttpDate(reply.header('last-modified') ?? '');
  return {
    status,
    body,
    url,
    fromOtherHost,
    contentType,
    ...(date === undefined ? {} : { date }),
    ...(modified === undefined ? {} : { modified }),
    ...(method === 'HEAD' ? lengthOf(reply) : {}),
  };
}

async function readBody(
  reply: Reply,
  request: SmallRequest,
  method: SmallRequest['method'],
): Promise<Uint8Array> {
  if (method !== 'HEAD') return isSuccess(reply) ? readWhole(reply, request) : readErrorPage(reply, request);
  reply.discard();
  return new Uint8Array();
}

/** Of the file itself: neither that of an error page nor that of an encoded body. */
function lengthOf(reply: Reply): Pick<SmallResponse, 'length'> {
  const { length, mediaType } = reply;
  const isOfFile = isSuccess(reply) && mediaType !== 'text/html' && !isCompressed(reply);
  return isOfFile && length !== undefined && Number.isSafeInteger(length) ? { length } : {};
}

function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status <= 299;
}

async function readWhole(reply: Reply, { maxBytes, what }: SmallRequest): Promise<Uint8Array> {
  refuseCompressed(reply);
  const wanted = `at most ${count(maxBytes)} bytes`;
  // An error page may exceed the size limit of the file. That it is a web page matters more than its size.
  if (reply.mediaType !== 'text/html' && reply.length !== undefined && reply.length > maxBytes) {
    reply.cancel();
    throw oversized(what, wanted, `${count(reply.length)} bytes (Content-Length)`, { from: reply.url });
  }
  const body = await readAtMost(reply, maxBytes + 1);
  refuseWebPage(reply, body);
  if (body.byteLength <= maxBytes) return body;
  throw oversized(what, wanted, `more than ${count(maxBytes)} bytes`, { from: reply.url });
}

/** Reads the beginning of a "not found" or "bad request" page. Its size and form do not matter. */
async function readErrorPage(reply: Reply, { maxBytes }: SmallRequest): Promise<Uint8Array> {
  if (!isCompressed(reply)) return readAtMost(reply, maxBytes);
  reply.discard();
  return new Uint8Array();
}

async function readAtMost(reply: Reply, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for (let chunk = await next(reply, received); chunk !== undefined; chunk = await next(reply, received)) {
    received += chunk.byteLength;
    chunks.push(chunk);
    if (received >= maxBytes) break;
  }
  reply.discard();
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

async function next(reply: Reply, received: number): Promise<Uint8Array | undefined> {
  try {
    return await reply.read();
  } catch (error) {
    if (!(error instanceof TransportFailure)) throw error;
    const reason = `${error.failure.reason}${afterBytes(received, reply.length)}`;
    throw new TransportFailure({ ...error.failure, reason }, error.cause ?? error);
  }
}
