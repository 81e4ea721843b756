/** Proxies, CAs and addresses, through the real command: what company networks and new machines have. */
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { closedPort } from '#support/http/listen';
import { startProxy } from '#support/proxy';
import { runCli } from '#support/run-cli';
import { startSocksProxy } from '#support/socks-proxy';
import type { ProgramRun } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import { withInstalled } from './expected.ts';
import { binaryPath, type FaultWorld, PAIR, PLATFORM, startFaultWorld } from './fault-world.ts';
import { isOnPath, startRealProxy } from '#support/real-proxy';

const CREDENTIALS = { username: 'user', password: 'p@ss:w/rd' };

/** `installed`, or the whole story where it is not. */
async function outcomeOf(world: FaultWorld, run: ProgramRun): Promise<string> {
  const disk = await snapshot(world.dir.path);
  const asExpected = isDeepStrictEqual(disk, withInstalled(disk, PAIR));
  return run.exitCode === 0 && asExpected ? 'installed' : JSON.stringify({ ...run, disk }, undefined, 2);
}

/** Wherever a password could be told. */
function expectNoPassword(world: FaultWorld, { stdout, stderr }: ProgramRun): void {
  const requests = [...world.releases.http.requests, ...world.rekor.http.requests];
  const told = [stdout, stderr, ...requests.map(({ headers }) => JSON.stringify(headers))].join('\n');
  const { username, password } = CREDENTIALS;
  const token = Buffer.from(`${username}:${password}`).toString('base64');
  for (const secret of [password, encodeURIComponent(password), token, 'proxy-authorization']) {
    expect(told).not.toContain(secret);
  }
}

