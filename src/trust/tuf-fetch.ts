/** The requests of a refresh, through the client of the run: its proxies, CAs, retries, time limits and bounds. */
import type { HttpClient } from '../http/http-client.ts';

/** A TUF repository, and how to ask it. */
export interface TufServer {
  /** Its base URL; a slash at the end does not count. */
  readonly url: string;
  readonly http: HttpClient;
  readonly signal?: AbortSignal | undefined;
  /** Retries are not reported, because nobody waits for the answers. */
  readonly quiet?: boolean;
}

/** Gets files of one repository, and remembers what time the server says it is. */
export class TufFetch {
  readonly #server: TufServer;
  readonly #base: string;
  /** The server's clock as of its last answer; undefined if it does not tell. */
  serverTime: Date | undefined;

  constructor(server: TufServer) {
    this.#server = server;
    this.#base = server.url.replace(/\/+$/, '');
  }

  /**
   * Undefined for 403 and 404: TUF asks for versions of the root until there is none, and object stores answer 403 for
   * what they do not have.
   *
   * @param name below the repository, with `/`.
   * @throws the errors of the client
   */
  async file(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const { http, signal, quiet = false } = this.#server;
    const answer = await http.fetchSmall({
      url: `${this.#base}/${name}`,
      maxBytes,
      accept: [200, 403, 404],
      what: `${name} of the trusted root`,
      // A cache on the way could give us the same old timestamp each day.
      bypassCache: name === 'timestamp.json',
      signal,
      quiet,
    });
    this.serverTime = answer.date ?? this.serverTime;
    return answer.status === 200 ? answer.body : undefined;
  }
}
