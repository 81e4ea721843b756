/** The network as the rest of the program sees it: an interface that `client.ts` implements. */

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

/** Takes the bytes of one download in order. `install/` implements it over a staging file. */
export interface DownloadSink {
  /** How many bytes it holds; a download goes on from here. */
  readonly length: number;
  /**
   * Resolves once the chunk is taken; the caller waits for that before it reads on (backpressure). The bytes are the
   * sink's until then and no longer: their memory is taken back.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Told once the answer has begun, where it tells its length: how many bytes are still to come. May refuse them. */
  expect?(bytes: number): Promise<void>;
  /** Drops everything; `length` is 0 afterwards. */
  reset(): Promise<void>;
}

export interface DownloadRequest {
  /** The same bytes from several places, in order of preference. */
  readonly urls: readonly string[];
  readonly sink: DownloadSink;
  readonly maxBytes: number;
  readonly what: string;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  readonly bypassCache?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface DownloadOutcome {
  /** The URL that delivered the last byte, after redirects. */
  readonly url: string;
  readonly bytes: number;
  /** True where any part came from an earlier, broken transfer: a digest that differs then asks for a fresh start. */
  readonly resumed: boolean;
  /**
   * True where the answer told no length and ended with the connection, so that a broken transfer cannot be told from
   * a whole one: a digest that differs then asks for a fresh start, too.
   */
  readonly endedByClose: boolean;
}

/**
 * The network. Retries transport faults by itself and nothing else. URLs are http or https; user info in one becomes
 * credentials for that origin alone, and is never printed.
 *
 * @throws UnavailableError when an answer cannot be had, RequestError `artifact-not-found` when every source of a
 *   download answers 404 or 410, RequestError `usage` for a URL, a proxy or a CA file that cannot be used,
 *   InterruptedError when the signal fires.
 */
export interface HttpClient {
  fetchSmall(request: SmallRequest): Promise<SmallResponse>;
  download(request: DownloadRequest): Promise<DownloadOutcome>;
  /** Resolves once one of the requests that are still to leave has left or has failed; at once where none is. */
  underWay(): Promise<void>;
  /** Ends every connection, so that a process can end; what still runs fails. */
  close(): Promise<void>;
}
