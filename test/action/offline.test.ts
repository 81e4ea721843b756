/** Jobs that need no network, or must not use one, and the file that says their versions. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoopbackServer } from '#support/http/loopback-server';
import { createTufRepository } from '#support/tuf-repository';
import {
  type ActionWorld,
  expectNothing,
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

const NO_SERVERS = { mirror: 'http://127.0.0.1:9', 'rekor-url': 'http://127.0.0.1:9' };

/** @param asked what a lock of the command has besides. */
function lockOn({ dir }: TestRunner, asked: object = { schemaVersion: 1 }): string {
  const sha256 = world.digest('kubectl');
  const artifacts = [{ component: 'kubectl', version: VERSION, platform: PLATFORM, sha256 }];
  writeFileSync(dir.join('k8s.lock.json'), JSON.stringify({ ...asked, artifacts }));
  return dir.join('k8s.lock.json');
}

describe('a job with a lockfile, and its file with the bundle in the tool cache', () => {
  it.each(['false', 'true'])(
    'needs no network, whether it may use one or not (offline: %s)',
    async (offline) => {
      const runner = await world.useRunner();
      const lockfile = lockOn(runner);
      await runner.run({ lockfile });
      // As actions/cache restores it: the tool alone.
      rmSync(runner.dir.join('tool-cache', 'k8s-verify-data'), { recursive: true });
      const job = await runner.run({ lockfile, offline, ...NO_SERVERS });
      expect(job).toMatchObject({ exitCode: 0, outputs: { version: VERSION } });
      expect(job.result?.artifacts).toMatchObject([
        { outcome: 'kept', name: { bound: true, by: ['lockfile'] } },
      ]);
      expect(job.stdout).toContain('came from the tool cache, and was proved again');
    },
  );

  it('may have it as the command lock writes it', async () => {
    const runner = await world.useRunner();
    const asked = { schemaVersion: 2, asked: { kubectl: VERSION }, platforms: [PLATFORM] };
    const lockfile = lockOn(runner, asked);
    await runner.run({ lockfile });
    expect(await runner.run({ lockfile, ...NO_SERVERS })).toMatchObject({ exitCode: 0 });
    const other = await runner.run({ 'version-file': lockfile, offline: 'true' });
    expect(other).toMatchObject({ exitCode: 0, outputs: { version: VERSION } });
  });

  it('needs none with its digest as an input either', async () => {
    const { run } = await world.useRunner();
    const sha256 = world.digest('kubectl');
    await run({ version: VERSION, sha256 });
    const job = await run({ version: VERSION, sha256, offline: 'true' });
    expect(job.result?.artifacts).toMatchObject([{ name: { bound: true, by: ['sha256'] } }]);
  });
});

describe('a job that must not use the network', () => {
  it('takes a file by the evidence that was kept, without a lockfile', async () => {
    const { run } = await world.useRunner();
    await run({ version: VERSION });
    const before = world.releases.http.requests.length;
    expect(await run({ version: VERSION, offline: 'true' })).toMatchObject({ exitCode: 0 });
    expect(world.releases.http.requests).toHaveLength(before);
  });

  it('ends with 4 where something is missing, and has asked nobody', async () => {
    const { run, dir } = await world.useRunner();
    const before = world.releases.http.requests.length;
    for (const version of [VERSION, 'stable']) {
      const job = await run({ version, offline: 'true' });
      expect(job.exitCode).toBe(4);
      expect(job.stdout).toContain('this run is offline');
      await expectNothing(job, dir);
    }
    expect(world.releases.http.requests).toHaveLength(before);
  });

  it('installs from a mirror directory of the workspace', async () => {
    const { run, dir } = await world.useRunner();
    await run({ version: VERSION });
    // Each job has a fresh workspace, and this one is the next.
    const mirror = dir.join(
      'job-2',
      'workspace',
      'mirror',
      'release',
      VERSION,
      'bin',
      ...PLATFORM.split('/'),
    );
    mkdirSync(mirror, { recursive: true });
    const [tool = ''] = readdirSync(dir.join('tool-cache', 'kubectl', VERSION.slice(1)));
    const cached = dir.join('tool-cache', 'kubectl', VERSION.slice(1), tool);
    cpSync(cached, mirror, { recursive: true });
    rmSync(dir.join('tool-cache', 'kubectl'), { recursive: true });
    const job = await run({ version: VERSION, offline: 'true', mirror: 'mirror' });
    expect(job).toMatchObject({ exitCode: 0, outputs: { sha256: world.digest('kubectl') } });
  });
});

describe('the input version-file', () => {
  it.each([
    ['.tool-versions', 'kubectl 1.29.6\n'],
    ['mise.toml', '[tools]\nkubectl = "1.29.6"\n'],
    ['.k8s-version', 'v1.29.6\n'],
  ])('takes the version from %s', async (name, text) => {
    const { run, dir } = await world.useRunner();
    writeFileSync(dir.join(name), text);
    const job = await run({ 'version-file': dir.join(name) });
    expect(job).toMatchObject({ exitCode: 0, outputs: { version: 'v1.29.6' } });
    // The input version counts before it.
    const other = await run({ 'version-file': dir.join(name), version: VERSION });
    expect(other.outputs['version']).toBe(VERSION);
  });

  it('is an error where it lacks a component', async () => {
    const { run, dir } = await world.useRunner();
    writeFileSync(dir.join('.tool-versions'), 'nodejs 24.1.0\n');
    const job = await run({ 'version-file': dir.join('.tool-versions') });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain('has no version of "kubectl"');
    await expectNothing(job, dir);
  });
});

describe('another Sigstore', () => {
  it('gives its trusted root by TUF, which is kept for later jobs', async () => {
    const root = Buffer.from(world.sigstore.trustedRoot());
    const repository = createTufRepository({ targets: { 'trusted_root.json': root } });
    const server = await LoopbackServer.start((request) => repository.handler(request));
    const { run, dir } = await world.useRunner();
    writeFileSync(dir.join('root.json'), repository.firstRoot);
    const tuf = { 'trusted-root': '', 'tuf-url': server.url, 'tuf-root': dir.join('root.json') };
    const job = await run({ version: VERSION, ...tuf });
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.result?.artifacts[0]?.trustedRoot).toMatchObject({ source: 'tuf', tufVersion: 1 });
    expect(job.summary).toMatch(/ Trusted root of \d{4}-\d\d-\d\d\.\n/);
    expect(job.stdout).not.toContain('::warning');
    await server.close();
    expect(await run({ version: VERSION, offline: 'true', ...tuf })).toMatchObject({ exitCode: 0 });
    // Nobody could renew it for 40 days.
    const kept = dir.join('tool-cache', 'k8s-verify-data', 'trust');
    const [name = ''] = readdirSync(kept);
    const state = JSON.parse(readFileSync(path.join(kept, name), 'utf8'));
    const checkedAt = new Date(Date.now() - 40 * 86_400_000).toISOString();
    writeFileSync(path.join(kept, name), JSON.stringify({ ...state, checkedAt }));
    const old = await run({ version: VERSION, offline: 'true', ...tuf });
    expect(old.exitCode).toBe(0);
    expect(old.stdout).toMatch(
      /^::warning title=k8s-verify%3A trusted root::the trusted root is by TUF, root version 1, of \d{4}-\d\d-\d\d \(40 days old\)/m,
    );
  });
});
