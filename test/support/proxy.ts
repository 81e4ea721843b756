/**
 * A forward proxy as companies have them: CONNECT tunnels for https, absolute-form requests for http, basic
 * authentication if asked for, and a log of what went through it.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { listen, listeningPort } from './http/listen.ts';

export interface ProxiedRequest {
  /** `CONNECT` for a tunnel. */
  readonly method: string;
  /** `host:port` of a tunnel, the absolute URL of a request. */
  readonly target: string;
  /** 200 for an open tunnel, 407 without the password, 502 where the target cannot be reached. */
  readonly status: number;
}

export interface ProxyOptions {
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Key and certificate of a proxy that itself speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Sends every tunnel and request to this port of loopback, whatever host was asked for. */
  readonly routeTo?: (host: string, port: number) => { readonly host: string; readonly port: number };
}

export interface Proxy {
  /** For HTTP_PROXY and HTTPS_PROXY; with the credentials where there are any. */
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    forward(request, response, options, requests);
  };
  const server = options.tls === undefined ? createServer(answer) : createTlsServer(options.tls, answer);
  server.on('connection', (socket) => track(socket, sockets));
  server.on('connect', (request, socket: Socket, head) => {
    tunnel(request, socket, head, { options, requests, sockets });
  });
  await listen(server);
  const { credentials } = options;
  const login =
    credentials === undefined
      ? ''
      : `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${login}127.0.0.1:${listeningPort(server)}`,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}

function mayPass(request: IncomingMessage, { credentials }: ProxyOptions): boolean {
  if (credentials === undefined) return true;
  const expected = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  return request.headers['proxy-authorization'] === `Basic ${expected}`;
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  requests: ProxiedRequest[],
): void {
  const { method = '', url: target = '' } = request;
  const answer = (status: number, headers: Record<string, string> = {}): void => {
    requests.push({ method, target, status });
    response.writeHead(status, { 'content-length': '0', ...headers }).end();
  };
  if (!mayPass(request, options)) {
    answer(407, { 'proxy-authenticate': 'Basic realm="proxy"' });
    return;
  }
  if (!URL.canParse(target)) {
    answer(400);
    return;
  }
  const { hostname, port, pathname, search } = new URL(target);
  const to = route(options, hostname, Number(port === '' ? '80' : port));
  const headers = { ...request.headers };
  delete headers['proxy-authorization'];
  delete headers['proxy-connection'];
  const onward = httpRequest({ ...to, method, path: `${pathname}${search}`, headers }, (reply) => {
    requests.push({ method, target, status: reply.statusCode ?? 0 });
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.on('error', () => response.destroy());
    reply.on('aborted', () => response.destroy());
    reply.pipe(response);
  });
  onward.on('error', () => (response.headersSent ? response.destroy() : answer(502)));
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

interface TunnelContext {
  readonly options: ProxyOptions;
  readonly requests: ProxiedRequest[];
  readonly sockets: Set<Socket>;
}

function tunnel(request: IncomingMessage, client: Socket, head: Buffer, context: TunnelContext): void {
  const { url: target = '' } = request;
  const { options, requests, sockets } = context;
  const log = (status: number): void => {
    requests.push({ method: 'CONNECT', target, status });
  };
  if (!mayPass(request, options)) {
    log(407);
    client.end(
      'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="proxy"\r\ncontent-length: 0\r\n\r\n',
    );
    return;
  }
  const { hostname, port } = new URL(`tunnel://${target}`);
  const to = route(options, hostname, Number(port));
  const onward = connect(to, () => {
    log(200);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    onward.write(head);
    onward.pipe(client).pipe(onward);
  });
  track(onward, sockets);
  onward.on('error', () => {
    if (!requests.some((done) => done.target === target && done.status === 200)) log(502);
    client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
  });
  client.on('close', () => onward.destroy());
  onward.on('close', () => client.destroy());
}

function route(
  { routeTo }: ProxyOptions,
  host: string,
  port: number,
): { readonly host: string; readonly port: number } {
  return routeTo?.(host, port) ?? { host: host.replaceAll(/[[\]]/g, ''), port };
}
