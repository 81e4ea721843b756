import type { DownloadOutcome, ReceivedBytes } from './bytes.ts';

/**
 * A place that has files of Kubernetes releases, laid out as dl.k8s.io: a server, a directory, another store. Nothing
 * that comes from one is believed; that is the proof's part.
 */
export interface ReleaseSource {
  /** Where it is, for messages and results: without passwords, and without a slash at its end. */
  readonly shown: string;
  /** Whether Kubernetes itself publishes there; what a copy lacks says nothing about a release. */
  readonly isPublisher: boolean;
  /**
   * A small file, whole; undefined where the source says that it has none.
   *
   * @throws UnavailableError where it cannot be had; UntrustedError `material-oversized`.
   */
  small(request: SmallFileRequest): Promise<SmallFile | undefined>;
  /**
   * The bytes of a file into a sink, from where the sink ends where that is possible.
   *
   * @throws UnavailableError where they cannot be had, or whatever the sink throws.
   */
  bytes(request: BytesRequest): Promise<Delivery>;
}

export interface SmallFileRequest {
  /** Below the source. */
  readonly path: string;
  /** One byte more is an error. */
  readonly maxBytes: number;
  /** For messages: "the signature of kubectl v1.26.0". */
  readonly what: string;
  /** Asks caches on the way for a fresh copy. */
  readonly bypassCache?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface SmallFile {
  readonly bytes: Uint8Array;
  /** Whether a message may quote it: not where another place than the source answered. */
  readonly quotable: boolean;
}

export interface BytesRequest {
  readonly path: string;
  readonly received: ReceivedBytes;
  readonly maxBytes: number;
  readonly what: string;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  readonly bypassCache?: boolean;
  /** Whether another source can be asked, so that a long wait for this one is not worth it. */
  readonly othersFollow: boolean;
  readonly signal?: AbortSignal | undefined;
}

export type Delivery =
  | { readonly kind: 'delivered'; readonly outcome: DownloadOutcome }
  /** The source says that it has no such file; `reason` in its words: "HTTP 404 Not Found". */
  | { readonly kind: 'absent'; readonly reason: string };
