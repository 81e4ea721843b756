/** What a local server answers, before anything goes wrong with it. */

/** A body that is made or read piece by piece, so that its size costs no memory. */
export interface LargeBody {
  readonly size: number;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export type ReplyBody = string | Uint8Array | LargeBody;

export interface Reply {
  readonly status: number;
  /** Lower-case names. `content-length` is added unless it is here; `transfer-encoding: chunked` keeps it away. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ReplyBody;
  /** Whether a `Range` header is answered with 206 or 416. */
  readonly ranges?: boolean;
}

export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}

export function bodySize(body: ReplyBody): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : body.size;
}

const PIECE_BYTES = 64 * 1024;

/** The bytes of a body from `start` up to `end`, in pieces of at most `pieceBytes`. */
export async function* pieces(
  body: ReplyBody,
  start: number = 0,
  end: number = bodySize(body),
  pieceBytes: number = PIECE_BYTES,
): AsyncGenerator<Uint8Array> {
  const whole = typeof body === 'string' ? Buffer.from(body) : body;
  const parts = whole instanceof Uint8Array ? [whole.subarray(start, end)] : whole.read(start, end);
  for await (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) yield part.subarray(at, at + pieceBytes);
  }
}

export async function readWhole(body: ReplyBody): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of pieces(body)) parts.push(part);
  return Buffer.concat(parts);
}
