import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProxyAgent, request } from 'undici';
import { closedPort } from '#support/http/listen';
import { LoopbackServer } from '#support/http/loopback-server';
import { createTlsAuthority, startRefusingServer } from '#support/http/tls';
import { startProxy } from '#support/proxy';

const authority = createTlsAuthority();
const { caPem } = authority;
let secure: LoopbackServer;
let plain: LoopbackServer;

beforeAll(async () => {
  secure = await LoopbackServer.start(() => ({ status: 200, body: 'secret' }), { tls: authority.issue() });
  plain = await LoopbackServer.start(() => ({ status: 200, body: 'plain' }));
});
afterAll(async () => {
  await secure.close();
  await plain.close();
});

/** The body, or the code of the error. */
async function outcomeOf(url: string, options: RequestOptions): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = httpsRequest(url, { agent: false, ...options }, (reply) => {
      void buffer(reply).then((bytes) => resolve(bytes.toString()));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    outgoing.end();
  });
}

describe('https', () => {
  it('is trusted with the authority alone', async () => {
    expect(await outcomeOf(secure.url, { ca: caPem })).toBe('secret');
    expect(await outcomeOf(secure.url, {})).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/);
    expect(await outcomeOf(secure.url, { ca: createTlsAuthority('Another CA').caPem })).toMatch(/UNABLE_TO/);
  });

  it('can have a certificate of another name, or an expired one', async () => {
    const other = authority.issue({ names: [{ kind: 'dns', value: 'other.test' }] });
    const expired = authority.issue({ notBefore: new Date('2020-01-01'), notAfter: new Date('2020-01-02') });
    await using named = await LoopbackServer.start(() => ({ status: 200 }), { tls: other });
    await using old = await LoopbackServer.start(() => ({ status: 200 }), { tls: expired });
    expect(await outcomeOf(named.url, { ca: caPem })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await outcomeOf(old.url, { ca: caPem })).toBe('CERT_HAS_EXPIRED');
  });

  it.each(['no-tls', 'hang-up'] as const)('can be refused: %s', async (how) => {
    await using refusing = await startRefusingServer(how);
    expect(await outcomeOf(refusing.url, { ca: caPem })).toMatch(/ERR_SSL|ECONNRESET|EPROTO/);
  });

  it('has a port on which no program listens', async () => {
    expect(await outcomeOf(`https://127.0.0.1:${await closedPort()}`, {})).toBe('ECONNREFUSED');
  });
});

describe('the proxy', () => {
  it('tunnels to https and logs it', async () => {
    await using proxy = await startProxy();
    const dispatcher = new ProxyAgent({ uri: proxy.url, requestTls: { ca: caPem } });
    const { body } = await request(secure.url, { dispatcher });
    expect(await body.text()).toBe('secret');
    await dispatcher.close();
    expect(proxy.requests).toEqual([{ method: 'CONNECT', target: `127.0.0.1:${secure.port}`, status: 200 }]);
  });

  it('routes a tunnel for any host to loopback', async () => {
    await using proxy = await startProxy({ routeTo: () => ({ host: '127.0.0.1', port: secure.port }) });
    const outgoing = httpRequest(proxy.url, { method: 'CONNECT', path: 'dl.k8s.io:443' });
    outgoing.end();
    const [, socket] = await once(outgoing, 'connect');
    const tls = connect({ socket, ca: caPem, servername: 'localhost' });
    await once(tls, 'secureConnect');
    expect(tls.authorized).toBe(true);
    tls.destroy();
  });

  it('passes absolute-form requests on, without its own credentials', async () => {
    const credentials = { username: 'user', password: 'p@ss word' };
    await using proxy = await startProxy({ credentials });
    const token = Buffer.from('user:p@ss word').toString('base64');
    const ask = async (headers: Record<string, string>): Promise<number | undefined> => {
      const target = `${plain.url}/through?x=1`;
      const outgoing = httpRequest({
        host: '127.0.0.1',
        port: new URL(proxy.url).port,
        path: target,
        headers,
      });
      outgoing.end();
      const [reply] = await once(outgoing, 'response');
      reply.resume();
      return reply.statusCode;
    };
    expect(await ask({})).toBe(407);
    expect(await ask({ 'proxy-authorization': `Basic ${token}` })).toBe(200);
    expect(plain.requestsFor('/through').map(({ headers }) => headers['proxy-authorization'])).toEqual([
      undefined,
    ]);
    expect(proxy.requests.map(({ status }) => status)).toEqual([407, 200]);
  });

  it('asks for the password before a tunnel, and says when a target cannot be reached', async () => {
    await using guarded = await startProxy({ credentials: { username: 'a', password: 'b' } });
    await using open = await startProxy();
    expect(await statusOf(guarded.url, `127.0.0.1:${secure.port}`)).toBe(407);
    expect(await statusOf(open.url, `127.0.0.1:${await closedPort()}`)).toBe(502);
  });
});

/** What the proxy answers to CONNECT. */
async function statusOf(proxy: string, target: string): Promise<number | undefined> {
  const { port } = new URL(proxy);
  const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'CONNECT', path: target });
  outgoing.end();
  const [reply, socket] = await once(outgoing, 'connect');
  socket.destroy();
  return reply.statusCode;
}
