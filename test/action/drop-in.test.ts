/** What a step of azure/setup-kubectl or action-setup-kube-tools has under `with:`, and what later steps read. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActionWorld,
  expectNothing,
  KUBECTL,
  PLATFORM,
  startActionWorld,
  VERSION,
} from './action-world.ts';
import { fault } from '#support/http/faults';

let world: ActionWorld;
const [OS = '', ARCH = ''] = PLATFORM.split('/');
/** Another architecture that Kubernetes builds for on this system. */
const OTHER = ARCH === 'arm64' ? 'amd64' : 'arm64';

beforeAll(async () => {
  world = await startActionWorld();
  const bytes = Buffer.from(`kubectl ${VERSION} for another machine`);
  const release = { version: VERSION, platform: `${OS}/${OTHER}`, component: 'kubectl', bytes };
  await world.releases.publishRelease({ ...release, sigstore: world.sigstore });
});
afterAll(() => world[Symbol.asyncDispose]());

describe('a step of azure/setup-kubectl', () => {
  it('goes on as it is, with its version, its checksum and its output', async () => {
    const { run } = await world.useRunner();
    const job = await run({ version: VERSION, checksum: world.digest('kubectl') });
    expect(job).toMatchObject({
      exitCode: 0,
      outputs: { version: VERSION, sha256: world.digest('kubectl') },
    });
    expect(existsSync(job.outputs['kubectl-path'] ?? '')).toBe(true);
    expect(job.result?.artifacts[0]?.name).toMatchObject({ bound: true });
  });

  it('without v in its version, too', async () => {
    const { run } = await world.useRunner();
    expect(await run({ version: VERSION.slice(1) })).toMatchObject({
      exitCode: 0,
      outputs: { version: VERSION },
    });
  });

  it('fails where its checksum is that of another file', async () => {
    const { run, dir } = await world.useRunner();
    const job = await run({ version: VERSION, checksum: 'a'.repeat(64) });
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain('next: find out where the two digests come from');
    await expectNothing(job, dir);
  });

  it('is told that its downloadBaseURL is the input mirror', async () => {
    const { run, dir } = await world.useRunner();
    const job = await run({ version: VERSION, downloadBaseURL: 'https://mirror.example.com' });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain('next: write mirror; its URL is laid out as dl.k8s.io');
    await expectNothing(job, dir);
  });
});

describe('a step of action-setup-kube-tools', () => {
  it('has its version in kubectl, and its architecture in arch-type', async () => {
    const { run } = await world.useRunner();
    const job = await run({ kubectl: '1.29.6', 'arch-type': ARCH });
    expect(job).toMatchObject({ exitCode: 0, outputs: { version: 'v1.29.6' } });
    expect(job.path).toEqual([path.dirname(job.outputs['kubectl-path'] ?? '')]);
  });

  it.each([{ 'arch-type': OTHER }, { platform: `${OS}/${OTHER}` }])(
    'gets files for another machine, which are not put on PATH, and are cached apart: %j',
    async (inputs) => {
      const { run, dir } = await world.useRunner();
      const job = await run({ kubectl: VERSION, ...inputs });
      expect(job).toMatchObject({ exitCode: 0, path: [] });
      expect(readFileSync(job.outputs['kubectl-path'] ?? '', 'utf8')).toContain('for another machine');
      expect(job.result?.artifacts[0]?.platform).toBe(`${OS}/${OTHER}`);
      expect(job.stdout).toContain('is not put on PATH: its files are not for this runner');
      expect(existsSync(dir.join('tool-cache', 'kubectl', VERSION.slice(1), `${OS}-${OTHER}`, KUBECTL))).toBe(
        true,
      );
      const own = await run({ kubectl: VERSION });
      expect(own.outputs['sha256']).toBe(world.digest('kubectl'));
      expect((await run({ kubectl: VERSION, ...inputs })).outputs['cache-hit']).toBe('true');
    },
  );

  it.each([
    ['helm', 'keep a step of its own for it'],
    ['setup-tools', 'name what Kubernetes releases as components'],
  ])('keeps a step for %s, which would not be there without a word', async (input, advice) => {
    const { run } = await world.useRunner();
    const job = await run({ kubectl: VERSION, [input]: '3.15.0' });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain(advice);
  });
});

