import { MIN_PROGRESS_BYTES } from '../limits.ts';
import type { DownloadOutcome, DownloadSink, ReceivedBytes } from '../source/bytes.ts';
import type { DownloadRequest } from './http-client.ts';
import type { Report } from '../progress.ts';
import { parseContentRange } from './content-range.ts';
import type { Operation } from './deadline.ts';
import { invalidResponse, TransportFailure } from './failure.ts';
import { releaseMemory } from '../strict/memory.ts';
import type { Target } from './target.ts';
import { type Reply, refuseCompressed, type Transport } from './transport.ts';
import { refuseWebPage } from './web-page.ts';
import { afterBytes, count } from './wording.ts';

/** An answer that is ready to be read, and which part of the artifact it has. */
interface Opened {
  readonly reply: Reply;
  /** The whole artifact, the missing rest, or nothing because the artifact is complete. */
  readonly kind: 'whole' | 'rest' | 'nothing';
  /** Length of the whole artifact, if the answer says. */
  readonly total: number | undefined;
}

/**
 * One download from one source, over several attempts if needed. The sink keeps what has arrived, and the next
 * attempt asks for the rest (`Range`). dl.k8s.io sends no ETag, so only the length can be compared on the way. The
 * digest at the end decides whether the parts belong together; the outcome says that there were parts.
 */
export class Download {
  readonly #transport: Transport;
  readonly #source: Target;
  readonly #request: DownloadRequest;
  readonly #operation: Operation;
  readonly #report: Report;
  readonly #received: ReceivedBytes;
  readonly #sink: DownloadSink;
  /** Whether this source does not answer range requests properly. */
  #isRangeless = false;
  #furthest: number;

  constructor(
    transport: Transport,
    source: Target,
    request: DownloadRequest,
    operation: Operation,
    report: Report,
  ) {
    this.#transport = transport;
    this.#source = source;
    this.#request = request;
    this.#operation = operation;
    this.#report = report;
    this.#received = request.received;
    this.#sink = request.received.sink;
    this.#furthest = this.#sink.length;
  }

  /** Whether the download has got well beyond the point where this last returned true. */
  madeProgress(): boolean {
    if (this.#sink.length < this.#furthest + MIN_PROGRESS_BYTES) return false;
    this.#furthest = this.#sink.length;
    return true;
  }

  /**
   * One attempt.
   *
   * @throws TransportFailure, or any error of the sink.
   */
  async attempt(): Promise<DownloadOutcome> {
    const opened = (await this.#openRest()) ?? (await this.#openWhole());
    const { reply, kind } = opened;
    try {
      if (kind !== 'nothing') await this.#take(opened);
    } finally {
      reply.cancel();
    }
    return {
      url: reply.url,
      bytes: this.#sink.length,
      resumed: this.#received.resumed,
      endedByClose: opened.total === undefined && reply.endsByClose,
    };
  }

  /** Asks for the missing part; undefined if this source cannot give it and must be asked for the whole. */
  async #openRest(): Promise<Opened | undefined> {
    const offset = this.#sink.length;
    // Bytes from another source are kept only if the total length can be compared.
    const { total, origin } = this.#received;
    const comparable = total !== undefined || origin === undefined || origin === this.#source.url.href;
    if (offset === 0 || !comparable || this.#isRangeless) return undefined;
    const reply = await this.#send({ range: `bytes=${offset}-` });
    if (reply.status === 200) return this.#accept(reply, 'whole', reply.length);
    if (reply.status !== 206 && reply.status !== 416) {
      reply.discard();
      throw reply.statusFailure();
    }
    const range = parseContentRange(reply.header('content-range'));
    const sameTotal = total === undefined || range?.total === total;
    if (sameTotal && reply.status === 416 && range?.kind === 'unsatisfied' && range.total === offset) {
      return { reply, kind: 'nothing', total: offset };
    }
    if (sameTotal && reply.status === 206 && range?.kind === 'part' && range.start === offset) {
      return this.#accept(reply, 'rest', range.total);
    }
    this.#isRangeless = true;
    reply.cancel();
    return undefined;
  }

  async #openWhole(): Promise<Opened> {
    const reply = await this.#send({});
    if (reply.status === 200) return this.#accept(reply, 'whole', reply.length);
    reply.discard();
    throw reply.statusFailure();
  }

  async #send(headers: Readonly<Record<string, string>>): Promise<Reply> {
    const { bypassCache } = this.#request;
    const target = this.#source;
    return this.#transport.send({ target, method: 'GET', headers, bypassCache, operation: this.#operation });
  }

