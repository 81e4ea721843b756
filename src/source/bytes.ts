/** The download of one file, from one source or several. */

/** Takes the bytes of one download in order. `disk/` implements it over a staging file. */
export interface DownloadSink {
  /** How many bytes it has; a download continues from here. */
  readonly length: number;
  /**
   * Resolves once the chunk is written; the caller waits for that before it reads on (backpressure). After that the
   * memory of the bytes is reused, so the sink must not keep them.
   */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Called when an answer begins, if its length is known, with the number of bytes still to come. May refuse them.
   */
  expect?(bytes: number): Promise<void>;
  /** Drops everything; `length` is 0 afterwards. */
  reset(): Promise<void>;
}

/** What a sink already has, and what we know about it. Each source continues from here and updates it. */
export interface ReceivedBytes {
  readonly sink: DownloadSink;
  /** When the first source was asked, from `performance.now()`. */
  readonly since: number;
  /** Total length of the file, if a source said so. */
  total: number | undefined;
  /** The source that the first byte came from; undefined if the sink had bytes from the start. */
  origin: string | undefined;
  /** Whether any part came from an earlier, broken transfer. */
  resumed: boolean;
  /** Whether the time limit for the file has passed, so that no other source is asked. */
  outOfTime: boolean;
}

export function receivedIn(sink: DownloadSink): ReceivedBytes {
  return {
    sink,
    since: performance.now(),
    total: undefined,
    origin: undefined,
    resumed: sink.length > 0,
    outOfTime: false,
  };
}

export interface DownloadOutcome {
  /** The URL or path that delivered the last byte, after redirects. */
  readonly url: string;
  readonly bytes: number;
  /**
   * True if any part came from an earlier, broken transfer. If the digest differs then, the download starts again.
   */
  readonly resumed: boolean;
  /**
   * True if the answer had no length and ended with the connection, so that a broken transfer looks like a complete
   * one. If the digest differs then, the download starts again too.
   */
  readonly endedByClose: boolean;
}
