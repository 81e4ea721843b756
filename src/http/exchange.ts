import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { MAX_BUFFERED_BODY_BYTES, MAX_DISCARDED_BODY_BYTES } from '../limits.ts';
import { NOT_HTTP, STALL_ADVICE } from './classify.ts';
import { TransportFailure } from './failure.ts';
import { duration } from './wording.ts';

export interface ExchangeRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** If no byte arrives for this long while the caller waits, the exchange fails as stalled. */
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Called when the connection is ready and the request is about to be written. */
  readonly onStart: () => void;
}

/** The headers of an answer; its body is not read yet. */
export interface Answer {
  readonly status: number;
  /** A header by its lower-case name. Repeated headers are joined with commas (RFC 9110 section 5.3). */
  readonly header: (name: string) => string | undefined;
  readonly body: AnswerBody;
}

export interface AnswerBody {
  /**
   * The next bytes, or undefined at the end. Bytes that arrived before a failure are returned before it is thrown.
   */
  read(): Promise<Uint8Array | undefined>;
  /** Closes the connection. Nothing more can be read. */
  cancel(): void;
  /**
   * Reads and drops the rest of a small body, so that the connection can be used again. Closes the connection if the
   * body is large.
   */
  discard(): void;
}

/** Sends one request and resolves with the headers of the answer. Does not follow redirects or retry. */
export async function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Answer> {
  request.signal.throwIfAborted();
  const running = new Exchange(request);
  dispatcher.dispatch(
    {
      origin: request.url.origin,
      path: `${request.url.pathname}${request.url.search}`,
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      // undici closes the connection after each HEAD unless told otherwise.
      ...(request.method === 'HEAD' ? { reset: false } : {}),
      // We time stalls ourselves, exactly and only while the caller waits for bytes.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    running,
  );
  return running.head();
}

type Phase = 'head' | 'body' | 'discard' | 'ended';

class Exchange implements Dispatcher.DispatchHandler, AnswerBody {
  readonly #signal: AbortSignal;
  readonly #stallTimeoutMs: number;
  readonly #onStart: () => void;
  #phase: Phase = 'head';
  #controller: Dispatcher.DispatchController | undefined;
  #answer: Answer | undefined;
  #failure: Error | undefined;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #discarded = 0;
  #wake: (() => void) | undefined;

  constructor({ signal, stallTimeoutMs, onStart }: ExchangeRequest) {
    this.#onStart = onStart;
    this.#signal = signal;
    this.#stallTimeoutMs = stallTimeoutMs;
    signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  async head(): Promise<Answer> {
    await this.#until(() => this.#answer !== undefined);
    if (this.#answer === undefined) throw this.#failure ?? new Error('an exchange ended without an answer');
    return this.#answer;
  }

  async read(): Promise<Uint8Array | undefined> {
    await this.#until(() => this.#queue.length > 0 || this.#phase === 'ended');
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#queued -= chunk.byteLength;
      if (this.#queued < MAX_BUFFERED_BODY_BYTES / 2) this.#controller?.resume();
      return chunk;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return undefined;
  }

  cancel(): void {
    this.#fail(new Error('the rest of the answer is not needed'));
    this.#queue = [];
  }

  discard(): void {
    if (this.#phase !== 'body') return;
    this.#phase = 'discard';
    this.#discarded = this.#queued;
    this.#queue = [];
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#onStart();
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#phase !== 'head') return;
    this.#phase = 'body';
    this.#answer = { status, header: reader(headers), body: this };
    this.#wake?.();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#phase === 'discard') {
      this.#discarded += chunk.byteLength;
      if (this.#discarded > MAX_DISCARDED_BODY_BYTES) this.cancel();
    } else if (this.#phase === 'body' && chunk.byteLength > 0) {
      this.#queue.push(chunk);
      this.#queued += chunk.byteLength;
      if (this.#queued >= MAX_BUFFERED_BODY_BYTES) controller.pause();
      this.#wake?.();
    }
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#failure ??=
      this.#phase === 'head' && contradictsItself(error) ? new TransportFailure(NOT_HTTP, error) : error;
    this.#end();
  }

  readonly #interrupt = (): void => {
    this.#queue = [];
    this.#fail(this.#signal.reason instanceof Error ? this.#signal.reason : new Error('aborted'));
  };

  #fail(failure: Error): void {
    if (this.#phase === 'ended') return;
    this.#failure ??= failure;
    this.#controller?.abort(this.#failure);
    this.#end();
  }

  #end(): void {
    this.#phase = 'ended';
    this.#signal.removeEventListener('abort', this.#interrupt);
    this.#wake?.();
  }

  /** Waits until there is something to return, or fails the exchange as stalled. */
  async #until(ready: () => boolean): Promise<void> {
    if (ready() || this.#phase === 'ended') return;
    const stall = setTimeout(
      () => this.#fail(stalled(this.#phase, this.#stallTimeoutMs)),
      this.#stallTimeoutMs,
    );
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
    clearTimeout(stall);
  }
}

function reader(headers: IncomingHttpHeaders): (name: string) => string | undefined {
  return (name) => {
    // undici returns a list for a repeated header, although its types say otherwise.
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
}

/** Before the body begins, a wrong length can only come from the headers: two lengths, or a length and chunks. */
function contradictsItself(error: Error): boolean {
  return 'code' in error && error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

function stalled(phase: Phase, stallTimeoutMs: number): TransportFailure {
  const missing = phase === 'head' ? 'no answer' : 'no byte';
  return new TransportFailure({
    transient: true,
    code: 'timeout',
    reason: `${missing} for ${duration(stallTimeoutMs)}`,
    advice: STALL_ADVICE,
  });
}
