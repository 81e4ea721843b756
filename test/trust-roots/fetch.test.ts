import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { signedPart, tufRootVersion } from '../../src/trust/tuf-root.ts';
import { fault } from '#support/http/faults';
import { LoopbackServer } from '#support/http/loopback-server';
import { createTlsAuthority } from '#support/http/tls';
import { startProxy } from '#support/proxy';
import { createTempDir, snapshot } from '#support/temp-dir';
import { createTufRepository, type TufRepositoryOptions } from '#support/tuf-repository';
import { renderRootRecord } from '../../scripts/trust-roots/trust-root-folder.ts';
import { newLog, present, PUBLIC_GOOD, publicGood } from './public-good.ts';
import { runIn, startRefresh } from './refresh.ts';

const END = '2027-01-01T00:00:00Z';
const ROTATED = publicGood((root) => {
  present(root.tlogs[0]?.publicKey.validFor).end = END;
  root.tlogs.push(newLog('https://log2027-1.example'));
});
const targets = { 'trusted_root.json': ROTATED };

describe('npm run trust-roots -- --fetch', () => {
  it('follows the roots, writes what they sign for, and says what differs', async () => {
    const { fetch, folder, repository, run, server } = await startRefresh({ targets, rootVersion: 3 });
    const { exitCode, stdout, stderr } = await fetch();
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^ends: log https:\/\/rekor\.sigstore\.dev .*, 2027-01-01T00:00:00\.000Z$/),
      expect.stringMatching(/^appears: log https:\/\/log2027-1\.example /),
    ]);
    expect(readFileSync(`${folder}/trusted_root.json`)).toEqual(ROTATED);
    expect(readFileSync(`${folder}/root.json`)).toEqual(repository.newestRoot);
    const readme = readFileSync(`${folder}/README.md`, 'utf8');
    expect(readme).toContain(`Origin: the TUF repository ${server.url}, fetched`);
    expect(readme).toContain('the TUF root (version 3)');
    expect(readme).toContain('Known to be current as of 2026-11-20 ');
    expect(readFileSync(`${folder}/record.json`, 'utf8')).toBe(
      renderRootRecord({
        currentAsOf: new Date('2026-11-20'),
        published: { timestamp: 1, snapshot: 1, targets: 1 },
      }),
    );
    expect(readme).toContain('newer than the seed of the npm package `@sigstore/tuf`');
    expect(server.requests.map(({ path }) => path).slice(0, 3)).toEqual([
      '/2.root.json',
      '/3.root.json',
      '/4.root.json',
    ]);

    // The root of the test is younger than the one that the package carries.
    expect(await run('--check')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/newer TUF root/) });
  });

  it('says nothing and stays as it is where there is nothing newer', async () => {
    const { fetch } = await startRefresh({ targets });
    await fetch();
    expect(await fetch()).toEqual({ exitCode: 0, stdout: '', stderr: '', untouched: true });
  });

  it('records the newest versions that were published, and takes nothing older afterwards', async () => {
    const { fetch, folder, repository } = await startRefresh({ targets });
    await fetch();
    repository.publish();
    await fetch();
    const record = (): string => readFileSync(`${folder}/record.json`, 'utf8');
    expect(JSON.parse(record())).toMatchObject({ published: { timestamp: 2, snapshot: 1, targets: 1 } });
    repository.publish({ versions: { timestamp: 1 } });
    expect(await fetch()).toMatchObject({ exitCode: 18, untouched: true });
    // Other keys, which may begin anew.
    repository.rotate({ roles: ['timestamp'] });
    repository.publish({ versions: { timestamp: 1 } });
    expect(await fetch()).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(record())).toMatchObject({ published: { timestamp: 1 } });
  });

  it('goes on where the last refresh ended', async () => {
    const { fetch, server } = await startRefresh({ targets, rootVersion: 2 });
    await fetch();
    const before = server.requests.length;
    await fetch();
    expect(server.requests[before]?.path).toBe('/3.root.json');
  });

  it('goes through the proxy, every request of it', async () => {
    await using proxy = await startProxy();
    const { fetch, server } = await startRefresh({ targets });
    expect(await fetch([], { HTTP_PROXY: proxy.url })).toMatchObject({ exitCode: 0 });
    expect(proxy.requests.map(({ target }) => target)).toEqual(
      server.requests.map(({ path }) => `${server.url}${path}`),
    );
    expect(proxy.requests).toHaveLength(5);
  });

  it('trusts the CAs of --ca-file, and no server without them', async () => {
    const authority = createTlsAuthority();
    const { beside, fetch } = await startRefresh({ targets }, { tls: authority.issue() });
    expect(await fetch()).toMatchObject({ exitCode: 4, untouched: true });
    writeFileSync(beside('ca.pem'), authority.caPem);
    expect(await fetch(['--ca-file', beside('ca.pem')])).toMatchObject({ exitCode: 0 });
  });

  it.each(['/2.root.json', '/timestamp.json', '/1.snapshot.json', '/1.targets.json', '.trusted_root.json'])(
    'waits and asks again where %s is answered with 429',
    async (path) => {
      const { fetch, server } = await startRefresh({ targets });
      server.fault(path, fault.status(429, { retryAfter: 0 }), { times: 2 });
      const { exitCode, stderr } = await fetch();
      expect(exitCode).toBe(0);
      expect(stderr.split('\n')).toHaveLength(2);
      expect(stderr).toContain('HTTP 429');
      expect(server.requestsFor(path)).toHaveLength(3);
    },
  );

  it.each(['/2.root.json', '/timestamp.json', '/1.snapshot.json', '/1.targets.json', '.trusted_root.json'])(
    'ends with the client’s own error where %s stays broken, and no retries of tuf-js multiply ours',
    async (path) => {
      const { fetch, server } = await startRefresh({ targets });
      server.fault(path, fault.status(503));
      const { exitCode, stderr, untouched } = await fetch();
      expect({ exitCode, untouched }).toEqual({ exitCode: 4, untouched: true });
      expect(stderr).toMatch(/could not fetch \S+ of the trusted root\n +found +HTTP 503 Service Unavailable, 6 tries\n/);
      expect(server.requestsFor(path)).toHaveLength(6);
    },
  );

  it.each(['/timestamp.json', '/1.snapshot.json', '/1.targets.json', '.trusted_root.json'])(
    'is unavailable where there is no %s',
    async (path) => {
      const { fetch, repository } = await startRefresh({ targets });
      for (const file of repository.files.keys()) if (file.endsWith(path)) repository.files.delete(file);
      expect(await fetch()).toMatchObject({
        exitCode: 5,
        stderr: expect.stringMatching(/not a complete TUF repository[^]*HTTP 404/),
        untouched: true,
      });
    },
  );

  it.each([403, 404])('takes a web page with status %i for "no newer root"', async (status) => {
    const { fetch, server } = await startRefresh({ targets });
    server.fault('/2.root.json', fault.html(status));
    expect(await fetch()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is unavailable if no server answers', async () => {
    const { fetch, server } = await startRefresh({ targets });
    await server.close();
    expect(await fetch()).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/connection refused/), untouched: true });
  });
});

