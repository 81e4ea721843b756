import type { DownloadOutcome, DownloadRequest, DownloadSink, Report } from '../ports.ts';
import { MIN_PROGRESS_BYTES } from '../limits.ts';
import { parseContentRange } from './content-range.ts';
import type { Operation } from './deadline.ts';
import { invalidResponse, TransportFailure } from './failure.ts';
import { releaseMemory } from './memory.ts';
import type { Target } from './target.ts';
import { type Reply, refuseCompressed, type Transport } from './transport.ts';
import { afterBytes, count } from './wording.ts';

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
  /** The length of the whole artifact, as the answers tell it. */
  #total: number | undefined;
  #resumed: boolean;
  /** The source that the bytes in the sink come from. */
  #origin: Target | undefined;
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

  /** Whether the last attempt got substantially further than any before. */
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
    const reply = (await this.#openRest(source)) ?? (await this.#openWhole(source));
    try {
      if (reply.status !== 416) await this.#drain(reply);
    } finally {
      reply.cancel();
    }
    return {
      url: reply.url,
      bytes: this.#sink.length,
      resumed: this.#resumed,
      endedByClose: this.#total === undefined && reply.headers['transfer-encoding'] === undefined,
    };
  }

  /** Asks for what is missing; undefined where the source cannot give it, and the whole must be asked for. */
  async #openRest(source: Target): Promise<Reply | undefined> {
    const offset = this.#sink.length;
    // Bytes of another source are only kept where the length of the whole can be compared.
    const comparable = this.#total !== undefined || this.#origin === undefined || this.#origin === source;
    if (offset === 0 || !comparable || this.#rangeless.has(source)) return undefined;
    const reply = await this.#send(source, { range: `bytes=${offset}-` });
    if (reply.status === 200) {
      this.#rangeless.add(source);
      await this.#startOver();
      this.#accept(reply, reply.length);
      return reply;
    }
    if (reply.status !== 206 && reply.status !== 416) {
      reply.discard();
      throw reply.statusFailure();
    }
    const range = parseContentRange(reply.headers['content-range']);
    const agrees = this.#total === undefined || range?.total === this.#total;
    if (reply.status === 416 && range?.kind === 'unsatisfied' && range.total === offset && agrees) {
      return reply;
    }
    if (reply.status === 206 && range?.kind === 'part' && range.start === offset && agrees) {
      this.#resumed = true;
      this.#accept(reply, range.total);
      this.#report({ kind: 'resume', artifact: this.#request.what, offset });
      return reply;
    }
    this.#rangeless.add(source);
    reply.cancel();
    return undefined;
  }

  async #openWhole(source: Target): Promise<Reply> {
    if (this.#sink.length > 0) await this.#startOver();
    const reply = await this.#send(source, {});
    if (reply.status !== 200) {
      reply.discard();
      throw reply.statusFailure();
    }
    this.#accept(reply, reply.length);
    this.#origin = source;
    return reply;
  }

  async #send(target: Target, headers: Readonly<Record<string, string>>): Promise<Reply> {
    const { bypassCache } = this.#request;
    return this.#transport.send({ target, method: 'GET', headers, bypassCache, operation: this.#operation });
  }

  async #startOver(): Promise<void> {
    await this.#sink.reset();
    this.#total = undefined;
    this.#resumed = false;
    this.#report({ kind: 'resume', artifact: this.#request.what, offset: 0 });
  }

  /** Takes the head of an answer: what it announces must be possible. */
  #accept(reply: Reply, total: number | undefined): void {
    refuseCompressed(reply);
    const { maxBytes } = this.#request;
    if (total !== undefined && total > maxBytes) {
      reply.cancel();
      throw invalidResponse(`${count(total)} bytes are announced, ${count(maxBytes)} are allowed`);
    }
    if (total === 0) {
      reply.cancel();
      throw emptyBody();
    }
    this.#total = total ?? this.#total;
  }

  async #drain(reply: Reply): Promise<void> {
    const { maxBytes, onProgress } = this.#request;
    for (let chunk = await this.#next(reply); chunk !== undefined; chunk = await this.#next(reply)) {
      if (this.#sink.length === 0) refuseWebPage(reply, chunk);
      const received = this.#sink.length + chunk.byteLength;
      const bound = this.#total ?? maxBytes;
      if (received > bound) {
        await this.#startOver();
        throw invalidResponse(`the body goes on after ${count(bound)} bytes, where it should have ended`);
      }
      await this.#sink.write(chunk);
      releaseMemory(chunk);
      onProgress?.(received, this.#total);
    }
    if (this.#sink.length === 0) throw emptyBody();
    if (this.#total !== undefined && this.#sink.length < this.#total) throw this.#cutShort(CUT_SHORT);
  }

  async #next(reply: Reply): Promise<Uint8Array | undefined> {
    try {
      return await reply.read();
    } catch (error) {
      throw error instanceof TransportFailure ? this.#cutShort(error) : error;
    }
  }

  /** The same failure, saying how far the download got. */
  #cutShort(error: TransportFailure): TransportFailure {
    const reason = `${error.failure.reason}${afterBytes(this.#sink.length, this.#total)}`;
    return new TransportFailure({ ...error.failure, reason }, error.cause ?? error);
  }
}

const CUT_SHORT = new TransportFailure({ transient: true, code: 'network', reason: 'body cut short' });

function emptyBody(): TransportFailure {
  return new TransportFailure({ transient: true, code: 'response-invalid', reason: 'the answer is empty' });
}

/** A captive portal or an error page with status 200: kept out, so that it does not read as a wrong digest. */
function refuseWebPage(reply: Reply, start: Uint8Array): void {
  const looksLikeMarkup = /^\s*</.test(Buffer.from(start.subarray(0, 64)).toString('latin1'));
  if (reply.mediaType !== 'text/html' || !looksLikeMarkup) return;
  throw invalidResponse(
    'a web page (text/html) came instead of the file',
    'a proxy, a captive portal or a wrong mirror URL answers here; open the URL in a browser to see what it says',
  );
}
