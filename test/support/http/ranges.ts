/** Byte ranges (RFC 9110, section 14), as the storage behind dl.k8s.io answers them. */
import { bodySize, type Reply, type ReplyBody } from './reply.ts';
import type { ReceivedRequest } from './request.ts';

export interface RangedReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: { readonly whole: ReplyBody; readonly start: number; readonly end: number } | undefined;
}

/** The reply with its lengths, and with the part of its body that a `Range` header asks for. */
export function ranged(reply: Reply, request: ReceivedRequest): RangedReply {
  const { status, headers = {}, body: whole } = reply;
  if (whole === undefined) return { status, headers, body: undefined };
  const size = bodySize(whole);
  const range =
    reply.ranges === true && status === 200 && !isStale(request, headers)
      ? parseRange(request.headers.range, size)
      : undefined;
  if (range === 'unsatisfiable') {
    const unsatisfied = { 'content-range': `bytes */${size}`, 'content-length': '0' };
    return { status: 416, headers: { ...headers, ...unsatisfied }, body: undefined };
  }
  const { start, end } = range ?? { start: 0, end: size };
  const chunked = 'transfer-encoding' in headers;
  const length = chunked ? {} : { 'content-length': String(end - start) };
  const partial = range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${size}` };
  return {
    status: range === undefined ? status : 206,
    headers: { ...length, ...partial, ...headers },
    body: { whole, start, end },
  };
}

/** An `If-Range` that is not this file's date asks for the whole file. */
function isStale(request: ReceivedRequest, headers: Readonly<Record<string, string>>): boolean {
  const condition = request.headers['if-range'];
  return condition !== undefined && condition !== headers['last-modified'];
}

interface ByteRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

/** One byte range of RFC 9110, section 14: undefined where there is none to honour, `unsatisfiable` for a 416. */
function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (start >= size) return 'unsatisfiable';
  return start < end ? { start, end } : undefined;
}
