/** A SOCKS5 proxy (RFC 1928) that asks for credentials (RFC 1929) if it is told to, and notes what it was asked. */
import { connect, createServer, type Socket } from 'node:net';
import { listen, listeningPort } from './http/listen.ts';

export interface SocksProxyOptions {
  /** Every tunnel leads to this port of loopback; default: to the port that was asked for. */
  readonly port?: number;
  readonly authenticates?: boolean;
}

export interface SocksProxy extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** The hosts that were asked for, as they were written in the request: a name, or an IPv4 address. */
  readonly hosts: readonly string[];
  /** `user:password` as they came. */
  readonly credentials: readonly string[];
}

const IPV4 = 1;

export async function startSocksProxy({
  port,
  authenticates = false,
}: SocksProxyOptions = {}): Promise<SocksProxy> {
  const hosts: string[] = [];
  const credentials: string[] = [];
  const sockets = new Set<Socket>();
  const tunnel = (socket: Socket): void => {
    socket.once('data', (request) => {
      const target = readTarget(request);
      hosts.push(target.host);
      const onward = connect(port ?? target.port, '127.0.0.1', () => {
        socket.write(Uint8Array.of(5, 0, 0, IPV4, 127, 0, 0, 1, 0, 0));
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    });
  };
  const authenticate = (socket: Socket): void => {
    socket.once('data', (login) => {
      const user = login.subarray(2, 2 + (login[1] ?? 0));
      credentials.push(`${user.toString()}:${login.subarray(3 + user.length).toString()}`);
      tunnel(socket);
      socket.write(Uint8Array.of(1, 0));
    });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      (authenticates ? authenticate : tunnel)(socket);
      socket.write(Uint8Array.of(5, authenticates ? 2 : 0));
    });
  });
  await listen(server);
  return {
    address: `127.0.0.1:${listeningPort(server)}`,
    hosts,
    credentials,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function readTarget(request: Buffer): { readonly host: string; readonly port: number } {
  const port = request.readUInt16BE(request.length - 2);
  if (request[3] === IPV4) return { host: request.subarray(4, 8).join('.'), port };
  return { host: request.subarray(5, 5 + (request[4] ?? 0)).toString(), port };
}
