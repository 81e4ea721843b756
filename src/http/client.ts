import type {
  NetworkOptions,
  DownloadRequest,
  HttpClient,
  SmallRequest,
  SmallResponse,
} from './http-client.ts';
import type { Report } from '../progress.ts';
import {
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_DOWNLOAD_TIMEOUT_MS,
  DEFAULT_REQUEST_TIMEOUT_MS,
  DEFAULT_RETRIES,
  DEFAULT_RETRY_DELAY_MS,
  DEFAULT_STALL_TIMEOUT_MS,
  MAX_WAIT_BEFORE_NEXT_SOURCE_MS,
} from '../limits.ts';
import { type AttemptHooks, OutOfAttempts, type RetryPolicy, withRetries } from './attempts.ts';
import { Connections, type ConnectionSettings } from './connections.ts';
import { type Operation, startOperation } from './deadline.ts';
import { Download } from './download.ts';
import { type GivenUp, unavailable } from './failure.ts';
import { attemptSmall } from './small.ts';
import { parseTarget, type Target } from './target.ts';
import { noteOf } from '../text/node-variables.ts';
import { tlsSwitchNote } from './tls-switch.ts';
import { Transport } from './transport.ts';
import type { Delivery } from '../source/release-source.ts';
import { shownUrl } from '../text/shown-url.ts';

/** The options of the network, and what only tests replace. */
export interface HttpClientOptions extends NetworkOptions {
  /** Random numbers from 0 to 1, for the jitter. */
  readonly random?: (() => number) | undefined;
  /** Resolves host names instead of the system's resolver. */
  readonly lookup?: ConnectionSettings['lookup'];
}

/**
 * The network for the rest of the program. Cheap to create: nothing is loaded, read or connected before the first
 * request.
 *
 * The first request throws a `RequestError` if the CA file or a proxy variable cannot be used.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new UndiciHttpClient(options);
}

class UndiciHttpClient implements HttpClient {
  readonly isOffline = false;
  readonly #connections: Connections;
  readonly #transport: Transport;
  readonly #policy: RetryPolicy;
  readonly #report: Report;
  readonly #timeoutMs: number | undefined;
  /** Operations that have not sent a request yet. */
  readonly #unsent = new Set<Operation>();
  #whenSent = Promise.withResolvers<void>();

  constructor(options: HttpClientOptions) {
    this.#connections = new Connections({
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      env: options.env ?? {},
      caFile: options.caFile,
      lookup: options.lookup,
    });
    this.#transport = new Transport(this.#connections, {
      stallTimeoutMs: options.stallTimeoutMs ?? DEFAULT_STALL_TIMEOUT_MS,
      userAgent: options.userAgent ?? 'k8s-verify',
      onStart: (operation) => this.#sent(operation),
    });
    this.#policy = {
      retries: options.retries ?? DEFAULT_RETRIES,
      retryDelayMs: options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
      random: options.random ?? Math.random,
    };
    this.#report = options.report ?? (() => {});
    const note = tlsSwitchNote();
    if (note !== undefined) this.#report({ kind: 'note', ...noteOf(note) });
    this.#timeoutMs = options.timeoutMs;
  }

  async fetchSmall(request: SmallRequest): Promise<SmallResponse> {
    const target = parseTarget(request.url);
    const timeoutMs = this.#timeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    const operation = this.#start(timeoutMs, request.signal);
    try {
      return await withRetries(
        async () => attemptSmall(this.#transport, request, target, operation),
        request.method === 'HEAD' || request.once === true ? { ...this.#policy, retries: 0 } : this.#policy,
        operation,
        request.quiet === true ? { onRetry: () => undefined } : this.#hooksOf(target),
      );
    } catch (error) {
      throw error instanceof OutOfAttempts ? unavailable(request.what, givenUpAt(target, error)) : error;
    } finally {
      this.#sent(operation);
      operation.finish();
    }
  }

  async download(request: DownloadRequest): Promise<Delivery> {
    const { received, othersFollow, signal, what } = request;
    const target = parseTarget(request.url);
    const timeoutMs = this.#timeoutMs ?? DEFAULT_DOWNLOAD_TIMEOUT_MS;
    const operation = this.#start(timeoutMs, signal, received.since);
    const policy =
      othersFollow === true
        ? { ...this.#policy, longestWaitMs: MAX_WAIT_BEFORE_NEXT_SOURCE_MS }
        : this.#policy;
    try {
      const download = new Download(this.#transport, target, request, operation, this.#report);
      const hooks = { ...this.#hooksOf(target), madeProgress: () => download.madeProgress() };
      const outcome = await withRetries(async () => download.attempt(), policy, operation, hooks);
      return { kind: 'delivered', outcome };
    } catch (error) {
      received.outOfTime = operation.signal.aborted;
      if (!(error instanceof OutOfAttempts)) throw error;
      const { status, reason } = error.failure.failure;
      if (status === 404 || status === 410) return { kind: 'absent', reason };
      throw unavailable(what, givenUpAt(target, error));
    } finally {
      this.#sent(operation);
      operation.finish();
    }
  }

  underWay(): Promise<void> {
    return this.#unsent.size === 0 ? Promise.resolve() : this.#whenSent.promise;
  }

  #start(timeoutMs: number, signal: AbortSignal | undefined, since?: number): Operation {
    const operation = startOperation(timeoutMs, signal, since);
    this.#unsent.add(operation);
    return operation;
  }

  #sent(operation: Operation): void {
    if (!this.#unsent.delete(operation)) return;
    // The request is written at the end of this turn of the event loop.
    setImmediate(this.#whenSent.resolve);
    this.#whenSent = Promise.withResolvers();
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  #hooksOf({ url }: Target): AttemptHooks {
    return {
      onRetry: (attempt, reason, delayMs) =>
        this.#report({ kind: 'retry', url: shownUrl(url), attempt, reason, delayMs }),
    };
  }
}

function givenUpAt({ url }: Target, { attempts, failure }: OutOfAttempts): GivenUp {
  return { url: shownUrl(url), attempts, failure };
}
