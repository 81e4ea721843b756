/** The only file that loads undici, and only what it needs of it, when the first request is made. */
import type { LookupFunction, Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici';
import type { Connector } from 'undici/lib/core/connect.js';
import { CLOSED } from './classify.ts';
import { TransportFailure } from './failure.ts';
import { type Environment, type ProxyChoice, proxyFor } from './proxy.ts';

export interface ConnectionSettings {
  readonly connectTimeoutMs: number;
  readonly env: Environment;
  /** PEM file of CAs to trust beside Node's own. */
  readonly caFile: string | undefined;
  /** Instead of the system's resolver. */
  readonly lookup: LookupFunction | undefined;
}

type SocketSettings = Pick<ConnectionOptions, 'secureContext' | 'lookup' | 'rejectUnauthorized'>;

/** A way to a host: a pool of kept-alive connections, direct or through a proxy. */
export interface Route {
  readonly dispatcher: Dispatcher;
  readonly proxy: ProxyChoice | undefined;
}

/**
 * All connections of one client.
 *
 * HTTP/1.1 only. HTTP/2 was measured on loopback (TLS 1.3, one core): a 400 MB download is 20 % slower, and its flow
 * control (256 KiB a stream in undici) would bound a download to 5 MB/s at 50 ms; five small requests at once save
 * 10 ms of handshakes, which run beside each other anyway.
 */
export class Connections {
  readonly #settings: ConnectionSettings;
  readonly #pools = new Map<string, Promise<Dispatcher>>();
  readonly #connecting = new Set<Socket>();
  #sockets: Promise<SocketSettings> | undefined;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /**
   * The way to a URL's host. Connects to nothing yet.
   *
   * @throws RequestError for a CA file or a proxy variable that cannot be used, TransportFailure after `close`.
   */
  async routeTo(url: URL): Promise<Route> {
    if (this.#closed) throw new TransportFailure(CLOSED);
    const proxy = proxyFor(url, this.#settings.env);
    const key = proxy?.url.href ?? 'direct';
    const pool = this.#pools.get(key) ?? (proxy === undefined ? this.#direct() : this.#through(proxy.url));
    this.#pools.set(key, pool);
    return { dispatcher: await pool, proxy };
  }

  /** Ends every connection at once, those that are being made too. What still runs on them fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = await Promise.allSettled(this.#pools.values());
    for (const socket of this.#connecting) socket.destroy();
    await Promise.all(
      pools.map(async (pool) => (pool.status === 'fulfilled' ? pool.value.destroy() : undefined)),
    );
  }

  async #direct(): Promise<Dispatcher> {
    const [{ default: Agent }, { default: build }, tls] = await Promise.all([
      import('undici/lib/dispatcher/agent.js'),
      import('undici/lib/core/connect.js'),
      this.#socketSettings(),
    ]);
    const timeout = this.#settings.connectTimeoutMs;
    const connect = build({ ...tls, allowH2: false, autoSelectFamily: true, timeout });
    return new Agent({ allowH2: false, connect: this.#tracked(connect) });
  }

  async #through(proxy: URL): Promise<Dispatcher> {
    const [{ default: ProxyAgent }, { default: DispatcherClass }, { default: connect }, tls] =
      await Promise.all([
        import('undici/lib/dispatcher/proxy-agent.js'),
        import('undici/lib/dispatcher/dispatcher.js'),
        import('undici/lib/api/api-connect.js'),
        this.#socketSettings(),
      ]);
    // What undici's index does for all its request functions; its ProxyAgent needs this one.
    Object.assign(DispatcherClass.prototype, { connect });
    const socks = proxy.protocol === 'socks5:';
    return new ProxyAgent({
      uri: proxy.href,
      allowH2: false,
      connectTimeout: this.#settings.connectTimeoutMs,
      requestTls: { ...tls, allowH2: false },
      // undici takes the presence of `proxyTls` for "speak TLS to the SOCKS proxy".
      ...(socks ? {} : { proxyTls: { ...tls, allowH2: false } }),
    });
  }

  async #socketSettings(): Promise<SocketSettings> {
    this.#sockets ??= socketSettings(this.#settings);
    return this.#sockets;
  }

  /** Remembers sockets until they are connected: undici itself cannot end those before. */
  #tracked(connect: Connector): buildConnector.connector {
    return (options, callback) => {
      const socket = connect(options, (...result) => {
        this.#connecting.delete(socket);
        callback(...result);
      });
      this.#connecting.add(socket);
    };
  }
}

async function socketSettings({ caFile, lookup }: ConnectionSettings): Promise<SocketSettings> {
  const secureContext =
    caFile === undefined ? undefined : await (await import('./ca-file.ts')).trustCaFile(caFile);
  return {
    // Node's default is what NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(secureContext === undefined ? {} : { secureContext }),
    ...(lookup === undefined ? {} : { lookup }),
  };
}
