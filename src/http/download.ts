import { MIN_PROGRESS_BYTES } from '../limits.ts';
import type { DownloadOutcome, DownloadRequest, DownloadSink } from './http-client.ts';
import type { Report } from '../progress.ts';
import { parseContentRange } from './content-range.ts';
import type { Operation } from './deadline.ts';
import { invalidResponse, TransportFailure } from './failure.ts';
import { releaseMemory } from './memory.ts';
import type { Target } from './target.ts';
import { type Reply, refuseCompressed, type Transport } from './transport.ts';
import { refuseWebPage } from './web-page.ts';
import { afterBytes, count } from './wording.ts';

/** An answer that is ready to be read, and what it holds. */
interface Opened {
  readonly reply: Reply;
  /** The artifact from its first byte, what is missing of it, or nothing, because nothing is missing. */
  readonly kind: 'whole' | 'rest' | 'nothing';
  /** The length of the whole artifact, where the answer tells. */
  readonly total: number | undefined;
}

/**
 * One download over as many attempts and sources as it takes. The sink keeps what arrived; the next attempt asks for
 * the rest (`Range`). dl.k8s.io sends no ETag, so nothing but the length can be compared on the way: whether the
 * parts belong together is decided by the digest in the end, and the outcome says that there were parts.
 */
export class Download {
  readonly #transport: Transport;
  readonly #request: DownloadRequest;
  readonly #operation: Operation;
  readonly #report: Report;
  readonly #sink: DownloadSink;
  /** The length of the artifact that the bytes in the sink are the beginning of. */
  #total: number | undefined;
  /** The source that the first bytes in the sink came from; undefined where the caller had them already. */
  #origin: Target | undefined;
  #resumed: boolean;
  /** Sources whose answers to a range request cannot be used. */
  readonly #rangeless = new Set<Target>();
  #furthest: number;

  constructor(transport: Transport, request: DownloadRequest, operation: Operation, report: Report) {
    this.#transport = transport;
    this.#request = request;
    this.#operation = operation;
    this.#report = report;
    this.#sink = request.sink;
    this.#resumed = request.sink.length > 0;
    this.#furthest = request.sink.length;
  }

  /** Whether the download got substantially further than it ever was when this was last true. */
  madeProgress(): boolean {
    if (this.#sink.length < this.#furthest + MIN_PROGRESS_BYTES) return false;
    this.#furthest = this.#sink.length;
    return true;
  }

  /**
   * One attempt at one source.
   *
   * @throws TransportFailure, or whatever the sink throws.
   */
  async attempt(source: Target): Promise<DownloadOutcome> {
    const opened = (await this.#openRest(source)) ?? (await this.#openWhole(source));
    const { reply, kind } = opened;
    try {
      if (kind !== 'nothing') await this.#take(opened, source);
    } finally {
      reply.cancel();
    }
    return {
      url: reply.url,
      bytes: this.#sink.length,
      resumed: this.#resumed,
      endedByClose: opened.total === undefined && reply.endsByClose,
    };
  }

  /** Asks for what is missing; undefined where this source cannot say what that is, and is asked for the whole. */
  async #openRest(source: Target): Promise<Opened | undefined> {
    const offset = this.#sink.length;
    // Bytes of another source are only kept where the length of the whole can be compared.
    const comparable = this.#total !== undefined || this.#origin === undefined || this.#origin === source;
    if (offset === 0 || !comparable || this.#rangeless.has(source)) return undefined;
    const reply = await this.#send(source, { range: `bytes=${offset}-` });
    if (reply.status === 200) return this.#accept(reply, 'whole', reply.length);
    if (reply.status !== 206 && reply.status !== 416) {
      reply.discard();
      throw reply.statusFailure();
    }
    const range = parseContentRange(reply.header('content-range'));
    const sameTotal = this.#total === undefined || range?.total === this.#total;
    if (sameTotal && reply.status === 416 && range?.kind === 'unsatisfied' && range.total === offset) {
      return { reply, kind: 'nothing', total: offset };
    }
    if (sameTotal && reply.status === 206 && range?.kind === 'part' && range.start === offset) {
      return this.#accept(reply, 'rest', range.total);
    }
    this.#rangeless.add(source);
    reply.cancel();
    return undefined;
  }

  async #openWhole(source: Target): Promise<Opened> {
    const reply = await this.#send(source, {});
    if (reply.status === 200) return this.#accept(reply, 'whole', reply.length);
    reply.discard();
    throw reply.statusFailure();
  }

  async #send(target: Target, headers: Readonly<Record<string, string>>): Promise<Reply> {
    const { bypassCache } = this.#request;
    return this.#transport.send({ target, method: 'GET', headers, bypassCache, operation: this.#operation });
  }

