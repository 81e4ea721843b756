/** Downloads that break and go on, and sources that give way to the next one. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Fault, fault } from '#support/http/faults';
import { closedPort } from '#support/http/listen';
import { createTlsAuthority } from '#support/http/tls';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { snapshot } from '#support/temp-dir';
import { told, withInstalled } from './expected.ts';
import {
  BINARY_BYTES,
  binaryPath,
  type FaultWorld,
  type LibraryRun,
  MARKER,
  PAIR,
  startFaultWorld,
  startMirror,
} from './fault-world.ts';

const BINARY = binaryPath(PAIR);
/** As long as the real one. */
const OTHER_COPY = Buffer.alloc(BINARY_BYTES, 'another build');

function ranges(server: ReleaseServer): readonly (string | undefined)[] {
  return server.http.requestsFor('/kubectl').map(({ headers }) => headers.range);
}

function eventsOf<Kind extends LibraryRun['events'][number]['kind']>(
  { events }: LibraryRun,
  kind: Kind,
): readonly Extract<LibraryRun['events'][number], { readonly kind: Kind }>[] {
  return events.filter(
    (event): event is Extract<typeof event, { readonly kind: Kind }> => event.kind === kind,
  );
}

/** As stores with the interface of S3 send it back: the coding of the upload, and the plain bytes. */
const awsChunked: Fault = fault.alter((honest) => ({
  ...honest,
  headers: { ...honest.headers, 'content-encoding': 'aws-chunked' },
}));

async function expectInstalled(world: FaultWorld, run: LibraryRun): Promise<void> {
  expect(told(run.error)).toBe('installed');
  const disk = await snapshot(world.dir.path);
  expect(disk).toEqual(withInstalled(disk, PAIR));
  expect(Object.keys(disk).filter((name) => name.startsWith('bin/'))).toEqual(['bin/kubectl']);
}

describe('a store that calls plain bytes aws-chunked', () => {
  it.concurrent('is installed from, after a break too', async () => {
    await using world = await startFaultWorld();
    for (const suffix of ['', '.sig', '.cert', '.sha256']) {
      world.releases.http.fault(`${BINARY}${suffix}`, awsChunked);
    }
    world.releases.http.fault(BINARY, fault.truncate(60_000), { times: 1 });
    const run = await world.install({});
    await expectInstalled(world, run);
    expect(eventsOf(run, 'resume').map(({ offset }) => offset)).toEqual([60_000]);
  });

  it.concurrent('and really codes them has its digest for an answer', async () => {
    await using world = await startFaultWorld();
    const coded = Buffer.concat([Buffer.from('30d40;chunk-signature=00\r\n'), Buffer.alloc(BINARY_BYTES)]);
    world.releases.http.fault(
      BINARY,
      fault.alter((honest) => ({ ...honest, body: coded, headers: { 'content-encoding': 'aws-chunked' } })),
    );
    const { error } = await world.install({});
    expect(error).toMatchObject({ code: 'digest-mismatch' });
  });
});

