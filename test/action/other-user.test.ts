/** Later steps of a job may run as another user: in a container, or by sudo. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionWorld, KUBECTL, PLATFORM, startActionWorld, VERSION } from './action-world.ts';
import { snapshot } from '#support/temp-dir';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const isRoot = process.getuid?.() === 0;

describe.skipIf(process.platform === 'win32')('the directory of the job (needs POSIX permissions)', () => {
  it.each(['77', '0'])('has the modes of an install, whatever the umask (%s)', async (umask) => {
    const { dir, cachedFile, run } = await world.useRunner();
    const artifacts = [
      { component: 'kubectl', version: VERSION, platform: PLATFORM, sha256: world.digest('kubectl') },
    ];
    writeFileSync(dir.join('k8s.lock.json'), JSON.stringify({ schemaVersion: 1, artifacts }));
    const inputs = { lockfile: dir.join('k8s.lock.json') };
    const jobs = [await run(inputs, {}, umask)];
    for (const file of [cachedFile(), `${cachedFile()}.sigstore.json`]) chmodSync(file, 0o700);
    jobs.push(await run(inputs, {}, umask), await run({ ...inputs, offline: 'true' }, {}, umask));
    for (const job of jobs) {
      const [directory = ''] = job.path;
      const found = Object.entries(await snapshot(path.dirname(directory)));
      const modes = found.map(([name, what]) => `${path.basename(name)} ${/ (\d+)/.exec(what)?.[1]}`);
      expect(modes).toEqual([
        `${path.basename(directory)} 0755`,
        `${KUBECTL} 0755`,
        `${KUBECTL}.sigstore.json 0644`,
      ]);
    }
  });

  it.skipIf(!isRoot)('lets another user run what is in it (needs root)', async () => {
    const { dir, run } = await world.useRunner();
    chmodSync(dir.path, 0o755);
    const job = await run({ version: VERSION }, {}, '22');
    const nobody = { uid: 65534, gid: 65534, encoding: 'utf8' } as const;
    expect(execFileSync(job.outputs['kubectl-path'] ?? '', nobody)).toBe(`kubectl ${VERSION}\n`);
  });
});
