/** The trusted root of an install is renewed by TUF next to the download, and kept for later runs. */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { verifyFile } from '../../src/verify.ts';
import { fault } from '#support/http/faults';
import { testServers } from '#support/test-servers';
import { prepareRefreshed } from './support/refreshed-run.ts';

const servers = await testServers();
const { sigstore, releases } = servers;
const TARGET = 'trusted_root.json';
const ROOT = Buffer.from(sigstore.trustedRoot());
/** From before the log that the certificates are in. */
const OLDER = Buffer.from(sigstore.trustedRoot((root) => void root.ctlogs.splice(0)));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const UNCHANGED = ['/2.root.json', '/timestamp.json'];

beforeEach(async () => {
  const bytes = Buffer.from('kubectl v1.30.2');
  const release = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl', bytes };
  await releases.publishRelease({ ...release, sigstore });
});

/** As protobuf-specs#783 proposes it, in the form that is to have it. */
const demanding = (index: number): Buffer =>
  Buffer.from(
    sigstore.trustedRoot(({ tlogs }) => {
      Object.assign(tlogs[index] ?? {}, { witnessConfiguration: { quorum: 1, groups: [] } });
    }),
  );

describe('a trusted root that is renewed by TUF', () => {
  it('is fetched by the first run, told in its result, and kept for a day', async () => {
    const run = await prepareRefreshed(servers, { rootVersion: 2 });
    const before = Date.now();
    const { trustedRoot } = await run.install();
    expect(trustedRoot).toEqual({
      source: 'tuf',
      tufVersion: 2,
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      sha256: sha256(ROOT),
    });
    expect(new Date(trustedRoot.asOf ?? '').getTime()).toBeGreaterThan(before - 1000);
    expect(run.asked()).toHaveLength(6);
    expect((await run.install({ daysLater: 0.9 })).trustedRoot).toEqual(trustedRoot);
    expect(run.asked()).toEqual([]);
    expect(run.notes()).toEqual([]);
  });

  it('costs two requests where nothing has changed after a day', async () => {
    const run = await prepareRefreshed(servers);
    const first = await run.install();
    run.asked();
    await run.install({ daysLater: 1.1 });
    expect(run.asked()).toEqual(UNCHANGED);
    // The check itself is kept.
    const { trustedRoot } = await run.install({ daysLater: 2 });
    expect(run.asked()).toEqual([]);
    expect(trustedRoot.sha256).toBe(first.trustedRoot.sha256);
    expect(new Date(trustedRoot.asOf ?? 0) > new Date(first.trustedRoot.asOf ?? 0)).toBe(true);
  });

  it('is not asked for by a run that can do everything from what is kept, and says as of when it was', async () => {
    const run = await prepareRefreshed(servers);
    const destination = { kind: 'directory', path: run.dir.join('bin') } as const;
    const { trustedRoot } = await run.install({ destination });
    run.asked();
    const before = releases.http.requests.length;
    expect(await run.install({ destination, daysLater: 30 })).toMatchObject({ outcome: 'kept', trustedRoot });
    expect(run.asked()).toEqual([]);
    expect(releases.http.requests).toHaveLength(before);
  });

  it('is renewed once more, and waited for, where a proof fails for what it does not know', async () => {
    const run = await prepareRefreshed(servers, { targets: { [TARGET]: OLDER } });
    await run.refused({ daysLater: -0.5 });
    run.repository.publish({ targets: { [TARGET]: ROOT } });
    run.asked();
    const { trustedRoot } = await run.install();
    expect(run.asked()).toHaveLength(5);
    expect(trustedRoot.sha256).toBe(sha256(ROOT));
  });

  it('is asked for once where the newest does not know it either', async () => {
    const run = await prepareRefreshed(servers, { targets: { [TARGET]: OLDER } });
    await run.refused({ daysLater: -0.5 });
    run.asked();
    // Known to be the newest now: what it does not know is a stranger.
    expect(await run.refused()).toMatchObject({ code: 'sct-invalid' });
    expect(run.asked()).toEqual(UNCHANGED);
    await run.refused();
    expect(run.asked()).toEqual([]);
  });

  it('cannot judge what is newer, where it cannot be renewed', async () => {
    const run = await prepareRefreshed(servers, { targets: { [TARGET]: OLDER } });
    await run.refused({ daysLater: -0.5 });
    run.tuf.fault('/timestamp.json', fault.status(503));
    expect(await run.refused()).toMatchObject({ code: 'authority-unknown' });
  });

  it('does not delay an install where its server is silent, and nothing is said', async () => {
    const run = await prepareRefreshed(servers);
    const first = await run.install();
    run.tuf.fault('/timestamp.json', fault.stall());
    const { trustedRoot } = await run.install({ daysLater: 3 });
    expect(trustedRoot).toEqual(first.trustedRoot);
    expect(run.notes()).toEqual([]);
    expect(existsSync(run.dir.join('bin', 'kubectl'))).toBe(true);
  });

  it.each([
    ['is signed by others', { forged: ['timestamp'] }, /timestamp was signed by 0\/1 keys/],
    ['has expired by this clock', { expired: ['timestamp'] }, /clock is wrong: it is ahead of that of/],
    ['is older than what was seen', { versions: { timestamp: 1 } }, /less than current version 2/],
  ] as const)('is not replaced by one that %s, which a note says', async (_name, publication, reason) => {
    const run = await prepareRefreshed(servers);
    run.repository.publish();
    const first = await run.install();
    run.repository.publish(publication);
    const { trustedRoot } = await run.install({ daysLater: 2 });
    expect(trustedRoot).toEqual(first.trustedRoot);
    const [one, ...others] = run.notes();
    expect(others).toEqual([]);
    expect(one).toMatchObject({ code: 'trusted-root-not-renewed', text: expect.stringMatching(reason) });
    expect(one?.text).toMatch(/used is the one by TUF, root version 1, of \d{4}-\d\d-\d\d \(2 days old\)$/);
  });

  it('is used as it was kept where the repository is gone, at any later time', async () => {
    const run = await prepareRefreshed(servers);
    const { trustedRoot } = await run.install();
    await run.tuf.close();
    expect((await run.install({ daysLater: 200 })).trustedRoot).toEqual(trustedRoot);
    expect(run.notes()).toMatchObject([{ text: expect.stringContaining('connection refused') }]);
  });

  it('is needed: without one in hand the run ends as the refresh does', async () => {
    const run = await prepareRefreshed(servers, { forged: ['snapshot'] });
    expect(await run.refused()).toMatchObject({ code: 'trusted-root-invalid' });
    expect(existsSync(run.dir.join('bin', 'kubectl'))).toBe(false);
  });

  it('does not ask where nothing is kept, but for what it needs', async () => {
    const run = await prepareRefreshed(servers);
    await run.install({ keeps: false });
    expect(run.asked()).toHaveLength(5);
    expect(existsSync(run.dir.join('data'))).toBe(false);
  });
});

