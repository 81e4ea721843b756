/** A place that a program brings itself as a source of release files. */
import { isUint8Array } from 'node:util/types';
import { InterruptedError, RequestError, type UnavailableCode, UnavailableError } from '../errors.ts';
import { oversized } from '../strict/malformed.ts';
import { excerpt } from '../text/excerpt.ts';
import { shownUrl } from '../text/shown-url.ts';
import { replaceUnprintable } from '../text/unprintable.ts';
import type { BytesRequest, Delivery, ReleaseSource, SmallFile, SmallFileRequest } from './release-source.ts';

/**
 * A place of your own that has release files, laid out as dl.k8s.io: a directory, an object store. What comes from it is
 * trusted as little as what comes from a server.
 */
export interface ReleaseStore {
  /** Names the place in messages and results: a path or a URL. A password in a URL is not shown. */
  readonly name: string;
  /**
   * The bytes of one file, from its beginning, in chunks that you do not change afterwards. Undefined means that there is
   * no such file. An error means that it could not be read. In both cases the next source is asked; if an error was the
   * last answer, the run ends with an `UnavailableError`.
   *
   * @param path as `release/v1.30.2/bin/linux/amd64/kubectl.sig`.
   * @param signal fires when the bytes are not wanted any more.
   */
  open(path: string, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** Whether a value has what a store needs, on itself or from its class. */
export function isReleaseStore(value: object): value is ReleaseStore {
  const { name, open } = value as Partial<ReleaseStore>;
  return typeof name === 'string' && name !== '' && typeof open === 'function';
}

/** A store behind the port of all sources: with our limits, our errors, and an end when the signal fires. */
export class StoreSource implements ReleaseSource {
  readonly shown: string;
  readonly isPublisher = false;
  readonly isLocal = false;
  readonly #store: ReleaseStore;

  constructor(store: ReleaseStore) {
    this.#store = store;
    this.shown = replaceUnprintable(shownUrl(store.name), () => '?').replace(/\/+$/, '');
  }

  async small(request: SmallFileRequest): Promise<SmallFile | undefined> {
    const chunks = await this.#open(request);
    if (chunks === undefined) return undefined;
    const { maxBytes, what } = request;
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.byteLength;
      if (length > maxBytes) {
        const from = this.#at(request);
        throw oversized(what, `at most ${maxBytes} bytes`, `more than ${maxBytes} bytes`, { from });
      }
      parts.push(chunk);
    }
    return { bytes: Buffer.concat(parts), quotable: true };
  }

  /** Begins anew where another source left off: a store is only asked for whole files. */
  async bytes(request: BytesRequest): Promise<Delivery> {
    const chunks = await this.#open(request);
    if (chunks === undefined) return { kind: 'absent', reason: 'no such file' };
    const { received, maxBytes, onProgress } = request;
    const { sink } = received;
    if (sink.length > 0) await sink.reset();
    Object.assign(received, { total: undefined, origin: this.shown, resumed: false });
    for await (const chunk of chunks) {
      if (sink.length + chunk.byteLength > maxBytes) {
        await sink.reset();
        throw this.#failed('response-invalid', request, `it is larger than ${maxBytes} bytes`);
      }
      await sink.write(chunk);
      onProgress?.(sink.length, undefined);
    }
    if (sink.length === 0) throw this.#failed('response-invalid', request, 'the file is empty');
    const url = this.#at(request);
    return { kind: 'delivered', outcome: { url, bytes: sink.length, resumed: false, endedByClose: false } };
  }

  /** A store can only be asked for bytes. */
  size(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async #open(request: SmallFileRequest): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { path, signal } = request;
    const opened = await this.#asked(request, async () => this.#store.open(path, signal));
    if (opened === undefined) return undefined;
    if (typeof opened?.[Symbol.asyncIterator] !== 'function') throw this.#notBytes();
    return this.#chunks(opened, request);
  }

  async *#chunks(opened: AsyncIterable<unknown>, request: SmallFileRequest): AsyncGenerator<Uint8Array> {
    const iterator = opened[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#asked(request, async () => iterator.next());
        if (next.done === true) return;
        if (!isUint8Array(next.value)) throw this.#notBytes();
        if (next.value.byteLength > 0) yield next.value;
      }
    } finally {
      // Not awaited: a store that ignores the signal would hold up the end of the run.
      (async () => iterator.return?.())().catch(() => undefined);
    }
  }

  /** Whatever a store throws is an outage: it cannot give a verdict. */
  async #asked<T>(request: SmallFileRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await untilInterrupted(work, request.signal);
    } catch (error) {
      if (request.signal?.aborted === true) throw interrupted(request.signal);
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#failed('network', request, excerpt(reason, 200), error);
    }
  }

  #at({ path }: { readonly path: string }): string {
    return `${this.shown}/${path}`;
  }

  #failed(
    code: UnavailableCode,
    request: { readonly path: string; readonly what: string },
    found: string,
    cause?: unknown,
  ): UnavailableError {
    const from = this.#at(request);
    return new UnavailableError(code, `could not fetch ${request.what}: ${found}`, {
      found,
      from,
      next: 'see what is wrong there, or name another source',
      cause,
    });
  }

  #notBytes(): RequestError {
    return new RequestError('usage', `the store ${this.shown} does not give bytes`, {
      wanted: 'undefined, or chunks that are each a Uint8Array',
      found: 'something else',
      next: 'let open() return an async iterable of Uint8Array, such as a stream of node:fs without encoding',
    });
  }
}

async function untilInterrupted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const interrupt = (): void => reject(interrupted(signal));
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function interrupted(signal: AbortSignal): InterruptedError {
  return new InterruptedError('interrupted', { cause: signal.reason });
}
