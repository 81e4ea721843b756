/** What the Action demands of names and digests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionWorld, expectNothing, PLATFORM, startActionWorld, VERSION } from './action-world.ts';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
  // The programs of this world are scripts, which do not say what they are.
  world.releases.withoutManifest();
});
afterAll(() => world[Symbol.asyncDispose]());

function nameIn(result: string | undefined): unknown {
  const { artifacts } = JSON.parse(result ?? '{}');
  return artifacts[0].name;
}

describe('a kubectl that nothing signed names', () => {
  it('is not installed, unless the job says otherwise', async () => {
    const { dir, run } = await world.useRunner();
    const job = await run({ version: VERSION });
    expect(job.exitCode).toBe(4);
    expect(job.stdout).toContain(`nothing that is signed says that this is kubectl ${VERSION} ${PLATFORM}`);
    await expectNothing(job, dir);
    const allowed = await run({ version: VERSION, 'require-name': 'false' });
    expect(allowed.exitCode).toBe(0);
    expect(nameIn(allowed.outputs['result'])).toEqual({ bound: false, by: [] });
  });

  it('is installed by the digest that the job demands', async () => {
    const { run } = await world.useRunner();
    const job = await run({ version: VERSION, sha256: world.digest('kubectl') });
    expect(job.exitCode).toBe(0);
    expect(nameIn(job.outputs['result'])).toEqual({ bound: true, by: ['sha256'] });
  });

  it('is refused with another digest', async () => {
    const { dir, run } = await world.useRunner();
    const job = await run({ version: VERSION, sha256: 'a'.repeat(64) });
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain('a'.repeat(64));
    await expectNothing(job, dir);
  });
});

describe('a component that is not known to carry its name', () => {
  it('is installed unnamed, unless the job demands a name', async () => {
    const { dir, run } = await world.useRunner();
    const job = await run({ version: VERSION, components: 'kubeadm' });
    expect(job.exitCode).toBe(0);
    expect(nameIn(job.outputs['result'])).toEqual({ bound: false, by: [] });
    const strict = await run({ version: VERSION, components: 'kubeadm', 'require-name': 'true' });
    expect(strict.exitCode).toBe(4);
    expect(strict.path).toEqual([]);
    expect(dir.path).not.toBe('');
  });
});
