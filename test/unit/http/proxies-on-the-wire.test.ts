import { writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Environment } from '../../../src/http/proxy.ts';
import { closedPort } from '#support/http/listen';
import { createTlsAuthority } from '#support/http/tls';
import { type Proxy, type ProxyOptions, startProxy } from '#support/proxy';
import { isOnPath, startRealProxy } from '#support/real-proxy';
import { type SocksProxy, startSocksProxy } from '#support/socks-proxy';
import { testDir } from '#support/test-dir';
import { fetchThrough } from './file-server.ts';
import {
  client,
  type Handler,
  hello,
  listen,
  MemorySink,
  pattern,
  recording,
  rejection,
  serve,
  serveRaw,
  SMALL,
  type TestClient,
  turns,
} from './loopback.ts';

const authority = createTlsAuthority();

/** An https server that is dl.k8s.io as far as its certificate goes. */
async function serveTls(handler: Handler = hello): Promise<number> {
  const { listener } = recording(handler);
  const tls = authority.issue({
    names: [
      { kind: 'dns', value: 'dl.k8s.io' },
      { kind: 'ip', value: Uint8Array.of(127, 0, 0, 1) },
    ],
  });
  return listen(createHttpsServer(tls, listener));
}

async function proxy(options: ProxyOptions = {}): Promise<Proxy> {
  const started = await startProxy(options);
  onTestFinished(async () => started.close());
  return started;
}

async function clientWith(env: Environment, retries = 1): Promise<TestClient> {
  const dir = await testDir();
  await writeFile(dir.join('ca.pem'), authority.caPem);
  return client({ env, retries, caFile: dir.join('ca.pem') });
}