describe('what --fetch refuses, with nothing written', () => {
  it.each<[string, Partial<TufRepositoryOptions>, RegExp]>([
    ['an expired root', { expired: ['root'] }, /root\.json is expired/],
    ['an expired newer root', { expired: ['root'], rootVersion: 2 }, /root\.json is expired/],
    ['an expired timestamp', { expired: ['timestamp'] }, /timestamp\.json is expired/],
    ['an expired snapshot', { expired: ['snapshot'] }, /snapshot\.json is expired/],
    ['expired targets', { expired: ['targets'] }, /targets\.json is expired/],
    ['a root that others signed', { forged: ['root'], rootVersion: 2 }, /root was signed by 0\/1 keys/],
    ['a timestamp that others signed', { forged: ['timestamp'] }, /timestamp was signed by 0\/1 keys/],
    ['a snapshot that others signed', { forged: ['snapshot'] }, /snapshot was signed by 0\/1 keys/],
    ['targets that others signed', { forged: ['targets'] }, /targets was signed by 0\/1 keys/],
    ['no such target', { targets: { 'other.json': ROTATED } }, /trusted_root\.json not found/],
    [
      'a target that is no trusted root',
      { targets: { 'trusted_root.json': Buffer.from('{"mediaType":"x"}') } },
      /the trusted root.*(?:mediaType|malformed|field)/,
    ],
    [
      'a target that is signed for, and larger than any trusted root',
      { targets: { 'trusted_root.json': Buffer.alloc(1024 * 1024 + 1, ' ') } },
      /too large/,
    ],
  ])('%s', async (_name, options, reason) => {
    const { fetch } = await startRefresh({ targets, ...options });
    expect(await fetch()).toMatchObject({ exitCode: 18, stderr: expect.stringMatching(reason), untouched: true });
  });

  it('a repository whose roots do not start where ours does', async () => {
    const { fetch, repository } = await startRefresh({ targets });
    const other = createTufRepository({ targets, rootVersion: 2 });
    repository.files.clear();
    for (const [path, bytes] of other.files) repository.files.set(path, bytes);
    expect(await fetch()).toMatchObject({
      exitCode: 18,
      stderr: expect.stringMatching(/root was signed by 0\/1 keys/),
      untouched: true,
    });
  });

  it.each([
    ['another target of the same length', fault.body(Buffer.alloc(ROTATED.length, 'x')), 18],
    ['a target longer than it is signed for', fault.body(Buffer.alloc(ROTATED.length + 1, ' ')), 18],
    ['a target without end', fault.endless(), 18],
    ['an HTML page with status 200', fault.html(), 4],
  ])('%s', async (_name, broken, exitCode) => {
    const { fetch, server } = await startRefresh({ targets });
    server.fault('.trusted_root.json', broken);
    expect(await fetch()).toMatchObject({ exitCode, untouched: true });
  });

  it('a page for a timestamp, quoted without its control characters', async () => {
    const { fetch, server } = await startRefresh({ targets });
    server.fault('/timestamp.json', fault.body('\u001b[2Jnot JSON'));
    const { exitCode, stderr, untouched } = await fetch();
    expect({ exitCode, untouched }).toEqual({ exitCode: 18, untouched: true });
    expect(stderr).not.toContain('\u001b');
  });

  it('a key that changes in place', async () => {
    const replaced = publicGood((root) => root.tlogs.splice(0, 1, newLog('https://rekor.sigstore.dev')));
    const { fetch } = await startRefresh({ targets: { 'trusted_root.json': replaced } });
    expect(await fetch()).toMatchObject({
      exitCode: 18,
      stdout: expect.stringMatching(/^ALARM, key changed in place: log https:\/\/rekor\.sigstore\.dev/),
      stderr: expect.stringMatching(/a key changes in place/),
      untouched: true,
    });
  });

  it.each([
    [['--fetch', '--check']],
    [['--repository', 'https://tuf.example']],
    [['--ca-file', 'ca.pem']],
    [['--fetch', '--repository', 'tuf.example']],
    [['--fetch', '--repository', 'file:///tuf']],
    [['--fetch', '--repository', 'https://user:secret@tuf.example']],
    [['--fetch', '--repository', 'https://tuf.example?x=1']],
    [['--refresh']],
    [['now']],
  ])('the arguments %j', async (args) => {
    const { run, server } = await startRefresh({ targets });
    const outcome = await run(...args);
    expect(outcome).toMatchObject({ exitCode: 2, untouched: true });
    expect(outcome.stderr).not.toContain('secret');
    expect(server.requests).toEqual([]);
  });

  it('a folder without a root to start from', async () => {
    await using empty = await createTempDir();
    const { server } = await startRefresh({ targets });
    expect(await runIn(empty.path, ['--fetch', '--repository', server.url])).toMatchObject({
      exitCode: 5,
      untouched: true,
    });
    expect(server.requests).toEqual([]);
  });

  it('a repository without a timestamp, as a process, for the folder that ships', async () => {
    await using server = await LoopbackServer.start(() => ({ status: 404 }));
    const before = await snapshot(PUBLIC_GOOD);
    const script = fileURLToPath(new URL('../../scripts/refresh-trust-roots.ts', import.meta.url));
    const child = spawn(process.execPath, [script, '--fetch', '--repository', server.url], {
      env: {},
      stdio: 'ignore',
    });
    expect(await once(child, 'close')).toEqual([5, null]);
    expect(await snapshot(PUBLIC_GOOD)).toEqual(before);
    expect(server.requests.map(({ path }) => path)).toEqual([
      `/${tufRootVersion(signedPart(readFileSync(`${PUBLIC_GOOD}/root.json`))) + 1}.root.json`,
      '/timestamp.json',
    ]);
  });
});
