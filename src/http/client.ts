import { RequestError } from '../errors.ts';
import type {
  DownloadOutcome,
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
} from '../limits.ts';
import type { RetryPolicy } from './attempts.ts';
import { Connections, type ConnectionSettings } from './connections.ts';
import { type Operation, startOperation } from './deadline.ts';
import { Download } from './download.ts';
import { type GivenUp, unavailable } from './failure.ts';
import { attemptSmall } from './small.ts';
import { fromFirstSource, OutOfSources } from './sources.ts';
import { parseTarget } from './target.ts';
import { tlsSwitchNote } from './tls-switch.ts';
import { Transport } from './transport.ts';
import type { Environment } from './proxy.ts';

export interface HttpClientOptions {
  /** Further attempts after a failed first one, per source; 0 for none. */
  readonly retries?: number | undefined;
  /** Bound of the first backoff in milliseconds; it doubles with every failure in a row. */
  readonly retryDelayMs?: number | undefined;
  /** The most time for one request or one download as a whole, retries and sources included, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The most time for one connection to be made, TLS included, in milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
  /** So long without a byte, and an attempt is given up, in milliseconds. */
  readonly stallTimeoutMs?: number | undefined;
  /** PEM file of CAs to trust beside those that Node trusts. */
  readonly caFile?: string | undefined;
  /** Where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are looked up, in upper and lower case; none by default. */
  readonly env?: Environment | undefined;
  /** Told of every retry, change of source and resumption. */
  readonly report?: Report | undefined;
  readonly userAgent?: string | undefined;
  /** The jitter's source: numbers from 0 to 1. */
  readonly random?: (() => number) | undefined;
  /** Resolves host names instead of the system's resolver. */
  readonly lookup?: ConnectionSettings['lookup'];
}

/**
 * The network as the stories see it. Cheap: nothing is loaded, read or connected before the first request.
 *
 * A failed CA file or proxy variable is told by the first request, as a `RequestError`.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new UndiciHttpClient(options);
}

class UndiciHttpClient implements HttpClient {
  readonly #connections: Connections;
  readonly #transport: Transport;
  readonly #policy: RetryPolicy;
  readonly #report: Report;
  readonly #timeoutMs: number | undefined;
  /** Of which no request has left yet. */
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
    if (note !== undefined) this.#report({ kind: 'note', message: `${note.found}; ${note.advice}` });
    this.#timeoutMs = options.timeoutMs;
  }

  async fetchSmall(request: SmallRequest): Promise<SmallResponse> {
    const source = parseTarget(request.url);
    return this.#operate(request, DEFAULT_REQUEST_TIMEOUT_MS, unavailable, async (operation) =>
      fromFirstSource({
        sources: [source],
        attempt: async (target) => attemptSmall(this.#transport, request, target, operation),
        policy: this.#policy,
        operation,
        report: this.#report,
      }),
    );
  }

  async download(request: DownloadRequest): Promise<DownloadOutcome> {
    const sources = request.urls.map(parseTarget);
    return this.#operate(request, DEFAULT_DOWNLOAD_TIMEOUT_MS, downloadFailure, async (operation) => {
      const download = new Download(this.#transport, request, operation, this.#report);
      return fromFirstSource({
        sources,
        attempt: async (target) => download.attempt(target),
        policy: this.#policy,
        operation,
        report: this.#report,
        madeProgress: () => download.madeProgress(),
      });
    });
  }

  underWay(): Promise<void> {
    return this.#unsent.size === 0 ? Promise.resolve() : this.#whenSent.promise;
  }

  #sent(operation: Operation): void {
    if (!this.#unsent.delete(operation)) return;
    // What is about to be written is written when this turn of the event loop is over.
    setImmediate(this.#whenSent.resolve);
    this.#whenSent = Promise.withResolvers();
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  async #operate<T>(
    { what, signal }: Pick<SmallRequest, 'what' | 'signal'>,
    defaultTimeoutMs: number,
    failed: (what: string, givenUp: readonly GivenUp[]) => Error,
    run: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const operation = startOperation(this.#timeoutMs ?? defaultTimeoutMs, signal);
    this.#unsent.add(operation);
    try {
      return await run(operation);
    } catch (error) {
      throw error instanceof OutOfSources ? failed(what, error.givenUp) : error;
    } finally {
      this.#sent(operation);
      operation.finish();
    }
  }
}

/** A file that no source has does not exist; anything else may be there tomorrow. */
function downloadFailure(what: string, givenUp: readonly GivenUp[]): Error {
  const absent = givenUp.every(
    ({ failure: { failure } }) => failure.status === 404 || failure.status === 410,
  );
  if (!absent) return unavailable(what, givenUp);
  return new RequestError('artifact-not-found', `${what} does not exist: ${givenUp.map(told).join('; ')}`, {
    advice:
      'check the version, the component and the platform; a new release can take hours to reach every region',
    cause: givenUp.at(-1)?.failure,
  });
}

function told({ url, failure }: GivenUp): string {
  return `${failure.failure.reason} (${url})`;
}
