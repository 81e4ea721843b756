import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeKeptRoot, encodeKeptRoot, type KeptRoot } from '../../../src/trust/kept-root.ts';
import { openKeptRoot } from '../../../src/trust/refresh-root.ts';
import { fault } from '#support/http/faults';
import { createTufRepository, type TufRepositoryOptions } from '#support/tuf-repository';
import { newLog, publicGood } from '../../trust-roots/public-good.ts';
import { DAY_MS, NOW, startTuf } from './tuf-world.ts';

const OLD = publicGood();
const NEW = publicGood((root) => void root.tlogs.push(newLog('https://log2027-1.example')));
const NEWEST = publicGood((root) => {
  root.tlogs.push(newLog('https://log2027-1.example'), newLog('https://log2027-2.example'));
});
const V2 = 'trusted_root.v0.2.json';

/** What another run reads of what this one keeps. */
const again = (kept: KeptRoot): KeptRoot => decodeKeptRoot(encodeKeptRoot(kept));

describe('a refresh of the trusted root', () => {
  it('follows three rotations of the root at once, each with other keys', async () => {
    const { repository, refresh, asked } = await startTuf();
    for (let count = 0; count < 3; count += 1) repository.rotate({ roles: ['root'] });
    const { trust, metadata } = await refresh();
    expect(asked()).toEqual([
      '/2.root.json',
      '/3.root.json',
      '/4.root.json',
      '/5.root.json',
      '/timestamp.json',
      '/1.snapshot.json',
      '/1.targets.json',
      expect.stringMatching(/^\/targets\/[0-9a-f]{64}\.trusted_root\.json$/),
    ]);
    expect(metadata.rootVersion).toBe(4);
    expect(trust).toMatchObject({ tufRoot: { version: 4 }, currentAsOf: NOW, source: { kind: 'tuf' } });
    expect(trust.sha256).toBe(createHash('sha256').update(OLD).digest('hex'));
  });

  it('asks an unchanged repository twice, and moves the date', async () => {
    const { refresh, asked } = await startTuf({ rootVersion: 3 });
    const { kept } = await refresh();
    asked();
    const later = new Date(NOW.getTime() + DAY_MS);
    const { trust } = await refresh({ kept: again(kept), now: later });
    expect(asked()).toEqual(['/4.root.json', '/timestamp.json']);
    expect(trust.currentAsOf).toEqual(later);
  });

  it('asks twice where only the timestamp was signed anew', async () => {
    const { repository, refresh, asked } = await startTuf();
    const { kept } = await refresh();
    repository.publish();
    asked();
    const { metadata } = await refresh({ kept: again(kept) });
    expect(asked()).toEqual(['/2.root.json', '/timestamp.json']);
    expect(metadata.versions.timestamp).toBe(2);
  });

  it('does not fetch a trusted root that is in hand', async () => {
    const { refresh, asked } = await startTuf();
    await refresh({ known: [NEW, OLD] });
    expect(asked()).toEqual(['/2.root.json', '/timestamp.json', '/1.snapshot.json', '/1.targets.json']);
  });

  it('fetches a new trusted root, and only what leads to it', async () => {
    const { repository, refresh, asked } = await startTuf();
    const { kept } = await refresh();
    repository.publish({ targets: { 'trusted_root.json': NEW } });
    asked();
    const { trust } = await refresh({ kept: again(kept) });
    expect(asked()).toHaveLength(5);
    expect(trust.root.tlogs.map(({ baseUrl }) => baseUrl)).toContain('https://log2027-1.example');
  });

  it('goes on where keys of the timestamp were rotated, whatever was kept', async () => {
    const { repository, refresh } = await startTuf();
    const { kept } = await refresh();
    repository.rotate({ roles: ['timestamp', 'snapshot'] });
    // As after a lost key: the versions begin anew.
    repository.publish({ targets: { 'trusted_root.json': NEW }, versions: { timestamp: 1 } });
    const { metadata, trust } = await refresh({ kept: again(kept) });
    expect(metadata.rootVersion).toBe(2);
    expect(trust.root.tlogs.map(({ baseUrl }) => baseUrl)).toContain('https://log2027-1.example');
  });

  it('begins with a root that has expired', async () => {
    const { repository, refresh } = await startTuf({ expired: ['root'] });
    repository.rotate();
    expect((await refresh()).metadata.rootVersion).toBe(2);
  });

  it('does not mind a slash at the end of the URL', async () => {
    const { refresh, server, asked } = await startTuf();
    await refresh({ url: `${server.url}//` });
    expect(asked().every((path) => !path.startsWith('//'))).toBe(true);
  });

  it('goes through the repository again where the kept files are of another', async () => {
    const other = await startTuf({ rootVersion: 3 });
    const { kept } = await other.refresh();
    const { refresh, asked } = await startTuf({ rootVersion: 2 });
    expect((await refresh({ kept: again(kept) })).metadata.rootVersion).toBe(2);
    // The target is the same, and in hand.
    expect(asked()).toEqual([
      '/2.root.json',
      '/3.root.json',
      '/timestamp.json',
      '/1.snapshot.json',
      '/1.targets.json',
    ]);
  });

  it.each([403, 404])('takes a web page with status %i for "no newer root"', async (status) => {
    const { refresh, server } = await startTuf();
    server.fault('/2.root.json', fault.html(status));
    expect((await refresh()).metadata.rootVersion).toBe(1);
  });

  it.each(['/2.root.json', '/timestamp.json', '/1.snapshot.json', '/1.targets.json', '.trusted_root.json'])(
    'asks again where %s is answered with 429, and gives up where it stays 503',
    async (path) => {
      const { refresh, server } = await startTuf();
      server.fault(path, fault.status(429, { retryAfter: 0 }), { times: 2 });
      await refresh();
      expect(server.requestsFor(path)).toHaveLength(3);
      server.fault(path, fault.status(503));
      await expect(refresh()).rejects.toMatchObject({ name: 'UnavailableError', code: 'http-status' });
    },
  );

  it('ends with the signal of its caller', async () => {
    const { refresh, server } = await startTuf();
    server.fault('/timestamp.json', fault.stall());
    const abort = new AbortController();
    const pending = refresh({ signal: abort.signal });
    await expect.poll(() => server.requestsFor('/timestamp.json').length).toBe(1);
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('the forms of the trusted root', () => {
  const unreadable = Buffer.from('{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.9+json"}');

  it('takes the newest that it can read', async () => {
    const { refresh } = await startTuf({ targets: { 'trusted_root.json': OLD, [V2]: NEW } });
    const { kept, trust, unread } = await refresh();
    expect([kept.target.name, unread]).toEqual([V2, []]);
    expect(trust.root.tlogs.map(({ baseUrl }) => baseUrl)).toContain('https://log2027-1.example');
  });

  it('takes the older form where the newer one is of a later version', async () => {
    const { refresh } = await startTuf({ targets: { 'trusted_root.json': OLD, [V2]: unreadable } });
    const { kept, unread } = await refresh();
    expect(kept.target.name).toBe('trusted_root.json');
    expect(unread).toEqual([expect.stringContaining(V2)]);
  });

  it('refuses another newer form than the signed one, and does not fall back', async () => {
    const { refresh, server } = await startTuf({ targets: { 'trusted_root.json': OLD, [V2]: NEW } });
    server.fault(`.${V2}`, fault.body(Buffer.alloc(NEW.length, ' ')));
    await expect(refresh()).rejects.toMatchObject({ code: 'trusted-root-invalid' });
  });
});

const FIELDS = { spec_version: '1.0', version: 2, expires: '2999-01-01T00:00:00Z' };
const members = (count: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, { version: 1 }]));

describe('what a refresh refuses', () => {
  it.each<[string, Partial<TufRepositoryOptions>, RegExp]>([
    ['an expired root', { expired: ['root'] }, /root\.json is expired/],
    ['an expired timestamp', { expired: ['timestamp'] }, /timestamp\.json is expired/],
    ['an expired snapshot', { expired: ['snapshot'] }, /snapshot\.json is expired/],
    ['expired targets', { expired: ['targets'] }, /targets\.json is expired/],
    ['a root that others signed', { forged: ['root'], rootVersion: 2 }, /root was signed by 0\/1 keys/],
    ['a timestamp that others signed', { forged: ['timestamp'] }, /timestamp was signed by 0\/1 keys/],
    ['a snapshot that others signed', { forged: ['snapshot'] }, /snapshot was signed by 0\/1 keys/],
    ['targets that others signed', { forged: ['targets'] }, /targets was signed by 0\/1 keys/],
    ['no such target', { targets: { 'other.json': OLD } }, /trusted_root\.json not found/],
  ])('%s', async (_name, options, reason) => {
    const { refresh } = await startTuf(options);
    await expect(refresh({ now: new Date() })).rejects.toMatchObject({
      code: 'trusted-root-invalid',
      found: expect.stringMatching(reason),
    });
  });

  it('a new root that fewer old keys signed than must', async () => {
    const { refresh, repository } = await startTuf({ rootKeys: 3, rootThreshold: 2 });
    repository.rotate({ roles: ['root'], signedBy: 1 });
    await expect(refresh()).rejects.toMatchObject({ found: expect.stringMatching(/signed by 1\/2 keys/) });
  });

  it('a new root that does not have the next version', async () => {
    const { refresh, repository } = await startTuf();
    repository.rotate({ version: 3 });
    await expect(refresh()).rejects.toMatchObject({
      found: expect.stringMatching(/Expected version 2, got 3/),
    });
  });

  it.each([
    ['timestamp', { versions: { timestamp: 1 } }, /timestamp version 1 is less than current version 3/],
    [
      'snapshot',
      { targets: { 'trusted_root.json': OLD }, versions: { snapshot: 1 } },
      /snapshot version 1 is less than current version 2/,
    ],
    [
      'targets',
      { targets: { 'trusted_root.json': OLD }, versions: { targets: 1 } },
      /1 of targets\.json is less than current version 2/,
    ],
  ] as const)('an older %s than was seen', async (_role, older, reason) => {
    const { refresh, repository } = await startTuf();
    repository.publish({ targets: { 'trusted_root.json': NEW } });
    repository.publish();
    const { kept } = await refresh();
    repository.publish(older);
    await expect(refresh({ kept: again(kept) })).rejects.toMatchObject({
      code: 'trusted-root-invalid',
      found: expect.stringMatching(reason),
    });
    // Not by what was seen earlier: nothing else is wrong with it.
    await refresh();
  });

  it.each([
    [
      'timestamp',
      { timestamp: 4, snapshot: 2, targets: 2 },
      /timestamp\.json has version 3, and version 4 was/,
    ],
    [
      'snapshot',
      { timestamp: 3, snapshot: 3, targets: 2 },
      /snapshot\.json has version 2, and version 3 was/,
    ],
    ['targets', { timestamp: 3, snapshot: 2, targets: 3 }, /targets\.json has version 2, and version 3 was/],
  ] as const)('an older %s than was published before this program', async (role, published, reason) => {
    const { refresh, repository } = await startTuf();
    repository.publish({ targets: { 'trusted_root.json': NEW } });
    repository.publish();
    await expect(refresh({ published })).rejects.toMatchObject({
      code: 'trusted-root-invalid',
      found: expect.stringMatching(reason),
    });
    // Also where everything was kept, so that nothing is fetched but the timestamp.
    const { kept } = await refresh();
    await expect(refresh({ kept: again(kept), published })).rejects.toMatchObject({
      found: expect.stringMatching(reason),
    });
    await refresh({ published: { ...published, [role]: published[role] - 1 } });
  });

  it.each(['timestamp', 'snapshot'] as const)(
    'nothing by its version once the key of the %s was replaced, since that may undo what a thief signed',
    async (role) => {
      const { refresh, repository } = await startTuf();
      const published = { timestamp: 9_000_000, snapshot: 9_000_000, targets: 9_000_000 };
      repository.rotate({ roles: ['root'] });
      repository.publish({ targets: { 'trusted_root.json': NEW } });
      await expect(refresh({ published })).rejects.toMatchObject({ code: 'trusted-root-invalid' });
      repository.rotate({ roles: [role] });
      repository.publish({ targets: { 'trusted_root.json': NEW } });
      expect((await refresh({ published })).metadata.rootVersion).toBe(3);
    },
  );

  it('an older snapshot than an expired timestamp names that was seen', async () => {
    const soon = new Date(NOW.getTime() + DAY_MS).toISOString();
    const { refresh, repository } = await startTuf({ timestampExpires: soon });
    repository.publish({ targets: { 'trusted_root.json': NEW }, timestampExpires: soon });
    const { kept } = await refresh();
    repository.publish({ targets: { 'trusted_root.json': OLD }, versions: { snapshot: 1 } });
    const now = new Date(NOW.getTime() + 2 * DAY_MS);
    await expect(refresh({ kept: again(kept), now })).rejects.toMatchObject({
      found: expect.stringMatching(/snapshot version 1 is less than/),
    });
  });

  it('a repository whose roots do not begin where ours does', async () => {
    const { refresh } = await startTuf({ rootVersion: 2 });
    const { firstRoot } = createTufRepository({ targets: {} });
    await expect(refresh({ anchor: firstRoot })).rejects.toMatchObject({
      found: expect.stringMatching(/root was signed by 0\/1 keys/),
    });
  });

  it.each(['/timestamp.json', '/1.snapshot.json', '/1.targets.json', '.trusted_root.json'])(
    'nothing, and learns nothing, where there is no %s',
    async (path) => {
      const { refresh, repository } = await startTuf();
      for (const file of repository.files.keys()) if (file.endsWith(path)) repository.files.delete(file);
      await expect(refresh()).rejects.toMatchObject({ code: 'trust-root-unavailable' });
    },
  );

  const files = [
    '/2.root.json',
    '/timestamp.json',
    '/1.snapshot.json',
    '/1.targets.json',
    '.trusted_root.json',
  ];
  const bodies = [
    ['without end', fault.endless(), 'trusted-root-invalid'],
    ['of HTML with status 200', fault.html(), 'response-invalid'],
    ['that is cut', fault.truncate(20), 'network'],
    ['of other bytes', fault.body('{"signed":{}}'), 'trusted-root-invalid'],
  ] as const;
  it.each(files.flatMap((path) => bodies.map(([name, broken, code]) => ({ path, name, broken, code }))))(
    'a body of $path $name',
    async ({ path, broken, code }) => {
      const { refresh, repository, server } = await startTuf();
      if (path === '/2.root.json') repository.rotate();
      server.fault(path, broken);
      await expect(refresh()).rejects.toMatchObject({ code });
    },
  );

  it.each<[string, string, () => unknown]>([
    ['the root', '/2.root.json', () => ({ keys: members(7000), roles: {} })],
    ['the targets', '/1.targets.json', () => ({ targets: members(200_000) })],
    [
      'a role of the root',
      '/2.root.json',
      () => ({ roles: { root: { keyids: Object.keys(members(9000)) } } }),
    ],
    [
      'many small objects',
      '/1.targets.json',
      () => ({ targets: {}, x: Array(500).fill(Array(500).fill(1)) }),
    ],
  ])(
    '%s with so many members that reading it takes minutes, whoever signed it',
    async (_name, path, signed) => {
      // Before a file is read, no more than its version is known, as at Sigstore.
      const { refresh, server } = await startTuf();
      const body = JSON.stringify({ signed: Object.assign(signed() ?? {}, FIELDS), signatures: [] });
      server.fault(path, () => ({ reply: { status: 200, body } }));
      await expect(refresh()).rejects.toMatchObject({
        code: 'trusted-root-invalid',
        found: expect.stringMatching(/^a TUF metadata file has too many members/),
      });
    },
  );

  it('a file that is nested as deep as it is long', async () => {
    const { refresh, server } = await startTuf();
    const body = '['.repeat(200_000) + ']'.repeat(200_000);
    server.fault('/2.root.json', () => ({ reply: { status: 200, body } }));
    await expect(refresh()).rejects.toMatchObject({ code: 'trusted-root-invalid' });
  });

  it('a trusted root that is signed for, and larger than any', async () => {
    const { refresh, asked } = await startTuf({
      targets: { 'trusted_root.json': Buffer.alloc(1024 * 1024 + 1, ' ') },
    });
    await expect(refresh()).rejects.toMatchObject({ found: expect.stringMatching(/too large/) });
    expect(asked()).toHaveLength(4);
  });

  it('metadata that has expired by a clock that is ahead of the server, and names the clock', async () => {
    const expires = new Date(Date.now() + DAY_MS).toISOString();
    const { refresh } = await startTuf({ timestampExpires: expires });
    await expect(refresh({ now: new Date(Date.now() + 30 * DAY_MS) })).rejects.toMatchObject({
      code: 'clock-wrong',
      found: expect.stringMatching(/^\d{4}-/),
    });
  });
});

describe('what was kept', () => {
  it('is verified again from the first root, without a request', async () => {
    const { refresh, repository, server, asked } = await startTuf({ rootVersion: 3 });
    const { kept } = await refresh();
    asked();
    const later = new Date(NOW.getTime() + 100 * DAY_MS);
    const { trust } = openKeptRoot(again(kept), repository.firstRoot, server.url, later);
    expect(asked()).toEqual([]);
    expect(trust).toMatchObject({
      tufRoot: { version: 3 },
      currentAsOf: NOW,
      source: { kind: 'tuf', url: server.url },
    });
  });

  it('has no later date than now', async () => {
    const { refresh, repository, server } = await startTuf();
    const { kept } = await refresh();
    const now = new Date(NOW.getTime() - DAY_MS);
    expect(openKeptRoot(kept, repository.firstRoot, server.url, now).trust.currentAsOf).toEqual(now);
  });

  it('is refused where it claims to have been the newest after it expired', async () => {
    const expires = new Date(NOW.getTime() + DAY_MS);
    const { refresh, repository, server } = await startTuf({ timestampExpires: expires.toISOString() });
    const { kept } = await refresh();
    const now = new Date(NOW.getTime() + 9 * DAY_MS);
    const open = (checkedAt: Date): unknown =>
      openKeptRoot({ ...kept, checkedAt }, repository.firstRoot, server.url, now).trust.currentAsOf;
    const last = new Date(expires.getTime() - 1);
    expect(open(last)).toEqual(last);
    expect(() => open(expires)).toThrow(/timestamp\.json is expired/);
  });

  it.each<[string, (kept: KeptRoot, other: KeptRoot) => KeptRoot]>([
    [
      'roots of another repository',
      (kept, other) => ({ ...kept, files: { ...kept.files, roots: other.files.roots } }),
    ],
    ['no roots', (kept) => ({ ...kept, files: { ...kept.files, roots: [] } })],
    [
      'another timestamp',
      (kept, other) => ({ ...kept, files: { ...kept.files, timestamp: other.files.timestamp } }),
    ],
    [
      'another snapshot',
      (kept, other) => ({ ...kept, files: { ...kept.files, snapshot: other.files.snapshot } }),
    ],
    ['other targets', (kept, other) => ({ ...kept, files: { ...kept.files, targets: other.files.targets } })],
    ['another trusted root', (kept) => ({ ...kept, target: { ...kept.target, bytes: NEWEST } })],
    [
      'a trusted root by the name of another target',
      (kept) => ({ ...kept, target: { ...kept.target, name: 'other.json' } }),
    ],
  ])('is refused with %s', async (_name, alter) => {
    const targets = { 'trusted_root.json': OLD, 'other.json': OLD };
    const one = await startTuf({ targets, rootVersion: 2 });
    one.repository.rotate({ roles: ['timestamp'] });
    one.repository.publish();
    const { kept } = await one.refresh();
    const { kept: other } = await (await startTuf({ targets, rootVersion: 3 })).refresh();
    const altered = again(alter(kept, other));
    expect(() => openKeptRoot(altered, one.repository.firstRoot, one.server.url, NOW)).toThrow(Error);
    // It costs requests, and nothing else.
    expect((await one.refresh({ kept: altered })).trust.sha256).toBe(
      createHash('sha256').update(OLD).digest('hex'),
    );
  });

  it.each([
    ['cut', (bytes: Uint8Array) => bytes.subarray(0, -10)],
    ['empty', () => new Uint8Array()],
    [
      'of a later schema',
      (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString().replace('"schema":1', '"schema":2')),
    ],
    [
      'with a field that we do not write',
      (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString().replace('{', '{"x":1,')),
    ],
  ])('is damaged if it is %s', async (_name, damage) => {
    const { kept } = await (await startTuf()).refresh();
    expect(() => decodeKeptRoot(damage(encodeKeptRoot(kept)))).toThrow(/the kept trusted root/);
  });
});