describe('an https request through a proxy', () => {
  it('goes through a tunnel, to a host that only the proxy can resolve', async () => {
    const port = await serveTls();
    const through = await proxy({ routeTo: () => ({ host: '127.0.0.1', port }) });
    const http = await clientWith({ HTTPS_PROXY: through.url });
    const { body } = await http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/release/stable.txt' });
    expect(Buffer.from(body).toString()).toBe('hello');
    expect(through.requests).toEqual([{ method: 'CONNECT', target: 'dl.k8s.io:443', status: 200 }]);
  });

  it('keeps its tunnels for the next requests', async () => {
    const port = await serveTls();
    const through = await proxy();
    const http = await clientWith({ HTTPS_PROXY: through.url });
    for (let count = 0; count < 6; count += 1) {
      await http.fetchSmall({ ...SMALL, url: `https://127.0.0.1:${port}/${count}` });
    }
    // undici frees a connection one turn after its answer has ended, so that the second request may need its own.
    expect(through.requests.length).toBeLessThanOrEqual(2);
  });

  it('checks the certificate of the host behind the proxy', async () => {
    const port = await serveTls();
    const through = await proxy({ routeTo: () => ({ host: '127.0.0.1', port }) });
    const http = await clientWith({ HTTPS_PROXY: through.url });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://evil.example/' }));
    expect(error.message).toContain('its certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)');
    expect(error.message).toContain(`through the proxy ${new URL(through.url).host} (HTTPS_PROXY)`);
  });

  it('gives its credentials to the proxy only', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serveTls((request, response) => {
      seen.push(request.headers['proxy-authorization'], request.headers.authorization);
      response.end();
    });
    const through = await proxy({ credentials: { username: 'us er', password: 'p@ss:word' } });
    const http = await clientWith({ HTTPS_PROXY: through.url });
    await http.fetchSmall({ ...SMALL, url: `https://127.0.0.1:${port}/` });
    expect(through.requests).toMatchObject([{ status: 200 }]);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('ends at once without the credentials that the proxy wants', async () => {
    const through = await proxy({ credentials: { username: 'user', password: 'secret' } });
    const env = { HTTPS_PROXY: through.url.replace('secret', 'guess') };
    const http = await clientWith(env);
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://127.0.0.1:1/' }));
    expect(error).toMatchObject({
      name: 'UnavailableError',
      code: 'network',
      next: expect.stringContaining('HTTPS_PROXY=http://user:password@host:port'),
    });
    expect(error.message).toContain('the proxy answered HTTP 407 Proxy Authentication Required');
    expect(error.message).not.toContain('guess');
    expect(http.events).toEqual([]);
  });

  it('is made again where the proxy cannot reach the host', async () => {
    const through = await proxy();
    const http = await clientWith({ HTTPS_PROXY: through.url });
    const error = await rejection(
      http.fetchSmall({ ...SMALL, url: `https://127.0.0.1:${await closedPort()}/` }),
    );
    expect(error.message).toContain('the proxy answered HTTP 502 Bad Gateway');
    expect(http.events).toHaveLength(1);
  });

  it('is made again where the proxy does not listen, and says which proxy', async () => {
    const port = await closedPort();
    const http = await clientWith({ https_proxy: `http://user:secret@127.0.0.1:${port}` });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/' }));
    expect(error).toMatchObject({ code: 'network' });
    expect(error.message).toContain(
      `connection refused (127.0.0.1:${port}), through the proxy 127.0.0.1:${port} (https_proxy)`,
    );
    expect(error.message).not.toContain('secret');
    expect(error).toHaveProperty(
      'next',
      expect.stringMatching(/^check that https_proxy names the right proxy/),
    );
    expect(http.events).toHaveLength(1);
  });

  it.each([
    ['says nothing', () => {}, 'no answer for 100 ms'],
    [
      'hangs up',
      (socket: Socket) => void socket.once('data', () => socket.end()),
      'the proxy closed the connection',
    ],
    [
      'talks nonsense',
      (socket: Socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')),
      'not valid HTTP',
    ],
  ])('fails where the proxy %s', async (_name, behave, reason) => {
    const { origin } = await serveRaw(behave);
    const http = client({ env: { HTTPS_PROXY: origin }, retries: 0, stallTimeoutMs: 100 });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/' }));
    expect(error).toMatchObject({ name: 'UnavailableError', message: expect.stringContaining(reason) });
  });

  it('asks hosts of NO_PROXY directly, after a redirect too', async () => {
    const direct = await serveTls();
    const port = await serveTls((_request, response) => {
      response.writeHead(302, { location: `https://127.0.0.1:${direct}/` }).end();
    });
    const through = await proxy({ routeTo: () => ({ host: '127.0.0.1', port }) });
    const http = await clientWith({ HTTPS_PROXY: through.url, NO_PROXY: '127.0.0.0/8' });
    const { url } = await http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/' });
    expect(url).toBe(`https://127.0.0.1:${direct}/`);
    expect(through.requests.map(({ target }) => target)).toEqual(['dl.k8s.io:443']);
  });

  it('can trust the proxy itself through the CA file', async () => {
    const port = await serveTls();
    const through = await proxy();
    const secured = createTlsServer(authority.issue(), (socket) => {
      const onward = connect(Number(new URL(through.url).port), '127.0.0.1');
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    const address = `https://127.0.0.1:${await listen(secured)}`;
    const env = { HTTPS_PROXY: address, HTTP_PROXY: address };
    const warnings: string[] = [];
    const warn = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const http = await clientWith(env);
    const plain = await serve(hello);
    await http.fetchSmall({ ...SMALL, url: `https://127.0.0.1:${port}/` });
    await http.fetchSmall({ ...SMALL, url: `${plain.origin}/` });
    expect(through.requests).toMatchObject([
      { method: 'CONNECT', status: 200 },
      { method: 'GET', status: 200 },
    ]);
    // Node warns of an address as a server name in TLS.
    await turns(1);
    expect(warnings).toEqual([]);
    const wary = client({ env, retries: 0 });
    const error = await rejection(wary.fetchSmall({ ...SMALL, url: `https://127.0.0.1:${port}/` }));
    expect(error.message).toContain('its certificate comes from an unknown CA');
  });

  it('is refused where the variable is no URL', async () => {
    const http = client({ env: { HTTPS_PROXY: 'ftp://user:secret@proxy' } });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/' }));
    expect(error).toMatchObject({
      name: 'RequestError',
      code: 'usage',
      message: 'HTTPS_PROXY is not the URL of a proxy',
    });
  });
});

describe('an http request through a proxy', () => {
  it('is forwarded', async () => {
    const server = await serve(hello);
    const through = await proxy({ credentials: { username: 'user', password: 'secret' } });
    const http = client({ env: { http_proxy: through.url } });
    await http.fetchSmall({ ...SMALL, url: `${server.origin}/x?y=1` });
    expect(through.requests).toEqual([{ method: 'GET', target: `${server.origin}/x?y=1`, status: 200 }]);
    expect(server.requests).toMatchObject([{ path: '/x?y=1' }]);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('ends at once without the credentials that the proxy wants', async () => {
    const through = await proxy({ credentials: { username: 'user', password: 'secret' } });
    const http = client({ env: { HTTP_PROXY: through.url.replace(/\/\/.*@/, '//') } });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'http://dl.k8s.io/' }));
    expect(error).toMatchObject({ code: 'network', next: expect.stringContaining('user:password@') });
    expect(error.message).toContain('the proxy answered HTTP 407 Proxy Authentication Required');
    expect(http.events).toEqual([]);
  });
});

describe('a download through a proxy', () => {
  it('goes on where it broke', async () => {
    const whole = pattern(3_000_000);
    const port = await serveTls((request, response, number) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        'content-length': whole.length - start,
        ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
      });
      if (number > 1) response.end(whole.subarray(start));
      else response.write(whole.subarray(0, 1_500_000), () => response.socket?.end());
    });
    const through = await proxy();
    const http = await clientWith({ HTTPS_PROXY: through.url });
    const sink = new MemorySink();
    const request = { path: 'kubectl', sink, maxBytes: whole.length, what: 'kubectl' };
    const outcome = await fetchThrough(http, [{ origin: `https://127.0.0.1:${port}` }], request);
    expect(outcome).toMatchObject({ bytes: whole.length, resumed: true });
    expect(sink.bytes.equals(whole)).toBe(true);
    expect(through.requests).toHaveLength(2);
  });
});