  /** Refuses what cannot be the artifact before taking any bytes. */
  #accept(reply: Reply, kind: 'whole' | 'rest', total: number | undefined): Opened {
    const { maxBytes } = this.#request;
    refuseCompressed(reply);
    if (total === 0 || (total !== undefined && total > maxBytes)) {
      reply.cancel();
      if (total === 0) throw emptyBody();
      throw invalidResponse(`it is too large: ${count(total)} bytes; the limit is ${count(maxBytes)}`);
    }
    return { reply, kind, total };
  }

  async #take(opened: Opened): Promise<void> {
    const { reply, kind, total } = opened;
    let chunk = await this.#next(reply, kind === 'whole' ? 0 : this.#sink.length, total);
    // Give up the bytes that we have only once there is something better.
    if (kind === 'whole') await this.#begin(reply, chunk);
    else this.#goOn();
    this.#received.total = total ?? this.#received.total;
    if (this.#received.total !== undefined)
      await this.#sink.expect?.(this.#received.total - this.#sink.length);
    for (; chunk !== undefined; chunk = await this.#next(reply, this.#sink.length, this.#received.total)) {
      await this.#write(chunk);
    }
    if (this.#received.total !== undefined && this.#sink.length < this.#received.total) {
      throw told(CUT_SHORT, this.#sink.length, this.#received.total);
    }
  }

  async #begin(reply: Reply, chunk: Uint8Array | undefined): Promise<void> {
    if (chunk === undefined) throw emptyBody();
    refuseWebPage(reply, chunk);
    if (this.#sink.length > 0) {
      await this.#sink.reset();
      this.#report({ kind: 'resume', artifact: this.#request.what, offset: 0 });
    }
    this.#received.total = undefined;
    this.#received.origin = this.#source.url.href;
    this.#received.resumed = false;
  }

  #goOn(): void {
    this.#received.resumed = true;
    this.#report({ kind: 'resume', artifact: this.#request.what, offset: this.#sink.length });
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const { maxBytes, onProgress } = this.#request;
    const received = this.#sink.length + chunk.byteLength;
    const bound = this.#received.total ?? maxBytes;
    if (received > bound) {
      await this.#sink.reset();
      throw invalidResponse(`the body continues after ${count(bound)} bytes, where it should end`);
    }
    await this.#sink.write(chunk);
    releaseMemory(chunk);
    onProgress?.(received, this.#received.total);
  }

  async #next(reply: Reply, received: number, total: number | undefined): Promise<Uint8Array | undefined> {
    try {
      return await reply.read();
    } catch (error) {
      throw error instanceof TransportFailure ? told(error, received, total) : error;
    }
  }
}

/** Adds to a failure how far the download got. */
function told(error: TransportFailure, received: number, total: number | undefined): TransportFailure {
  const reason = `${error.failure.reason}${afterBytes(received, total)}`;
  return new TransportFailure({ ...error.failure, reason }, error.cause ?? error);
}

const CUT_SHORT = new TransportFailure({ transient: true, code: 'network', reason: 'body cut short' });

function emptyBody(): TransportFailure {
  return new TransportFailure({ transient: true, code: 'response-invalid', reason: 'the answer is empty' });
}
