/** NODE_TLS_REJECT_UNAUTHORIZED=0 makes Node accept every certificate, unless a connection says otherwise. */
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import { createTlsAuthority } from '#support/http/tls';
import { startProxy } from '#support/proxy';
import { startSocksProxy } from '#support/socks-proxy';
import { testDir } from '#support/test-dir';
import { writeFile } from 'node:fs/promises';
import { client, hello, listen, recording, rejection, SMALL } from './loopback.ts';

const untrusted = createTlsAuthority('an untrusted CA');
const trusted = createTlsAuthority('a trusted CA');

async function serveUntrusted(): Promise<{ readonly url: string; readonly requests: readonly unknown[] }> {
  const { listener, requests } = recording(hello);
  const port = await listen(createHttpsServer(untrusted.issue(), listener));
  return { url: `https://127.0.0.1:${port}/`, requests };
}

async function forwardProxy(): Promise<string> {
  const proxy = await startProxy();
  onTestFinished(() => proxy.close());
  return proxy.url;
}

/** The same proxy behind TLS. */
async function tlsProxy(tls: { readonly key: string; readonly cert: string }): Promise<string> {
  const port = Number(new URL(await forwardProxy()).port);
  const server = createTlsServer(tls, (socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  return `https://127.0.0.1:${await listen(server)}`;
}

async function socksProxy(): Promise<string> {
  const socks = await startSocksProxy();
  onTestFinished(() => socks[Symbol.asyncDispose]());
  return `socks5://${socks.address}`;
}

async function caFile(): Promise<HttpClientOptions> {
  const dir = await testDir();
  await writeFile(dir.join('ca.pem'), trusted.caPem);
  return { caFile: dir.join('ca.pem') };
}

describe('with NODE_TLS_REJECT_UNAUTHORIZED=0, a certificate of an unknown CA', () => {
  beforeEach(() => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
  });

  it.each<readonly [string, () => Promise<HttpClientOptions>]>([
    ['of the server', async () => ({})],
    ['of the server, with a CA file of another', caFile],
    ['behind a proxy', async () => ({ env: { HTTPS_PROXY: await forwardProxy() } })],
    [
      'behind a proxy that is trusted',
      async () => ({ ...(await caFile()), env: { HTTPS_PROXY: await tlsProxy(trusted.issue()) } }),
    ],
    ['of the proxy', async () => ({ env: { HTTPS_PROXY: await tlsProxy(untrusted.issue()) } })],
    ['behind a SOCKS proxy', async () => ({ env: { ALL_PROXY: await socksProxy() } })],
  ])('%s is refused', async (_, arrange) => {
    const { url, requests } = await serveUntrusted();
    const http = client({ ...(await arrange()), retries: 0 });
    const error = await rejection(http.fetchSmall({ ...SMALL, url }));
    expect(error).toMatchObject({ name: 'UnavailableError', code: 'network' });
    expect(error.message).toMatch(/TLS: the \w+ cannot be trusted: its certificate comes from an unknown CA/);
    expect(requests).toEqual([]);
    expect(http.events).toEqual([
      { kind: 'note', code: 'tls-switch-ignored', text: expect.stringContaining('has no effect') },
    ]);
  });

  it.each(['1', ''])('is no matter where it is set to %j', (value) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
    expect(client().events).toEqual([]);
  });
});
