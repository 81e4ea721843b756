/** The network as an interface for the rest of the program. `client.ts` implements it. */

import type { ReceivedBytes } from '../source/bytes.ts';
import type { Delivery } from '../source/release-source.ts';

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
}

export interface SmallRequest {
  readonly url: string;
  /** GET, or POST if there is `json`. A POST is retried like a GET, because it only looks something up. */
  readonly method?: 'GET' | 'POST';
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** The most bytes to read. More is an `UntrustedError` `material-oversized`. */
  readonly maxBytes: number;
  /** Statuses that count as answers. Any other is retried if transient, and ends as `UnavailableError`. */
  readonly accept: readonly number[];
  /** What is fetched, for messages: "the signature of kubectl v1.26.0". */
  readonly what: string;
  /** Asks caches on the way for a fresh copy. */
  readonly bypassCache?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface DownloadRequest {
  readonly url: string;
  /** Bytes that already arrived, from this or another source. */
  readonly received: ReceivedBytes;
  readonly maxBytes: number;
  readonly what: string;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  readonly bypassCache?: boolean;
  /** Whether another source can be asked, so that it is better not to wait long for this one. */
  readonly othersFollow?: boolean;
  readonly signal?: AbortSignal | undefined;
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
  fetchSmall(request: SmallRequest): Promise<SmallResponse>;
  download(request: DownloadRequest): Promise<Delivery>;
  /** Resolves once one of the unsent requests is sent or has failed; at once if there are none. */
  underWay(): Promise<void>;
  /** Ends every connection so that the process can end. Requests that still run fail. */
  close(): Promise<void>;
}