describe('a download that breaks', () => {
  it.concurrent('goes on where it stopped, as often as it takes', async () => {
    await using world = await startFaultWorld();
    world.releases.http.fault(BINARY, fault.truncate(60_000), { times: 3 });
    const run = await world.install({}, { retries: 3 });
    await expectInstalled(world, run);
    expect(ranges(world.releases)).toEqual([undefined, 'bytes=60000-', 'bytes=120000-', 'bytes=180000-']);
    expect(eventsOf(run, 'resume').map(({ offset }) => offset)).toEqual([60_000, 120_000, 180_000]);
  });

  it.concurrent('and goes on with another file of the same length is fetched once anew', async () => {
    await using world = await startFaultWorld();
    world.releases.http.fault(BINARY, cutOtherCopy, { times: 1 });
    const run = await world.install({});
    await expectInstalled(world, run);
    expect(ranges(world.releases)).toEqual([undefined, 'bytes=50000-', undefined]);
    expect(eventsOf(run, 'resume').map(({ offset }) => offset)).toEqual([50_000, 0]);
    expect(world.releases.http.requestsFor(BINARY).at(-1)?.headers['cache-control']).toBe('no-cache');
  });

  it.concurrent('is fetched once anew without a checksum file, too', async () => {
    await using world = await startFaultWorld();
    world.releases.unpublish(`${BINARY}.sha256`);
    world.releases.http.fault(BINARY, cutOtherCopy, { times: 1 });
    const run = await world.install({});
    await expectInstalled(world, run);
    expect(eventsOf(run, 'resume').map(({ offset }) => offset)).toEqual([50_000, 0]);
  });

  it.concurrent.for(['with', 'without'] as const)(
    'and stays another file is a wrong digest, %s a checksum file',
    async (checksum) => {
      await using world = await startFaultWorld();
      if (checksum === 'without') world.releases.unpublish(`${BINARY}.sha256`);
      world.releases.http.fault(BINARY, fault.body(OTHER_COPY));
      world.releases.http.fault(BINARY, cutOtherCopy, { times: 1 });
      const before = await snapshot(world.dir.path);
      const { error } = await world.install({});
      expect(told(error)).toMatch(checksum === 'with' ? /^digest-mismatch: / : /^signature-mismatch: /);
      expect(ranges(world.releases)).toEqual([undefined, 'bytes=50000-', undefined]);
      expect(await snapshot(world.dir.path)).toEqual(before);
    },
  );

  it.concurrent('goes on from another source', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    world.releases.http.fault(BINARY, fault.status(503));
    world.releases.http.fault(BINARY, fault.truncate(50_000), { times: 1 });
    const run = await world.install({ sources: [world.releases.url, mirror.url] });
    await expectInstalled(world, run);
    expect(ranges(mirror)).toEqual(['bytes=50000-']);
    expect(eventsOf(run, 'next-source')).toEqual([
      {
        kind: 'next-source',
        from: `${world.releases.url}${BINARY}`,
        to: `${mirror.url}${BINARY}`,
        reason: 'HTTP 503 Service Unavailable',
      },
    ]);
  });
});

/** A quarter of another copy, and the end. */
const cutOtherCopy: Fault = (honest) => ({
  reply: { ...honest, body: OTHER_COPY },
  cut: { afterBytes: 50_000, how: 'close' },
});

/** A source for which everything goes wrong in one way. */
async function failing(how: string): Promise<AsyncDisposable & { readonly url: string }> {
  if (how === 'a refused connection') {
    const url = `http://127.0.0.1:${await closedPort()}`;
    return { url, [Symbol.asyncDispose]: async () => undefined };
  }
  if (how === 'a host without an address') {
    return { url: 'http://no-such-host.invalid', [Symbol.asyncDispose]: async () => undefined };
  }
  const tls = how === 'a certificate of an unknown CA' ? { tls: createTlsAuthority().issue() } : {};
  const server = await startReleaseServer(tls);
  const faults: Readonly<Record<string, Fault>> = {
    'status 503': fault.status(503),
    'status 403': fault.status(403),
    'a web page for everything': fault.html(),
    resets: fault.reset(),
    'redirects in a circle': fault.redirect(({ path }) => path, 307),
    'no HTTP': fault.raw('SSH-2.0-OpenSSH_9.9\r\n'),
  };
  const all = faults[how];
  if (all !== undefined) server.http.fault(/./, all);
  return server;
}

const WAYS: readonly (readonly [how: string, reason: string])[] = [
  ['status 503', 'HTTP 503'],
  ['status 403', 'HTTP 403'],
  ['an empty server', '404'],
  ['a web page for everything', 'a web page'],
  ['resets', 'connection '],
  ['redirects in a circle', 'redirected in a circle'],
  ['no HTTP', 'not valid HTTP'],
  ['a refused connection', 'connection refused'],
  ['a host without an address', 'DNS look-up failed'],
  ['a certificate of an unknown CA', 'TLS: the server cannot be trusted'],
];

/** Answers as the resolver does for a host that does not exist. */
const noSuchHost: NonNullable<Parameters<FaultWorld['install']>[1]>['lookup'] = (
  hostname,
  _options,
  callback,
) => {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  callback(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname }), '');
};