describe('what a job is told', () => {
  it('of the cache: a line of the log and an output, and no annotation', async () => {
    const { run } = await world.useRunner();
    expect((await run({ version: VERSION })).outputs['cache-hit']).toBe('false');
    const job = await run({ version: VERSION });
    expect(job.outputs['cache-hit']).toBe('true');
    expect(job.stdout).toMatch(/^kubectl v1\.30\.2 came from the tool cache, and was proved again$/m);
    expect(job.stdout).not.toMatch(/^::(?:notice|warning|error)/m);
    const several = await run({ version: VERSION, components: 'kubectl kubeadm' });
    expect(several.outputs['cache-hit']).toBe('false');
  });

  it('of a failure: the page of the job has it as the command says it, with the section of its exit code', async () => {
    const { run } = await world.useRunner();
    const { url } = world.releases;
    world.releases.http.fault(`/${KUBECTL}`, fault.body('evil'), { times: 1 });
    const job = await run(
      { version: VERSION },
      { GITHUB_SERVER_URL: 'https://github.com', GITHUB_ACTION_REPOSITORY: 'o/r', GITHUB_ACTION_REF: 'v1' },
    );
    world.releases.http.clearFaults();
    expect(job.exitCode).toBe(12);
    expect(job.summary).toMatch(
      new RegExp(
        `^### ✗ kubectl v1\\.30\\.2 was refused\\n\\n\`\`\`text\\n` +
          `k8s-verify: refused: kubectl v1\\.30\\.2 ${PLATFORM} is not the file that Kubernetes signed\\n` +
          `  wanted sha256:${world.digest('kubectl')}\\n  found  sha256:[0-9a-f]{64}\\n` +
          `  from   ${url}/release/v1\\.30\\.2/bin/${PLATFORM}/${KUBECTL}\\n` +
          `  next   take it from its source \\(leave out the input mirror\\)\\n` +
          `Do not use this file\\. Nothing was put on PATH\\. Exit code 12\\n\`\`\`\\n\\n` +
          `\\[docs/exit-codes\\.md\\]\\(https://github\\.com/o/r/blob/v1/docs/exit-codes\\.md#12-the-file-is-not-the-one-that-was-signed\\)`,
      ),
    );
  });

  it('nothing on its page, where the job wants none', async () => {
    const { run } = await world.useRunner();
    expect((await run({ version: VERSION, summary: 'false' })).summary).toBe('');
    expect(await run({ version: 'v1.x', summary: 'False' })).toMatchObject({ exitCode: 2, summary: '' });
  });

  it('of a page that cannot be written: a warning, and no failure', async () => {
    const { run, dir } = await world.useRunner();
    const job = await run({ version: VERSION }, { GITHUB_STEP_SUMMARY: dir.join('nowhere', 'summary') });
    expect(job).toMatchObject({ exitCode: 0, outputs: { version: VERSION } });
    expect(job.stdout).toMatch(
      /^::warning title=k8s-verify%3A summary::the job's summary could not be written/m,
    );
    expect(job.path).toHaveLength(1);
  });
});

describe('a lockfile without components', () => {
  it('is installed whole, for the platform of the runner', async () => {
    const { run, dir } = await world.useRunner();
    const entry = (component: string, platform = PLATFORM): object => ({
      component,
      version: VERSION,
      platform,
      sha256: platform === PLATFORM ? world.digest(component) : 'a'.repeat(64),
    });
    const artifacts = [entry('kubeadm'), entry('kubectl'), entry('kubectl', `${OS}/${OTHER}`)];
    writeFileSync(dir.join('k8s.lock.json'), JSON.stringify({ schemaVersion: 1, artifacts }));
    const job = await run({ lockfile: dir.join('k8s.lock.json') });
    expect(job).toMatchObject({ exitCode: 0, outputs: { version: `${VERSION}\n${VERSION}` } });
    expect(job.result?.artifacts.map(({ component }) => component)).toEqual(['kubeadm', 'kubectl']);
    writeFileSync(
      dir.join('k8s.lock.json'),
      JSON.stringify({ schemaVersion: 1, artifacts: [entry('kubectl', `${OS}/${OTHER}`)] }),
    );
    const none = await run({ lockfile: dir.join('k8s.lock.json') });
    expect(none.exitCode).toBe(22);
    expect(none.stdout).toContain(`the lockfile has nothing for ${PLATFORM}`);
    expect(none.stdout).toContain('next: lock this platform too, with k8s-verify lock, and commit the file');
  });
});