describe('a log that demands what this program does not enforce', () => {
  const [USED, OTHER] = [0, 1];
  const V2 = 'trusted_root.v0.2.json';

  it('does not count, so that what it holds is not proved by less than it demands', async () => {
    const run = await prepareRefreshed(servers, {
      targets: { [TARGET]: ROOT, [V2]: demanding(USED) },
    });
    expect(await run.refused()).toMatchObject({
      name: 'UnavailableError',
      code: 'authority-unknown',
      found: expect.stringContaining('which has a field "witnessConfiguration"'),
      next: expect.stringContaining('update k8s-verify'),
    });
    expect(existsSync(run.dir.join('bin', 'kubectl'))).toBe(false);
  });

  it('leaves the rest of the trusted root as it is', async () => {
    const run = await prepareRefreshed(servers, {
      targets: { [TARGET]: ROOT, [V2]: demanding(OTHER) },
    });
    const { trustedRoot } = await run.install();
    expect(trustedRoot).toMatchObject({
      sha256: sha256(demanding(OTHER)),
      ignored: ['tlogs[1], which has a field "witnessConfiguration"'],
    });
  });
});

describe('a demand for a fresh trusted root', () => {
  const maxTrustedRootAgeMs = 3_600_000;

  it('is met by what is kept, or else by a refresh that is waited for', async () => {
    const run = await prepareRefreshed(servers);
    await run.install();
    run.asked();
    await run.install({ maxTrustedRootAgeMs });
    expect(run.asked()).toEqual([]);
    const { trustedRoot } = await run.install({ maxTrustedRootAgeMs, daysLater: 0.5 });
    expect(run.asked()).toEqual(UNCHANGED);
    expect(new Date(trustedRoot.asOf ?? 0).getTime()).toBeGreaterThan(Date.now() + 40_000_000);
  });

  it('is not met by a check in the future, which is that of a wrong clock', async () => {
    const run = await prepareRefreshed(servers);
    await run.install({ daysLater: 30 });
    run.asked();
    await run.install({ maxTrustedRootAgeMs });
    expect(run.asked()).toEqual(UNCHANGED);
    // It was asked again, so the time of that is kept; now it is too old.
    await run.install({ maxTrustedRootAgeMs, daysLater: 30 });
    expect(run.asked()).toEqual(UNCHANGED);
    run.tuf.fault('/timestamp.json', fault.status(503));
    expect(await run.refused({ maxTrustedRootAgeMs })).toMatchObject({
      code: 'trusted-root-old',
      found: expect.stringMatching(
        /last checked at 20\S+Z, which is in the future by this machine's clock; it could not/,
      ),
    });
  });

  it('ends the run where it cannot be met, and says why', async () => {
    const run = await prepareRefreshed(servers);
    await run.install();
    run.tuf.fault('/timestamp.json', fault.status(503));
    expect(await run.refused({ maxTrustedRootAgeMs, daysLater: 2 })).toMatchObject({
      code: 'trusted-root-old',
      wanted: expect.stringContaining('1 hours'),
      found: expect.stringMatching(/\(2 days old\); it could not be renewed: .*HTTP 503/),
    });
  });

  it('is never met by a file, which has no date', async () => {
    const run = await prepareRefreshed(servers);
    const trustedRootFile = run.dir.join('given.json');
    writeFileSync(trustedRootFile, ROOT);
    expect(await run.refused({ trustedRootFile, maxTrustedRootAgeMs })).toMatchObject({
      code: 'trusted-root-old',
      found: expect.stringContaining(trustedRootFile),
    });
    expect([run.asked(), releases.http.requests]).toEqual([[], []]);
  });
});

describe('verify', () => {
  it('asks nobody where a bundle and a kept trusted root are enough, however old they are', async () => {
    const run = await prepareRefreshed(servers);
    await run.install({ saveBundle: true });
    run.asked();
    await using client = createClient({ dataDirectory: run.dir.join('data') });
    const clock = { now: () => new Date(Date.now() + 30 * 86_400_000) };
    const { artifacts } = await verifyFile(
      {
        subject: { kind: 'file', path: run.dir.join('bin', 'kubectl') },
        evidence: { kind: 'beside' },
        tuf: { url: run.tuf.url, rootFile: run.dir.join('root.json') },
      },
      { ...client, clock },
    );
    expect(artifacts[0]?.trustedRoot).toMatchObject({ source: 'tuf', sha256: sha256(ROOT) });
    expect(run.asked()).toEqual([]);
  });
});