describe('a source gives way to the next one, with a line that says why:', () => {
  it.concurrent.for(WAYS)('%s', async ([how, reason]) => {
    await using world = await startFaultWorld();
    await using first = await failing(how);
    const sources = [first.url, world.releases.url];
    const run = await world.install({ version: MARKER, sources }, { lookup: noSuchHost });
    await expectInstalled(world, run);
    const moves = eventsOf(run, 'next-source');
    // For the marker, the files of the signature, and the artifact.
    expect(moves).toHaveLength(3);
    for (const move of moves) {
      expect(move.from).toContain(first.url);
      expect(move.to).toContain(world.releases.url);
    }
    const reasons = moves.map((move) => move.reason).join('\n');
    expect(reasons).toContain(reason);
    expect(run.result?.artifacts[0]?.source).toBe(`${world.releases.url}${BINARY}`);
  });

  it.concurrent('a signature without a certificate', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    mirror.unpublish(`${BINARY}.cert`);
    const run = await world.install({ sources: [mirror.url, world.releases.url] });
    await expectInstalled(world, run);
    expect(eventsOf(run, 'next-source')).toEqual([
      expect.objectContaining({ from: mirror.url, reason: 'no complete signature there' }),
    ]);
  });

  it.concurrent('a marker that is too large', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    mirror.publishFile(`/release/${MARKER}.txt`, 'v1.30.1 '.repeat(1000));
    const run = await world.install({ version: MARKER, sources: [mirror.url, world.releases.url] });
    await expectInstalled(world, run);
    expect(eventsOf(run, 'next-source')).toEqual([
      expect.objectContaining({ from: mirror.url, reason: expect.stringContaining('too large') }),
    ]);
  });
});

describe('sources that do not give way', () => {
  it.concurrent('another file is a verdict, whatever the next source has', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    mirror.publishFile(BINARY, OTHER_COPY);
    const before = await snapshot(world.dir.path);
    const { error } = await world.install({ sources: [mirror.url, world.releases.url] });
    expect(told(error)).toContain('digest-mismatch: ');
    expect(told(error)).toContain(createHash('sha256').update(OTHER_COPY).digest('hex'));
    expect(world.releases.http.requestsFor(BINARY)).toEqual([]);
    expect(await snapshot(world.dir.path)).toEqual(before);
  });

  it.concurrent('when all fail, the error names each with its reason', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    mirror.http.fault('.sig', fault.status(403));
    world.releases.http.fault('.sig', fault.reset());
    const { error } = await world.install({ sources: [mirror.url, world.releases.url] });
    expect(told(error)).toMatch(/^network: could not fetch the signature of kubectl v1\.30\.1/);
    expect(told(error)).toContain(`HTTP 403 Forbidden (${mirror.url}`);
    expect(told(error)).toContain(`, 3 tries (${world.releases.url}${BINARY}.sig)`);
  });

  it.concurrent('when the marker cannot be had from any, the error names each with its reason', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    mirror.publishFile(`/release/${MARKER}.txt`, 'a web page');
    await using empty = await startReleaseServer();
    world.releases.http.fault('.txt', fault.status(403));
    const sources = [mirror.url, empty.url, world.releases.url];
    const { error } = await world.install({ version: MARKER, sources });
    expect(told(error)).toMatch(/^http-status: the version marker stable-1\.30\.txt cannot be used/);
    expect(told(error)).toContain(`(${mirror.url} has "a web page")`);
    expect(told(error)).toContain(`HTTP 403 Forbidden (${world.releases.url}`);
    expect(told(error)).toContain(`not found at ${empty.url}`);
  });

  it.concurrent('when none has the marker, the error names each', async () => {
    await using world = await startFaultWorld();
    await using mirror = await startMirror();
    const sources = [mirror.url, world.releases.url];
    const { error } = await world.install({ version: 'stable-1.99', sources });
    expect(error).toMatchObject({
      code: 'release-not-found',
      wanted: `a version at ${sources.map((url) => `${url}/release/stable-1.99.txt`).join(' or ')}`,
    });
  });

  it.concurrent('an outage outranks another source’s "not found"', async () => {
    await using world = await startFaultWorld();
    await using empty = await startReleaseServer();
    world.releases.http.fault(/./, fault.status(503));
    const run = await world.install({ sources: [empty.url, world.releases.url] });
    expect(told(run.error)).toMatch(/^http-status: /);
  });
});
