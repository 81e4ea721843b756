/** The bytes of one file on their way, from one source or several. */

/** Takes the bytes of one download in order. `disk/` implements it over a staging file. */
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

/**
 * What is in a sink already, and what is known of it. Each source that is asked for a file goes on with it, and writes
 * down here what it learns.
 */
export interface ReceivedBytes {
  readonly sink: DownloadSink;
  /** When the first source was asked, as `performance.now()` tells it. */
  readonly since: number;
  /** The length of the file that the bytes are the beginning of, where a source told it. */
  total: number | undefined;
  /** The source that the first byte came from; undefined where the sink held bytes from the start. */
  origin: string | undefined;
  /** Whether any part came from an earlier, broken transfer. */
  resumed: boolean;
  /** Whether the time for the file is up: no other source is asked then. */
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
  /** True where any part came from an earlier, broken transfer: a digest that differs then asks for a fresh start. */
  readonly resumed: boolean;
  /**
   * True where the answer told no length and ended with the connection, so that a broken transfer cannot be told from
   * a whole one: a digest that differs then asks for a fresh start, too.
   */
  readonly endedByClose: boolean;
}
