/** The only file that loads undici, on the first request. */
import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import type * as Undici from 'undici';
import type { buildConnector, Dispatcher, ProxyAgent } from 'undici';
import { CLOSED } from './classify.ts';
import { connectorOf } from './connector.ts';
import { TransportFailure } from './failure.ts';
import { type Environment, type ProxyChoice, proxyFor } from './proxy.ts';
import { basic } from './target.ts';

export interface ConnectionSettings {
  readonly connectTimeoutMs: number;
  readonly env: Environment;
  /** PEM file of CAs to trust in addition to Node's own. */
  readonly caFile: string | undefined;
  /** Replaces the system's resolver. */
  readonly lookup: LookupFunction | undefined;
}

/** All that is used of undici. A bundle has nothing else of it. */
export type UndiciPart = 'Agent' | 'Pool' | 'ProxyAgent' | 'Socks5ProxyAgent' | 'buildConnector' | 'errors';

/** What all pools of one client share. */
interface Loaded {
  readonly undici: Pick<typeof Undici, UndiciPart>;
  readonly connect: buildConnector.connector;
  /** TLS, to servers and proxies alike. */
  readonly tls: buildConnector.BuildOptions;
}

/** A route to a host: a pool of kept-alive connections, direct or through a proxy. */
export interface Route {
  readonly dispatcher: Dispatcher;
  readonly proxy: ProxyChoice | undefined;
}

/**
 * All connections of one client.
 *
 * HTTP/1.1 only. Measured over loopback (TLS 1.3, one core), HTTP/2 downloads 400 MB 20 % slower. undici's flow
 * control (256 KiB per stream) would limit a download to 5 MB/s at 50 ms latency. Five small requests at once would
 * save only 10 ms of handshakes, which run in parallel anyway.
 */
export class Connections {
  readonly #settings: ConnectionSettings;
  readonly #pools = new Map<string, Promise<Dispatcher>>();
  readonly #closed = new AbortController();
  #loaded: Promise<Loaded> | undefined;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /**
   * The route to a URL's host. Does not connect yet.
   *
   * @throws RequestError if a CA file or a proxy variable cannot be used; TransportFailure after `close`.
   */
  async routeTo(url: URL): Promise<Route> {
    this.#closed.signal.throwIfAborted();
    const proxy = proxyFor(url, this.#settings.env);
    const key = proxy === undefined ? 'direct' : `${proxy.variable} ${proxy.url.href}`;
    const pool = this.#pools.get(key) ?? this.#open(proxy);
    this.#pools.set(key, pool);
    return { dispatcher: await pool, proxy };
  }

  /**
   * Ends every connection at once, including those that are still being made. Requests that still run on them fail.
   */
  async close(): Promise<void> {
    this.#closed.abort(new TransportFailure(CLOSED));
    const pools = await Promise.allSettled(this.#pools.values());
    await Promise.all(
      pools.map(async (pool) => (pool.status === 'fulfilled' ? pool.value.destroy() : undefined)),
    );
  }

  async #open(proxy: ProxyChoice | undefined): Promise<Dispatcher> {
    this.#loaded ??= this.#load();
    const loaded = await this.#loaded;
    const { undici, connect } = loaded;
    if (proxy === undefined) return new undici.Agent({ allowH2: false, connect });
    return proxy.url.protocol === 'socks5:'
      ? this.#throughSocks(proxy, loaded)
      : this.#throughHttp(proxy, loaded);
  }

  async #load(): Promise<Loaded> {
    const { connectTimeoutMs: timeoutMs, lookup } = this.#settings;
    const [undici, secureContext] = await Promise.all([import('undici'), this.#trustedBesides()]);
    const closed = this.#closed.signal;
    const tls = {
      allowH2: false,
      // Node's default depends on NODE_TLS_REJECT_UNAUTHORIZED.
      rejectUnauthorized: true,
      ...(secureContext === undefined ? {} : { secureContext }),
    };
    const connect = connectorOf(undici.buildConnector, { timeoutMs, lookup, tls, closed });
    return { undici, connect, tls };
  }

  /** Undefined where nothing names authorities besides those that Node trusts. */
  async #trustedBesides(): Promise<SecureContext | undefined> {
    const { caFile, env } = this.#settings;
    const named = env['SSL_CERT_FILE'];
    const systemFile = named === '' ? undefined : named;
    if (caFile === undefined && systemFile === undefined) return undefined;
    const { trustCaFiles } = await import('./ca-file.ts');
    return trustCaFiles({ caFile, systemFile });
  }

  #throughHttp({ url, credentials }: ProxyChoice, { undici, connect, tls }: Loaded): Dispatcher {
    // ProxyAgent would connect to the proxy itself. Both kinds of pools use our connector instead.
    const connectNamingProxy: buildConnector.connector = (options, callback) =>
      connect(options, (...[error, socket]) =>
        error === null
          ? callback(null, socket)
          : callback(
              isForAnotherHost(error) ? new undici.errors.SecureProxyConnectionError(error) : error,
              null,
            ),
      );
    const options: ProxyAgent.Options = {
      uri: url.href,
      allowH2: false,
      connectTimeout: this.#settings.connectTimeoutMs,
      requestTls: tls,
      ...(credentials === undefined ? {} : { token: basic(credentials) }),
      clientFactory: (origin) => new undici.Pool(origin, { allowH2: false, connect }),
      factory: (origin, others) => {
        const own = String(origin) === url.href ? { connect: connectNamingProxy } : {};
        return new undici.Pool(origin, Object.assign(others, { allowH2: false }, own));
      },
    };
    return new undici.ProxyAgent(options);
  }

  #throughSocks({ url, credentials }: ProxyChoice, { undici, connect, tls }: Loaded): Dispatcher {
    return new undici.Socks5ProxyAgent(url, {
      connect,
      connectTimeout: this.#settings.connectTimeoutMs,
      requestTls: tls,
      ...credentials,
    });
  }
}

function isForAnotherHost(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_TLS_CERT_ALTNAME_INVALID';
}