describe('a proxy of HTTPS_PROXY and HTTP_PROXY', () => {
  it.concurrent.for(['HTTPS_PROXY', 'https_proxy'])('%s: a tunnel for each server', async (variable) => {
    await using world = await startFaultWorld({ tls: true });
    await using proxy = await startProxy();
    expect(await outcomeOf(world, await world.command({}, { env: { [variable]: proxy.url } }))).toBe(
      'installed',
    );
    const targets = new Set(proxy.requests.map(({ method, target }) => `${method} ${target}`));
    expect(targets).toEqual(
      new Set([world.releases.http, world.rekor.http].map(({ port }) => `CONNECT 127.0.0.1:${port}`)),
    );
  });

  it.concurrent('HTTP_PROXY: whole URLs', async () => {
    await using world = await startFaultWorld();
    await using proxy = await startProxy();
    expect(await outcomeOf(world, await world.command({}, { env: { HTTP_PROXY: proxy.url } }))).toBe(
      'installed',
    );
    const asked = proxy.requests.map(({ target }) => target);
    expect(asked).toContain(`${world.rekor.url}/api/v1/log/entries/retrieve`);
    expect(asked).toHaveLength(world.releases.http.requests.length + world.rekor.http.requests.length);
  });

  it.concurrent('the hosts that it is for by default', async () => {
    await using world = await startFaultWorld({ tls: ['dl.k8s.io', 'rekor.sigstore.dev'] });
    const ports: Readonly<Record<string, number>> = {
      'dl.k8s.io': world.releases.http.port,
      'rekor.sigstore.dev': world.rekor.http.port,
    };
    await using proxy = await startProxy({
      routeTo: (host) => ({ host: '127.0.0.1', port: ports[host] ?? 1 }),
    });
    const args = [
      'kubectl',
      PAIR,
      '--platform',
      PLATFORM,
      '--install-dir',
      world.bin,
      '--ca-file',
      world.caFile,
    ];
    const run = await runCli([...args, '--trusted-root', world.trustedRootFile], {
      env: { HTTPS_PROXY: proxy.url },
    });
    expect(await outcomeOf(world, run)).toBe('installed');
    const targets = new Set(proxy.requests.map(({ target }) => target));
    expect(targets).toEqual(new Set(['dl.k8s.io:443', 'rekor.sigstore.dev:443']));
  });

  const NOT_PUBLISHED = 'no complete signature is published for kubectl v1.30.1';
  const FILL =
    /--mirror https:\/\/dl\.k8s\.io\n {9}fill the mirror: k8s-verify mirror kubectl v1\.30\.1 --platform linux\/amd64 --ca-file \S+ --trusted-root \S+ --to DIR\n/;
  const [mirror, other, publisher] = ['https://mirror.example', 'https://b.example', 'https://dl.k8s.io/'];
  it.concurrent.for([
    ['dl.k8s.io', [], 10, NOT_PUBLISHED, 'try again, or take the next patch release'],
    ['dl.k8s.io behind a mirror', [mirror, publisher], 10, NOT_PUBLISHED, 'take the next patch release'],
    ['a mirror', [mirror], 4, 'the mirror has kubectl v1.30.1', FILL],
    ['two mirrors', [mirror, other], 4, 'the mirrors have kubectl v1.30.1', FILL],
  ] as const)('a file without its signature at %s', async ([, mirrors, exitCode, text, advice]) => {
    const hosts = ['dl.k8s.io', 'mirror.example', 'b.example', 'rekor.sigstore.dev'];
    await using world = await startFaultWorld({ tls: hosts });
    for (const suffix of ['.sig', '.cert']) world.releases.unpublish(`${binaryPath(PAIR)}${suffix}`);
    await using proxy = await startProxy({
      routeTo: (host) => ({
        host: '127.0.0.1',
        port: (host === 'rekor.sigstore.dev' ? world.rekor : world.releases).http.port,
      }),
    });
    const args = ['kubectl', PAIR, '--platform', PLATFORM, '--install-dir', world.bin];
    const trust = ['--ca-file', world.caFile, '--trusted-root', world.trustedRootFile];
    const run = await runCli([...args, ...trust, ...mirrors.flatMap((url) => ['--mirror', url])], {
      env: { HTTPS_PROXY: proxy.url },
    });
    expect(run).toMatchObject({ exitCode, stderr: expect.stringContaining(text) });
    expect(run.stderr).toMatch(advice);
  });

  it.concurrent.for([true, false])('credentials reach the proxy and no server (TLS: %s)', async (tls) => {
    await using world = await startFaultWorld({ tls });
    await using proxy = await startProxy({ credentials: CREDENTIALS });
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };
    const run = await world.command({}, { env, args: ['--verbose'] });
    expect(await outcomeOf(world, run)).toBe('installed');
    expect(proxy.requests.every(({ status }) => status === 200 || status === 404)).toBe(true);
    expectNoPassword(world, run);
  });

  it.concurrent.for([true, false])('wrong credentials are told, and not printed (TLS: %s)', async (tls) => {
    await using world = await startFaultWorld({ tls });
    await using proxy = await startProxy({ credentials: { username: 'user', password: 'another' } });
    const { username, password } = CREDENTIALS;
    const url = proxy.url.replace(/\/\/.*@/, `//${username}:${encodeURIComponent(password)}@`);
    const before = await snapshot(world.dir.path);
    const run = await world.command(
      {},
      { env: { HTTPS_PROXY: url, HTTP_PROXY: url }, args: ['--verbose', '--json'] },
    );
    expect(run).toMatchObject({ exitCode: 4 });
    expect(run.stderr).toContain('HTTP 407 Proxy Authentication Required');
    expect(run.stderr).toContain('HTTPS_PROXY=http://user:password@host:port');
    expectNoPassword(world, run);
    expect(await snapshot(world.dir.path)).toEqual(before);
  });

  it.concurrent.for(['127.0.0.1', '127.0.0.0/8', '*', 'example.com, 127.0.0.1'])(
    'NO_PROXY=%s keeps out of it',
    async (list) => {
      await using world = await startFaultWorld();
      const down = `http://127.0.0.1:${await closedPort()}`;
      expect(
        await outcomeOf(world, await world.command({}, { env: { HTTP_PROXY: down, NO_PROXY: list } })),
      ).toBe('installed');
    },
  );

  it.concurrent('one that is down is named, with its variable', async () => {
    await using world = await startFaultWorld();
    const address = `127.0.0.1:${await closedPort()}`;
    const run = await world.command({}, { env: { HTTP_PROXY: `http://user:secret@${address}` } });
    expect(run).toMatchObject({ exitCode: 4 });
    expect(run.stderr).toContain(`through the proxy ${address} (HTTP_PROXY)`);
    expect(run.stderr).not.toContain('secret');
  });

  it.concurrent('one that speaks SOCKS brings no words of undici about itself', async () => {
    await using world = await startFaultWorld();
    const address = `127.0.0.1:${await closedPort()}`;
    const run = await world.command({}, { env: { HTTP_PROXY: `socks5://${address}` }, args: ['--quiet'] });
    expect(run).toMatchObject({ exitCode: 4, stdout: '' });
    expect(run.stderr).toMatch(/^k8s-verify: error: /);
    expect(run.stderr).toContain(`through the proxy ${address} (HTTP_PROXY)`);
    expect(run.stderr).not.toContain('xperimental');
  });

  it.concurrent('one that speaks TLS at an address brings no warning of Node about its name', async () => {
    await using world = await startFaultWorld({ tls: true });
    await using proxy = await startProxy({ tls: world.authority?.issue() ?? { key: '', cert: '' } });
    const run = await world.command({}, { env: { HTTPS_PROXY: proxy.url } });
    expect(await outcomeOf(world, run)).toBe('installed');
    expect(proxy.requests.map(({ method }) => method)).toContain('CONNECT');
    expect(run.stderr).not.toMatch(/warning|DEP0123/i);
  });

  it.concurrent('one that speaks SOCKS brings no warning of Node about a server at an address', async () => {
    await using world = await startFaultWorld({ tls: true });
    await using socks = await startSocksProxy();
    const run = await world.command({}, { env: { ALL_PROXY: `socks5://${socks.address}` } });
    expect(await outcomeOf(world, run)).toBe('installed');
    expect(socks.hosts).toContain('127.0.0.1');
    expect(run.stderr).not.toMatch(/warning|DEP0123/i);
  });

  it.concurrent('one that is no URL is a slip of the user, and not printed', async () => {
    await using world = await startFaultWorld();
    const run = await world.command({}, { env: { HTTP_PROXY: 'ftp://user:secret@127.0.0.1' } });
    expect(run).toMatchObject({ exitCode: 2 });
    expect(run.stderr).toContain('HTTP_PROXY is not the URL of a proxy');
    expect(run.stderr).not.toContain('secret');
  });
});

