/**
 * Hashes bytes that arrive and are not kept: SHA-256 in this thread, SHA-512 in another one at the same time, in memory that
 * does not grow with what arrives.
 */
import { createHash, type Hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { DownloadSink } from '../source/bytes.ts';
import { throwIfInterrupted } from './disk-error.ts';
import { startThread } from './hash-thread.ts';

/** Each stream has two: one fills while the other is hashed. */
const BUFFER_BYTES = 256 * 1024;
const MAX_THREADS = 4;

/** What runs in a thread. It is a text because the program may be one file without others next to it. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const hashes = new Map();
parentPort.on('message', ({ stream, bytes, ends, drops }) => {
  const hash = hashes.get(stream) ?? createHash('sha512');
  hashes.set(stream, hash);
  if (bytes !== undefined) {
    hash.update(bytes);
    parentPort.postMessage({ stream, bytes }, [bytes.buffer]);
  }
  if (ends) parentPort.postMessage({ stream, digest: hash.digest('hex') });
  if (ends || drops) hashes.delete(stream);
});
`;

/** From a thread: a buffer that is done, or the digest at the end. */
interface Reply {
  readonly stream: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly digest?: string;
}

/** Hex. */
export interface StreamDigests {
  readonly bytes: number;
  readonly sha256: string;
  readonly sha512: string;
}

/** The threads of a run, and its streams. */
export class StreamHashes implements AsyncDisposable {
  readonly #threads: Worker[] = [];
  readonly #streams = new Map<number, HashedStream>();
  #opened = 0;

  /** A stream that takes the bytes of one file. */
  open(signal: AbortSignal | undefined): HashedStream {
    this.#opened += 1;
    const number = this.#opened;
    const stream = new HashedStream(number, this.#thread(number), {
      signal,
      closed: () => this.#streams.delete(number),
    });
    this.#streams.set(number, stream);
    return stream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** One fewer than cores, since this thread hashes too; one at least. */
  #thread(number: number): Worker {
    const most = Math.max(1, Math.min(availableParallelism() - 1, MAX_THREADS));
    const known = this.#threads[(number - 1) % most];
    if (known !== undefined) return known;
    const thread = startThread(PROGRAM);
    thread.on('message', (reply: Reply) => this.#streams.get(reply.stream)?.answered(reply));
    thread.on('error', (error: unknown) => {
      for (const stream of this.#streams.values()) stream.failed(error);
    });
    this.#threads.push(thread);
    return thread;
  }
}

interface StreamOptions {
  readonly signal: AbortSignal | undefined;
  readonly closed: () => void;
}

/** A sink that keeps nothing. */
export class HashedStream implements DownloadSink, Disposable {
  readonly #number: number;
  readonly #thread: Worker;
  readonly #signal: AbortSignal | undefined;
  readonly #closed: () => void;
  #hash: Hash = createHash('sha256');
  #length = 0;
  #filling: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  #filled = 0;
  /** The other buffer, once the thread has given it back. */
  #other: Promise<Uint8Array<ArrayBuffer>> = Promise.resolve(new Uint8Array(BUFFER_BYTES));
  #waiting: PromiseWithResolvers<Reply> | undefined;
  /** Why no answer can come any more. */
  #failure: { readonly error: unknown } | undefined;

  constructor(number: number, thread: Worker, { signal, closed }: StreamOptions) {
    this.#number = number;
    this.#thread = thread;
    this.#signal = signal;
    this.#closed = closed;
  }

  get length(): number {
    return this.#length;
  }

  async write(chunk: Uint8Array): Promise<void> {
    throwIfInterrupted(this.#signal);
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + this.#filling.length - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#filling.length) await this.#flush();
    }
    this.#length += chunk.length;
  }

  async reset(): Promise<void> {
    await this.#other;
    this.#thread.postMessage({ stream: this.#number, drops: true }, []);
    this.#hash = createHash('sha256');
    [this.#filled, this.#length] = [0, 0];
  }

  /** The digests of what was written since the last reset. */
  async finish(): Promise<StreamDigests> {
    await this.#flush();
    await this.#other;
    const { digest = '' } = await this.#ask({ ends: true }, []);
    return { bytes: this.#length, sha256: this.#hash.digest('hex'), sha512: digest };
  }

  /** Its buffers are free from then on. */
  [Symbol.dispose](): void {
    this.#thread.postMessage({ stream: this.#number, drops: true }, []);
    this.failed(new TypeError('the stream is closed'));
    this.#closed();
  }

  answered(reply: Reply): void {
    this.#waiting?.resolve(reply);
  }

  failed(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting?.reject(error);
  }

  async #flush(): Promise<void> {
    const [full, filled] = [this.#filling, this.#filled];
    if (filled === 0) return;
    this.#hash.update(full.subarray(0, filled));
    const other = await this.#other;
    const answer = this.#ask({ bytes: full.subarray(0, filled) }, [full.buffer]);
    this.#other = answer.then(({ bytes }) => new Uint8Array(bytes?.buffer ?? new ArrayBuffer(BUFFER_BYTES)));
    // The next write sees its failure.
    this.#other.catch(() => undefined);
    this.#filling = other;
    this.#filled = 0;
  }

  async #ask(message: object, transfer: readonly ArrayBuffer[]): Promise<Reply> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const waiting = Promise.withResolvers<Reply>();
    this.#waiting = waiting;
    this.#thread.postMessage({ stream: this.#number, ...message }, [...transfer]);
    return waiting.promise;
  }
}
