import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionWorld, expectNothing, startActionWorld, VERSION } from './action-world.ts';
import { fault } from '#support/http/faults';
import { startProxy } from '#support/proxy';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('what the log shows', () => {
  it('warns of a variable that only looks like an input, and goes on', async () => {
    const { run } = await world.useRunner();
    const job = await run({ version: VERSION }, { INPUT_TAG: 'x' });
    expect(job.exitCode).toBe(0);
    expect(job.stdout).toContain('there is no input tag; it is ignored');
  });

  it('masks the password of a mirror, and shows it nowhere', async () => {
    const { run } = await world.useRunner();
    const mirror = world.releases.url.replace('http://', 'http://user:hunter2@');
    const job = await run({ mirror });
    expect(job.exitCode).toBe(0);
    expect(job.stdout).toContain('::add-mask::hunter2');
    expect(job.stdout.replaceAll('::add-mask::hunter2', '')).not.toContain('hunter2');
    expect(JSON.stringify([job.outputs, job.summary])).not.toContain('hunter2');
  });

  it('masks the password of a TUF repository', async () => {
    const { run, dir } = await world.useRunner();
    const tuf = { 'tuf-url': 'http://user:hunter2@127.0.0.1:9', 'tuf-root': dir.join('root.json') };
    const job = await run({ version: VERSION, 'trusted-root': '', ...tuf });
    const lines = job.stdout.split('\n').filter((line) => line.includes('hunter2'));
    expect(lines).toEqual(['::add-mask::hunter2']);
    expect(job.exitCode).not.toBe(0);
  });

  it('masks the password of the proxy that the runner names, and shows it nowhere', async () => {
    const { run } = await world.useRunner();
    await using proxy = await startProxy({ credentials: { username: 'user', password: 'hunter3' } });
    const job = await run({}, { http_proxy: proxy.url });
    expect(job.exitCode).toBe(0);
    expect(proxy.requests.length).toBeGreaterThan(0);
    expect(job.stdout).toContain('::add-mask::hunter3');
    expect(job.stdout.replaceAll('::add-mask::hunter3', '')).not.toContain('hunter3');
    expect(JSON.stringify([job.outputs, job.summary])).not.toContain('hunter3');
  });

  it('masks nothing else', async () => {
    const { run } = await world.useRunner();
    const job = await run({ version: VERSION });
    expect(job.stdout).not.toContain('::add-mask::');
  });

  it('says that latest is stable, and installs that', async () => {
    await world.publish('kubectl', 'v1.31.0-beta.0');
    world.releases.publishMarker('latest', 'v1.31.0-beta.0');
    const { run } = await world.useRunner();
    const job = await run({ version: 'latest' });
    expect(job).toMatchObject({ exitCode: 0, outputs: { version: VERSION } });
    expect(job.stdout).toContain('::notice title=k8s-verify%3A version::latest means stable');
    expect((await run({ version: 'stable' })).stdout).not.toContain('::notice title=k8s-verify%3A version');
    expect((await run({ version: 'prerelease' })).outputs['version']).toBe('v1.31.0-beta.0');
  });

  it('asks back what latest of a minor release means, with both answers', async () => {
    const { run, dir } = await world.useRunner();
    const job = await run({ version: 'latest-1.31' });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain(
      '::error title=k8s-verify did not install kubectl (exit 2)::latest-1.31 has two meanings.',
    );
    expect(job.stdout).toContain('next: write version: stable-1.31, or version: prerelease-1.31');
    await expectNothing(job, dir);
  });

  it('lets no server give the runner commands', async () => {
    const { run } = await world.useRunner();
    const evil = 'v1.30.2\n::add-path::/tmp/evil\n##[add-path]/tmp/evil\n';
    world.releases.http.fault('/release/stable.txt', fault.body(evil), { times: 1 });
    const job = await run();
    world.releases.http.clearFaults();
    expect(job.exitCode).not.toBe(0);
    expect(job.stdout).not.toMatch(/^\s*::add-path/m);
    expect(job.stdout).not.toContain('##[');
  });
});