describe.each(['tinyproxy', 'squid'] as const)(
  'the proxy program %s (skipped where it is not on PATH)',
  (program) => {
    it.skipIf(!isOnPath(program)).each([true, false])(
      `is gone through (TLS: %s) (needs ${program})`,
      async (tls) => {
        await using world = await startFaultWorld({ tls });
        await using proxy = await startRealProxy(program);
        const url = `http://${program === 'tinyproxy' ? 'user:secret@' : ''}${proxy.address}`;
        const run = await world.command({}, { env: { HTTPS_PROXY: url, HTTP_PROXY: url } });
        expect(await outcomeOf(world, run)).toBe('installed');
        expect(proxy.log()).toContain(tls ? `CONNECT 127.0.0.1:${world.releases.http.port}` : '/kubectl.sig');
      },
    );

    it.skipIf(!isOnPath(program))(`says what it could not reach (needs ${program})`, async () => {
      await using world = await startFaultWorld();
      await using proxy = await startRealProxy(program);
      const url = `http://${program === 'tinyproxy' ? 'user:secret@' : ''}${proxy.address}`;
      const sources = [`https://127.0.0.1:${await closedPort()}`];
      const run = await world.command({ sources }, { env: { HTTPS_PROXY: url } });
      expect(run).toMatchObject({ exitCode: 4 });
      expect(run.stderr).toMatch(/the proxy answered HTTP 50\d/);
    });
  },
);

describe('certificate authorities of an organisation', () => {
  it.concurrent('--ca-file', async () => {
    await using world = await startFaultWorld({ tls: true });
    expect(await outcomeOf(world, await world.command({}))).toBe('installed');
  });

  it.concurrent.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])('%s', async (name) => {
    await using world = await startFaultWorld({ tls: true });
    const run = await world.command({}, { trustCa: false, env: { [name]: world.caFile } });
    expect(await outcomeOf(world, run)).toBe('installed');
  });

  it.concurrent('without either, nothing is trusted, and the advice is to give one', async () => {
    await using world = await startFaultWorld({ tls: true });
    const run = await world.command({}, { trustCa: false });
    expect(run).toMatchObject({ exitCode: 4 });
    expect(run.stderr).toContain('TLS: the server cannot be trusted');
    expect(run.stderr).toContain('--ca-file FILE (or NODE_EXTRA_CA_CERTS)');
  });

  it.concurrent.for([
    ['is not there', undefined, 'cannot be read'],
    ['is empty', '', 'contains no certificate'],
    ['is broken', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'certificate 1'],
  ] as const)('a CA file that %s', async ([, content, text]) => {
    await using world = await startFaultWorld();
    const path = world.dir.join('other.pem');
    if (content !== undefined) writeFileSync(path, content);
    const run = await world.command({}, { args: ['--ca-file', path] });
    expect(run).toMatchObject({ exitCode: 2 });
    expect(run.stderr).toContain(text);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe('IPv6 (skipped where the machine has no ::1)', () => {
  it.skipIf(!hasIpv6).each([false, true])('servers at [::1] (TLS: %s) (needs IPv6)', async (tls) => {
    await using world = await startFaultWorld({ tls, host: '::1' });
    expect(await outcomeOf(world, await world.command({}))).toBe('installed');
  });

  it.skipIf(!hasIpv6)('a proxy lets them pass, by address and by NO_PROXY (needs IPv6)', async () => {
    await using world = await startFaultWorld({ tls: true, host: '::1' });
    await using proxy = await startProxy();
    expect(await outcomeOf(world, await world.command({}, { env: { HTTPS_PROXY: proxy.url } }))).toBe(
      'installed',
    );
    expect(proxy.requests.map(({ target }) => target)).toContain(`[::1]:${world.releases.http.port}`);
    const before = proxy.requests.length;
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: '::1' };
    expect(await outcomeOf(world, await world.command({}, { env }))).toBe('installed');
    expect(proxy.requests).toHaveLength(before);
  });
});