  /** Refuses what cannot be the artifact before a byte of it is taken. */
  #accept(reply: Reply, kind: 'whole' | 'rest', total: number | undefined): Opened {
    const { maxBytes } = this.#request;
    refuseCompressed(reply);
    if (total === 0 || (total !== undefined && total > maxBytes)) {
      reply.cancel();
      if (total === 0) throw emptyBody();
      throw invalidResponse(`it is too large: ${count(total)} bytes, at most ${count(maxBytes)} are taken`);
    }
    return { reply, kind, total };
  }

  async #take(opened: Opened, source: Target): Promise<void> {
    const { reply, kind, total } = opened;
    let chunk = await this.#next(reply, kind === 'whole' ? 0 : this.#sink.length, total);
    // What is there is only given up once there is something better.
    if (kind === 'whole') await this.#begin(reply, chunk, source);
    else this.#goOn();
    this.#total = total ?? this.#total;
    if (this.#total !== undefined) await this.#sink.expect?.(this.#total - this.#sink.length);
    for (; chunk !== undefined; chunk = await this.#next(reply, this.#sink.length, this.#total)) {
      await this.#write(chunk);
    }
    if (this.#total !== undefined && this.#sink.length < this.#total) {
      throw told(CUT_SHORT, this.#sink.length, this.#total);
    }
  }

  async #begin(reply: Reply, chunk: Uint8Array | undefined, source: Target): Promise<void> {
    if (chunk === undefined) throw emptyBody();
    refuseWebPage(reply, chunk);
    if (this.#sink.length > 0) {
      await this.#sink.reset();
      this.#report({ kind: 'resume', artifact: this.#request.what, offset: 0 });
    }
    this.#total = undefined;
    this.#origin = source;
    this.#resumed = false;
  }

  #goOn(): void {
    this.#resumed = true;
    this.#report({ kind: 'resume', artifact: this.#request.what, offset: this.#sink.length });
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const { maxBytes, onProgress } = this.#request;
    const received = this.#sink.length + chunk.byteLength;
    const bound = this.#total ?? maxBytes;
    if (received > bound) {
      await this.#sink.reset();
      throw invalidResponse(`the body goes on after ${count(bound)} bytes, where it should have ended`);
    }
    await this.#sink.write(chunk);
    releaseMemory(chunk);
    onProgress?.(received, this.#total);
  }

  async #next(reply: Reply, received: number, total: number | undefined): Promise<Uint8Array | undefined> {
    try {
      return await reply.read();
    } catch (error) {
      throw error instanceof TransportFailure ? told(error, received, total) : error;
    }
  }
}

/** The same failure, saying how far the download got. */
function told(error: TransportFailure, received: number, total: number | undefined): TransportFailure {
  const reason = `${error.failure.reason}${afterBytes(received, total)}`;
  return new TransportFailure({ ...error.failure, reason }, error.cause ?? error);
}

const CUT_SHORT = new TransportFailure({ transient: true, code: 'network', reason: 'body cut short' });

function emptyBody(): TransportFailure {
  return new TransportFailure({ transient: true, code: 'response-invalid', reason: 'the answer is empty' });
}
