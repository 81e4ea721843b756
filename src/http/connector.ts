/**
 * Makes connections for undici: TCP to the first address that answers, with TLS on top, all within one time limit.
 */
import type { LookupFunction, Socket } from 'node:net';
import { isIP } from 'node:net';
import type { buildConnector } from 'undici';
import { connectToFirst, timedOut } from './first-address.ts';

export interface ConnectorSettings {
  /** Time limit for making one connection, TLS included, in milliseconds. */
  readonly timeoutMs: number;
  readonly lookup: LookupFunction | undefined;
  readonly tls: buildConnector.BuildOptions;
  /** Ends connections that are still being made, which undici cannot do. */
  readonly closed: AbortSignal;
}

/**
 * A connector for undici.
 *
 * @param build undici's own connector factory, used for TLS over an existing TCP connection.
 */
export function connectorOf(
  build: typeof buildConnector,
  settings: ConnectorSettings,
): buildConnector.connector {
  const { closed, timeoutMs } = settings;
  const tls = build({ ...settings.tls, timeout: 0 });
  const connect = async (options: buildConnector.Options): Promise<Socket> => {
    const started = performance.now();
    const isSecure = options.protocol === 'https:';
    const port = Number(options.port === '' ? (isSecure ? '443' : '80') : options.port);
    const socket = await connectToFirst({ ...settings, host: options.hostname, port, signal: closed });
    if (!isSecure) return socket;
    return secured(tls, options, socket, timeoutMs - (performance.now() - started), closed);
  };
  return (options, callback) => void answer(connect(options), callback);
}

async function answer(connecting: Promise<Socket>, callback: buildConnector.Callback): Promise<void> {
  let socket: Socket;
  try {
    socket = await connecting;
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)), null);
    return;
  }
  callback(null, socket);
}

/** TLS over an existing TCP connection. */
async function secured(
  tls: buildConnector.connector,
  options: buildConnector.Options,
  socket: Socket,
  timeoutMs: number,
  closed: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const give = (reason: unknown): void => {
    socket.destroy();
    reject(reason);
  };
  const { remoteAddress: address = options.hostname, remotePort: port = Number(options.port) } = socket;
  const deadline = setTimeout(() => give(timedOut([{ address, port }])), timeoutMs);
  const close = (): void => give(closed.reason);
  closed.addEventListener('abort', close, { once: true });
  // RFC 6066 does not allow an address as server name, and Node warns about it. The certificate is still checked
  // against the address.
  const { servername, ...others } = options;
  const name = servername === undefined || isIP(servername) !== 0 ? {} : { servername };
  tls({ ...others, ...name, httpSocket: socket }, (...[error, connection]) => {
    if (error === null) resolve(connection);
    else reject(error);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    closed.removeEventListener('abort', close);
  }
}
