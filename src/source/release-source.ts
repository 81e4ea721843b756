import type { DownloadOutcome, ReceivedBytes } from './bytes.ts';

/**
 * A place with files of Kubernetes releases, laid out like dl.k8s.io: a server, a directory, another store. Nothing
 * from a source is trusted before it is proved.
 */
export interface ReleaseSource {
  /** Its address for messages and results, without passwords and without a final slash. */
  readonly shown: string;
  /** Whether Kubernetes itself publishes there. If a copy lacks a file, that says nothing about the release. */
  readonly isPublisher: boolean;
  /** Whether it is a directory of this machine, so that it can be asked without a network. */
  readonly isLocal: boolean;
  /**
   * A small file, whole; undefined if the source says that it has none.
   *
   * @throws UnavailableError if it cannot be fetched; UntrustedError `material-oversized`.
   */
  small(request: SmallFileRequest): Promise<SmallFile | undefined>;
  /**
   * Writes the bytes of a file into a sink. Continues after the bytes that the sink has, if possible.
   *
   * @throws UnavailableError if they cannot be fetched; any error of the sink.
   */
  bytes(request: BytesRequest): Promise<Delivery>;
  /**
   * How many bytes a file has, as the source says without giving them; undefined if it does not say. Nothing proves it.
   *
   * @throws UnavailableError if the source cannot be asked.
   */
  size(request: SizeRequest): Promise<number | undefined>;
}

export type SizeRequest = Pick<SmallFileRequest, 'path' | 'what' | 'signal'>;

export interface SmallFileRequest {
  /** Relative to the source. */
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
  /** Whether a message may quote it; not if another place than the source answered. */
  readonly quotable: boolean;
  /** When the source last changed it, as it says itself; nothing proves it. */
  readonly modified?: Date;
}

export interface BytesRequest {
  readonly path: string;
  readonly received: ReceivedBytes;
  readonly maxBytes: number;
  readonly what: string;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  readonly bypassCache?: boolean;
  /** Whether another source can be asked, so that it is better not to wait long for this one. */
  readonly othersFollow: boolean;
  readonly signal?: AbortSignal | undefined;
}

export type Delivery =
  | { readonly kind: 'delivered'; readonly outcome: DownloadOutcome }
  /** The source says that it has no such file; `reason` says how: "HTTP 404 Not Found". */
  | { readonly kind: 'absent'; readonly reason: string };
