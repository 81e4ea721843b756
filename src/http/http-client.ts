/** The network as an interface for the rest of the program. `client.ts` implements it. */

import type { Report } from '../progress.ts';
import type { BytesRequest, Delivery, SmallFileRequest } from '../source/release-source.ts';

/** A small answer, read in full within its limit. */
export interface SmallResponse {
  readonly status: number;
  /** The whole body. For a status outside 200 to 299: at most the first `maxBytes`, or nothing. */
  readonly body: Uint8Array;
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** True if a redirect led to another host. Messages must not quote such an answer. */
  readonly fromOtherHost: boolean;
  /** Lower-case media type without parameters, or an empty string. */
  readonly contentType: string;
  /** The server's clock (`Date`), if it sends it. */
  readonly date?: Date;
  /** When the server last changed the file (`Last-Modified`), if it says so. */
  readonly modified?: Date;
  /** Answers to HEAD only: how many bytes a GET would give (`Content-Length`), if the server says so. */
  readonly length?: number;
}

export interface SmallRequest extends Omit<SmallFileRequest, 'path'> {
  readonly url: string;
  /**
   * GET, or POST if there is `json`. A POST is retried like a GET, because it only looks something up. A HEAD is not
   * retried, because callers can do without its answer.
   */
  readonly method?: 'GET' | 'POST' | 'HEAD';
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Statuses that count as answers. Any other is retried if transient, and ends as `UnavailableError`. */
  readonly accept: readonly number[];
  /** Retries are not reported, because nobody waits for the answer. */
  readonly quiet?: boolean;
  /** It is not retried; default: it is. */
  readonly once?: boolean;
}

export interface DownloadRequest extends Omit<BytesRequest, 'path' | 'othersFollow'> {
  readonly url: string;
  /** Whether another source can be asked, so that it is better not to wait long for this one. */
  readonly othersFollow?: boolean;
}

/** How the network is used, and where that is reported. Nothing here changes what is checked. */
export interface NetworkOptions {
  /**
   * Opens no connection and looks up no name: what is not on this machine is missing, and ends with UnavailableError
   * `offline`. Default false.
   */
  readonly offline?: boolean | undefined;
  /** Attempts after a failed first one, for each source: 0 to 100; default 5. */
  readonly retries?: number | undefined;
  /** Upper bound of the wait before the first retry, in milliseconds; it doubles with each failure in a row. Default 500. */
  readonly retryDelayMs?: number | undefined;
  /** Time limit for one whole request or download, with all retries and sources, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Time limit for making one connection, TLS included, in milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
  /** An attempt ends after this long without a byte, in milliseconds. */
  readonly stallTimeoutMs?: number | undefined;
  /** PEM file of CAs to trust in addition to those that Node trusts. */
  readonly caFile?: string | undefined;
  /** Where to look up HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in upper and lower case; default: nowhere. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sent as `User-Agent`; default `k8s-verify`. */
  readonly userAgent?: string | undefined;
  /** Called with each step of a run; must not throw and must not block. */
  readonly report?: Report | undefined;
}

/**
 * The network. Retries transport errors and nothing else. URLs are http or https. User info in a URL becomes
 * credentials for that origin only and is never printed.
 *
 * A download continues from the bytes that an earlier one received; its time limit counts from the start of the
 * first.
 *
 * @throws UnavailableError if there is no answer; RequestError `usage` if a URL, a proxy or a CA file cannot be used;
 *   InterruptedError if the signal fires.
 */
export interface HttpClient {
  /** Whether every request is refused, with UnavailableError `offline`. */
  readonly isOffline: boolean;
  fetchSmall(request: SmallRequest): Promise<SmallResponse>;
  download(request: DownloadRequest): Promise<Delivery>;
  /** Resolves once one of the unsent requests is sent or has failed; at once if there are none. */
  underWay(): Promise<void>;
  /** Ends every connection so that the process can end. Requests that still run fail. */
  close(): Promise<void>;
}
