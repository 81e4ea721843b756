/** The network as the rest of the program sees it: an interface that `client.ts` implements. */

import type { ReceivedBytes } from '../source/bytes.ts';
import type { Delivery } from '../source/release-source.ts';

/** A small answer, read whole, within its bound. */
export interface SmallResponse {
  readonly status: number;
  /** Whole; but of the page that comes with a status outside 200 to 299 only the first `maxBytes`, or nothing. */
  readonly body: Uint8Array;
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** True where a redirect led to another host: what stands there is for nobody to read in a message. */
  readonly fromOtherHost: boolean;
  /** Lower-case media type without parameters, or an empty string. */
  readonly contentType: string;
  /** The server's clock (`Date`), where it tells. */
  readonly date?: Date;
}

export interface SmallRequest {
  readonly url: string;
  /** GET, or POST where there is `json`. A POST is repeated like a GET: it looks something up and changes nothing. */
  readonly method?: 'GET' | 'POST';
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** The most bytes that are read; one more is `UntrustedError` `material-oversized`. */
  readonly maxBytes: number;
  /** Statuses that are answers; every other one is retried if transient and ends as `UnavailableError`. */
  readonly accept: readonly number[];
  /** What is fetched, for messages: "the signature of kubectl v1.26.0". */
  readonly what: string;
  /** Asks caches on the way for a fresh copy. */
  readonly bypassCache?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface DownloadRequest {
  readonly url: string;
  /** What is there already, from this source or another. */
  readonly received: ReceivedBytes;
  readonly maxBytes: number;
  readonly what: string;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  readonly bypassCache?: boolean;
  /** Whether another source can be asked, so that a long wait for this one is not worth it. */
  readonly othersFollow?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The network. Retries transport faults by itself and nothing else. URLs are http or https; user info in one becomes
 * credentials for that origin alone, and is never printed.
 *
 * A download goes on with what another one has received; its time counts from the first of them.
 *
 * @throws UnavailableError when an answer cannot be had, RequestError `usage` for a URL, a proxy or a CA file that cannot be used,
 *   InterruptedError when the signal fires.
 */
export interface HttpClient {
  fetchSmall(request: SmallRequest): Promise<SmallResponse>;
  download(request: DownloadRequest): Promise<Delivery>;
  /** Resolves once one of the requests that are still to leave has left or has failed; at once where none is. */
  underWay(): Promise<void>;
  /** Ends every connection, so that a process can end; what still runs fails. */
  close(): Promise<void>;
}
