import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goProgram } from '#support/go-program';
import { runProgram } from '#support/run-program';
import {
  type ActionWorld,
  expectNothing,
  KUBECTL,
  PLATFORM,
  startActionWorld,
  type TestRunner,
  VERSION,
} from './action-world.ts';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A runner, and a lockfile on it that names one kubectl. */
async function withLock(version: string, sha256: string): Promise<TestRunner> {
  const runner = await world.useRunner();
  const artifacts = [{ component: 'kubectl', version, platform: PLATFORM, sha256 }];
  writeFileSync(runner.dir.join('k8s.lock.json'), JSON.stringify({ schemaVersion: 1, artifacts }));
  return runner;
}

/** The names of all fields, in the fields as well. How the evidence was found, and what binds the name, differ online. */
function fieldsOf(value: unknown, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null || ['.evidence', '.name'].includes(at)) return [at];
  if (Object.keys(value).length === 0) return [at];
  return Object.entries(value)
    .flatMap(([name, field]) => fieldsOf(field, `${at}.${name}`))
    .toSorted();
}

describe('a lockfile', () => {
  it('gives the version', async () => {
    const { dir, run } = await withLock('v1.29.6', world.digest('kubectl', 'v1.29.6'));
    const job = await run({ lockfile: dir.join('k8s.lock.json') });
    expect(job.outputs['version']).toBe('v1.29.6');
  });

  it('that disagrees with the version is refused', async () => {
    const { dir, run } = await withLock('v1.29.6', world.digest('kubectl', 'v1.29.6'));
    const job = await run({ lockfile: dir.join('k8s.lock.json'), version: VERSION });
    expect(job.exitCode).toBe(22);
    expect(job.stdout).toMatch(
      /^::error title=k8s-verify did not install kubectl \(exit 22\)::the lockfile has no kubectl v1\.30\.2/m,
    );
    await expectNothing(job, dir);
  });

  it('with another digest than the proven one is refused, however well the file is signed', async () => {
    const { dir, run } = await withLock(VERSION, world.digest('kubectl', 'v1.29.6'));
    const job = await run({ lockfile: dir.join('k8s.lock.json') });
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain(`::error title=k8s-verify refused kubectl ${VERSION} (exit 12)::`);
    await expectNothing(job, dir);
  });

  it('lets a job do without the network, from the tool cache and its bundle', async () => {
    const { dir, run } = await withLock(VERSION, world.digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const offline = {
      lockfile,
      offline: 'true',
      mirror: 'http://127.0.0.1:9',
      'rekor-url': 'http://127.0.0.1:9',
    };
    const before = world.releases.http.requests.length;
    const job = await run(offline);
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.result?.artifacts).toMatchObject([
      {
        outcome: 'kept',
        component: 'kubectl',
        version: VERSION,
        sha256: world.digest('kubectl'),
      },
    ]);
    expect(readFileSync(job.outputs['kubectl-path'] ?? '', 'utf8')).toContain(VERSION);
    expect(world.releases.http.requests).toHaveLength(before);
  });

  it.skipIf(process.platform === 'win32')(
    'of the command has evidence next to it, so that a job asks no log for its files (needs a POSIX shell)',
    async () => {
      const { dir, run } = await world.useRunner();
      const [directory = ''] = (
        await run({ 'setup-only': 'true', mirror: '', 'rekor-url': '', 'trusted-root': '' })
      ).path;
      const servers = ['--mirror', world.releases.url, '--rekor-url', world.sigstore.rekorUrl];
      const locking = await runProgram(
        [
          join(directory, 'k8s-verify'),
          'lock',
          'kubectl',
          VERSION,
          ...servers,
          '--trusted-root',
          world.trustedRoot,
        ],
        { cwd: dir.path, env: { PATH: '/usr/bin:/bin', HOME: dir.join('elsewhere') } },
      );
      expect(locking).toMatchObject({ exitCode: 0 });
      const lockfile = dir.join('k8s-verify.lock.json');
      const asked = (): number => world.sigstore.rekorServer.http.requests.length;
      const before = asked();
      const job = await run({ lockfile, cache: 'false' });
      expect(job).toMatchObject({ exitCode: 0, outputs: { sha256: world.digest('kubectl') } });
      expect(asked()).toBe(before);
      rmSync(dir.join('k8s-verify.evidence'), { recursive: true });
      expect(await run({ lockfile, cache: 'false' })).toMatchObject({ exitCode: 0 });
      expect(asked()).toBeGreaterThan(before);
    },
  );

  it('offline, tells the same things as online', async () => {
    const { dir, run } = await withLock(VERSION, world.digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const [online, offline] = [await run({ lockfile }), await run({ lockfile, offline: 'true' })];
    const [one, other] = [online.result?.artifacts[0], offline.result?.artifacts[0]];
    expect(fieldsOf(other)).toEqual(fieldsOf(one));
    expect(one?.name).toMatchObject({ bound: true, by: ['release-manifest', 'lockfile'] });
    expect(other?.name).toEqual({ bound: true, by: ['lockfile'] });
    expect(other?.outcome).toBe(one?.outcome);
    expect(offline.summary).toBe(online.summary);
    expect(Object.keys(offline.outputs)).toEqual(Object.keys(online.outputs));
  });

  it('offline, refuses a poisoned cache', async () => {
    const { dir, cachedFile, run } = await withLock(VERSION, world.digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    writeFileSync(cachedFile(), `#!/bin/sh\necho kubectl v1.29.6\n`);
    const job = await run({ lockfile, offline: 'true' });
    expect(job.exitCode).toBe(12);
    expect(job.path).toEqual([]);
  });

  it('offline, refuses another release in the cache, however well it is signed', async () => {
    const { dir, cachedFile, run } = await withLock(VERSION, world.digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const bytes = Buffer.from('#!/bin/sh\necho kubectl v1.29.6\n');
    writeFileSync(cachedFile(), bytes);
    writeFileSync(`${cachedFile()}.sigstore.json`, world.sigstore.signBlob({ bytes }).bundle('0.3'));
    const job = await run({ lockfile, offline: 'true' });
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain('is not the file that the lockfile names');
    expect(job.path).toEqual([]);
  });

  it('offline, refuses a file that says it is another release, though the lockfile has its digest', async () => {
    const [os = '', arch = ''] = PLATFORM.split('/');
    const bytes = goProgram({ strings: ['v1.24.9'], settings: { GOOS: os, GOARCH: arch } });
    const digest = createHash('sha256').update(bytes).digest('hex');
    const { dir, cachedFile, run } = await withLock(VERSION, digest);
    mkdirSync(dirname(cachedFile()), { recursive: true });
    writeFileSync(cachedFile(), bytes);
    writeFileSync(`${cachedFile()}.sigstore.json`, world.sigstore.signBlob({ bytes }).bundle('0.3'));
    writeFileSync(`${dirname(cachedFile())}.complete`, '');
    const job = await run({ lockfile: dir.join('k8s.lock.json'), offline: 'true' });
    expect(job.stdout).toContain('kubectl v1.24.9');
    expect(job.exitCode).toBe(19);
    expect(job.path).toEqual([]);
  });

  it('offline, refuses a bundle by another signer', async () => {
    const { dir, cachedFile, run } = await withLock(VERSION, world.digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const signed = world.sigstore.signBlob({
      bytes: readFileSync(cachedFile()),
      identity: 'not-krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
    });
    writeFileSync(`${cachedFile()}.sigstore.json`, signed.bundle('0.3'));
    const job = await run({ lockfile, offline: 'true' });
    expect(job.exitCode).toBe(15);
    expect(job.path).toEqual([]);
  });

  it.each([
    ['the tool cache', {}],
    ['tools', { 'install-dir': 'tools' }],
  ])('offline, says what is missing in %s', async (where, inputs) => {
    const { dir, run } = await withLock(VERSION, world.digest('kubectl'));
    const job = await run({ lockfile: dir.join('k8s.lock.json'), offline: 'true', ...inputs });
    expect(job.exitCode).toBe(4);
    expect(job.stdout).toContain('would have to be downloaded');
    expect(job.stdout).toContain(`wanted ${KUBECTL} with its bundle in ${where}%0A`);
    expect(job.stdout).toContain(`run once without offline on this runner, which fills ${where}\n`);
    await expectNothing(job, dir);
  });
});
