/** `setup-only`: later steps have the command k8s-verify, out of the action itself. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchersFor } from '../../src/action/command.ts';
import { VERSION as OWN_VERSION } from '../../src/text/version.ts';
import { fault } from '#support/http/faults';
import { type ProgramRun, runProgram } from '#support/run-program';
import { testDir } from '#support/test-dir';
import { type ActionWorld, KUBECTL, startActionWorld, type TestRunner, VERSION } from './action-world.ts';
import type { ActionRun } from './run-action.ts';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Nothing but what has to be absent for it: the world's own servers are inputs of an install. */
const ALONE = { 'setup-only': 'true', mirror: '', 'rekor-url': '', 'trusted-root': '' };

async function setUp(): Promise<TestRunner & { readonly job: ActionRun }> {
  const runner = await world.useRunner();
  return { ...runner, job: await runner.run(ALONE) };
}

/** A later step: a shell that has what the runner puts on PATH, and no other Node. */
function step(
  { dir, job }: { readonly dir: TestRunner['dir']; readonly job: ActionRun },
  script: string,
): Promise<ProgramRun> {
  const PATH = [...job.path, '/usr/bin', '/bin'].join(':');
  return runProgram(['/bin/sh', '-euc', script], { cwd: dir.path, env: { PATH, HOME: dir.join('home') } });
}

describe.skipIf(process.platform === 'win32')('setup-only (needs a POSIX shell)', () => {
  it('puts the command on PATH, asks no server, and installs nothing', async () => {
    const requests = world.releases.http.requests.length;
    const { job, dir } = await setUp();
    expect(job).toMatchObject({ exitCode: 0, stderr: '', outputs: {}, summary: '' });
    const [directory = ''] = job.path;
    expect(path.dirname(directory)).toBe(dir.join('job-1', 'temp'));
    expect(readdirSync(directory)).toEqual(['k8s-verify']);
    expect(statSync(path.join(directory, 'k8s-verify')).mode & 0o777).toBe(0o755);
    // Each user of the job may run it, and none may change it.
    expect(statSync(directory).mode & 0o777).toBe(0o755);
    expect(job.stdout).toContain(
      `k8s-verify ${OWN_VERSION} is on PATH for later steps: ${directory}/k8s-verify\n`,
    );
    expect(world.releases.http.requests).toHaveLength(requests);
  });

  it('is the whole command: proves and installs, locks, prints digests, and ends with its exit codes', async () => {
    const given = await setUp();
    const servers = `--mirror ${world.releases.url} --rekor-url ${world.sigstore.rekorUrl} --trusted-root ${world.trustedRoot}`;
    expect(await step(given, 'k8s-verify --version')).toMatchObject({
      exitCode: 0,
      stdout: `${OWN_VERSION}\n`,
    });
    const installed = await step(given, `k8s-verify kubectl ${VERSION} --install-dir bin ${servers}`);
    expect(installed).toMatchObject({ exitCode: 0, stdout: `${given.dir.join('bin', KUBECTL)}\n` });
    expect(readFileSync(given.dir.join('bin', KUBECTL), 'utf8')).toContain(VERSION);
    const digest = await step(given, `k8s-verify digest kubectl ${VERSION} ${servers}`);
    expect(digest.stdout).toContain(`sha256:${world.digest('kubectl')}`);
    expect(await step(given, `k8s-verify lock kubectl ${VERSION} ${servers}`)).toMatchObject({ exitCode: 0 });
    expect(await step(given, `k8s-verify lock --check ${servers}`)).toMatchObject({ exitCode: 0 });
    world.releases.http.fault(`/${KUBECTL}`, fault.body('evil'), { times: 1 });
    const refused = await step(given, `k8s-verify kubectl ${VERSION} --output other ${servers}`);
    world.releases.http.clearFaults();
    expect(refused.exitCode).toBe(12);
    expect(existsSync(given.dir.join('other'))).toBe(false);
    expect(await step(given, "k8s-verify verify 'a  b\"$x'")).toMatchObject({
      exitCode: 20,
      stderr: expect.stringContaining('a  b"$x'),
    });
  });

  it('goes with summary, cache and offline, which are for all of the action', async () => {
    const runner = await world.useRunner();
    const job = await runner.run({ ...ALONE, offline: 'true', cache: 'false', summary: 'false' });
    expect(job).toMatchObject({ exitCode: 0, outputs: {} });
    expect(job.path).toHaveLength(1);
  });
});

it.skipIf(process.platform !== 'win32')(
  'setup-only puts the command on PATH of cmd (needs Windows)',
  async () => {
    const { job, dir } = await setUp();
    const PATH = [...job.path, process.env['PATH'] ?? ''].join(';');
    const env = { PATH, SYSTEMROOT: process.env['SYSTEMROOT'], USERPROFILE: dir.join('home') };
    const run = await runProgram(['cmd.exe', '/d', '/c', 'k8s-verify --version'], { cwd: dir.path, env });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${OWN_VERSION}\n` });
  },
);

describe('the launchers', () => {
  const odd = { node: "/run ner's/$(x)/node", script: '/a "b"/index.js' };

  it.skipIf(process.platform === 'win32')(
    'start what they name, whatever its path has in it (needs a POSIX shell)',
    async () => {
      const [launcher] = launchersFor('linux', { ...odd, node: process.execPath });
      expect(launcher?.text).toContain(`'/a "b"/index.js' command "$@"\n`);
      const dir = await testDir();
      const name = 'ru nner\'s $(touch x) `y` "z"';
      mkdirSync(dir.join(name));
      writeFileSync(
        dir.join(name, 'index.js'),
        'process.stdout.write(JSON.stringify(process.argv.slice(2)))',
      );
      const [shell] = launchersFor('linux', { node: process.execPath, script: dir.join(name, 'index.js') });
      writeFileSync(dir.join('k8s-verify'), shell?.text ?? '');
      chmodSync(dir.join('k8s-verify'), 0o755);
      const run = spawnSync(dir.join('k8s-verify'), ['a b', '$x', '', "'"], {
        encoding: 'utf8',
        cwd: dir.path,
      });
      expect(JSON.parse(run.stdout)).toEqual(['command', 'a b', '$x', '', "'"]);
    },
  );

  it('are for sh and cmd on Windows', () => {
    const parts = { node: 'C:\\externals\\node24\\bin\\node.exe', script: 'D:\\a\\_actions\\100%\\index.js' };
    expect(launchersFor('win32', parts)).toEqual([
      {
        name: 'k8s-verify',
        text: `#!/bin/sh\nexec 'C:\\externals\\node24\\bin\\node.exe' 'D:\\a\\_actions\\100%\\index.js' command "$@"\n`,
      },
      {
        name: 'k8s-verify.cmd',
        text: `@"C:\\externals\\node24\\bin\\node.exe" "D:\\a\\_actions\\100%%\\index.js" command %*\r\n`,
      },
    ]);
    expect(() => launchersFor('win32', odd)).toThrow(/quotation mark/);
  });
});