async function serveSocks(port: number, { authenticates = false } = {}): Promise<SocksProxy> {
  const socks = await startSocksProxy({ port, authenticates });
  onTestFinished(() => socks[Symbol.asyncDispose]());
  return socks;
}

describe('a SOCKS proxy', () => {
  it('is used where ALL_PROXY names one', async () => {
    const socks = await serveSocks(await serveTls());
    const http = await clientWith({ ALL_PROXY: `socks5h://${socks.address}` });
    const { body } = await http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/' });
    expect(Buffer.from(body).toString()).toBe('hello');
    expect(socks.hosts).toEqual(['dl.k8s.io']);
  });

  it.each([
    ['p%40ss%25word', 'us er:p@ss%word'],
    ['100%sure', 'us er:100%sure'],
  ])('gets credentials as they are meant, not as a URL has them: %s', async (password, received) => {
    const socks = await serveSocks(await serveTls(), { authenticates: true });
    const http = await clientWith({ ALL_PROXY: `socks5://us%20er:${password}@${socks.address}` });
    await http.fetchSmall({ ...SMALL, url: 'https://dl.k8s.io/' });
    expect(socks.credentials).toEqual([received]);
  });
});

/** Its address, until the test ends; it asks for `user:secret`. */
async function startTinyproxy(): Promise<string> {
  const tinyproxy = await startRealProxy('tinyproxy');
  onTestFinished(() => tinyproxy[Symbol.asyncDispose]());
  return tinyproxy.address;
}

// Without the program there is nothing to test: Debian has it in the package tinyproxy-bin.
describe.skipIf(!isOnPath('tinyproxy'))('a real proxy (needs tinyproxy)', () => {
  it('lets https and http pass, with credentials', async () => {
    const url = `http://user:secret@${await startTinyproxy()}`;
    const port = await serveTls();
    const plain = await serve(hello);
    const http = await clientWith({ HTTPS_PROXY: url, HTTP_PROXY: url });
    for (const target of [`https://127.0.0.1:${port}/`, `${plain.origin}/`]) {
      const { body } = await http.fetchSmall({ ...SMALL, url: target });
      expect(Buffer.from(body).toString()).toBe('hello');
    }
    expect(plain.requests[0]?.headers['via']).toContain('tinyproxy');
  });

  it('refuses without them, by name', async () => {
    const url = `http://${await startTinyproxy()}`;
    const http = await clientWith({ HTTPS_PROXY: url });
    const error = await rejection(http.fetchSmall({ ...SMALL, url: 'https://127.0.0.1:1/' }));
    expect(error.message).toContain('the proxy answered HTTP 407');
    expect(http.events).toEqual([]);
  });
});
