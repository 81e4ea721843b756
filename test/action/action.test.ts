import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import { fault } from '../support/http/faults.ts';
import { type RunningSigstore, startLocalSigstore } from '../support/local-sigstore.ts';
import { type PublishedFile, type ReleaseServer, startReleaseServer } from '../support/release-server.ts';
import { createTempDir, snapshot, type TempDir } from '../support/temp-dir.ts';
import { ROOT } from '../package/packed.ts';
import { type ActionRun, runAction } from './run-action.ts';

const VERSION = 'v1.30.2';
const SIGNER = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';
const PLATFORM = formatPlatform(
  hostPlatform({ platform: process.platform, arch: process.arch, endianness: 'LE' }),
);
const EXE = process.platform === 'win32' ? '.exe' : '';
const KUBECTL = `kubectl${EXE}`;

let built: TempDir;
let sigstore: RunningSigstore;
let releases: ReleaseServer;
const published = new Map<string, PublishedFile>();

async function publish(component: string, version: string): Promise<void> {
  const file = await releases.publishRelease({
    version,
    platform: PLATFORM,
    component,
    bytes: Buffer.from(`#!/bin/sh\necho ${component} ${version}\n`),
    sigstore,
  });
  published.set(`${component} ${version}`, file);
}

function digest(component: string, version: string = VERSION): string {
  return published.get(`${component} ${version}`)?.sha256 ?? '';
}

beforeAll(async () => {
  built = await createTempDir();
  execFileSync(process.execPath, ['scripts/build-action.ts', '--out', built.join('action')], { cwd: ROOT });
  writeFileSync(built.join('package.json'), '{}');
  sigstore = await startLocalSigstore();
  releases = await startReleaseServer();
  for (const component of ['kubectl', 'kubeadm']) await publish(component, VERSION);
  await publish('kubectl', 'v1.29.6');
  releases.publishMarker('stable', VERSION);
  writeFileSync(built.join('root.json'), sigstore.trustedRoot());
});
afterAll(async () => {
  await Promise.all([sigstore.close(), releases.close(), built.remove()]);
});

/** One runner with its tool cache; each `run` is a job on it. */
interface TestRunner {
  readonly dir: TempDir;
  readonly cachedFile: (version?: string) => string;
  readonly run: (
    inputs?: Readonly<Record<string, string>>,
    environment?: Readonly<Record<string, string | undefined>>,
  ) => Promise<ActionRun>;
}

async function useRunner(): Promise<TestRunner> {
  const dir = await createTempDir();
  cleanups.push(() => dir.remove());
  let jobs = 0;
  return {
    dir,
    cachedFile: (version = VERSION) =>
      dir.join('tool-cache', 'kubectl', version.slice(1), process.arch, KUBECTL),
    async run(inputs = {}, environment = {}) {
      jobs += 1;
      const directory = dir.join(`job-${jobs}`);
      mkdirSync(directory);
      mkdirSync(dir.join('tool-cache'), { recursive: true });
      return runAction(
        { toolCache: dir.join('tool-cache'), directory, action: built.join('action', 'index.js') },
        {
          mirror: releases.url,
          'rekor-url': sigstore.rekorUrl,
          'trusted-root': built.join('root.json'),
          ...inputs,
        },
        environment,
      );
    },
  };
}
const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

/** Nothing reached the steps after this one, and nothing is left behind. */
async function expectNothing(run: ActionRun, dir: TempDir): Promise<void> {
  expect(run.outputs).toEqual({});
  expect(run.path).toEqual([]);
  expect(run.summary).toBe('');
  for (const job of readdirSync(dir.path).filter((name) => name.startsWith('job-'))) {
    expect(await snapshot(dir.join(job, 'temp'))).toEqual({});
  }
}

/** The cells of the summary's table, row by row. */
function tableOf(summary: string): readonly (readonly string[])[] {
  return Array.from(summary.matchAll(/<tr>(.*?)<\/tr>/g), ([, row = '']) =>
    Array.from(row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/g), ([, cell = '']) => cell),
  );
}

describe('the action', () => {
  it('installs the stable kubectl, and tells the job what it proved', async () => {
    const { run } = await useRunner();
    const job = await run();
    expect(job).toMatchObject({ exitCode: 0, stderr: '' });
    const [directory = ''] = job.path;
    const kubectl = path.join(directory, KUBECTL);
    expect(job.outputs).toMatchObject({
      'kubectl-path': kubectl,
      version: VERSION,
      paths: kubectl,
      sha256: digest('kubectl'),
      signer: SIGNER,
      'log-index': expect.stringMatching(/^\d+$/),
      'bundle-paths': `${kubectl}.sigstore.json`,
    });
    expect(job.result).toMatchObject({
      schemaVersion: 1,
      artifacts: [{ component: 'kubectl', outcome: 'installed', sha256: digest('kubectl') }],
    });
    expect(readFileSync(kubectl, 'utf8')).toContain(`kubectl ${VERSION}`);
    expect(existsSync(`${kubectl}.sigstore.json`)).toBe(true);
  });

  it('groups its log, one group an artifact with every check', async () => {
    const { run } = await useRunner();
    const { stdout } = await run({ version: VERSION });
    expect(stdout).toContain(`::group::kubectl ${VERSION} ${PLATFORM}: proved, installed`);
    expect(stdout).toMatch(/^passed signature: /m);
    expect(stdout).toMatch(/^passed digest: /m);
    expect(stdout).toContain('::endgroup::');
  });

  it('writes a table to the summary: what, by whom, where it is on record, and how old the trusted root is', async () => {
    const { dir, run } = await useRunner();
    const tenDaysAgo = new Date(Date.now() - 10.5 * 86_400_000).toISOString();
    const root = sigstore.trustedRoot(({ tlogs }) => {
      for (const { publicKey } of tlogs.slice(1)) publicKey.validFor = { start: tenDaysAgo };
    });
    writeFileSync(dir.join('newer.json'), root);
    const { summary, outputs, result } = await run({
      version: VERSION,
      components: 'kubectl kubeadm',
      'trusted-root': dir.join('newer.json'),
    });
    const [head, ...rows] = tableOf(summary);
    expect(head).toEqual(['Component', 'Version', 'SHA-256', 'Signed by', 'Log entry', 'Trusted root']);
    const age = `newest key from ${tenDaysAgo.slice(0, 10)} (10 days ago)`;
    const indexes = outputs['log-index']?.split('\n') ?? [];
    const log = `https://${sigstore.rekor.host}`;
    expect(rows).toEqual(
      ['kubectl', 'kubeadm'].map((component, at) => [
        component,
        VERSION,
        `<code>${digest(component)}</code>`,
        `${SIGNER} at ${result?.artifacts[at]?.signedAt}`,
        `<a href="${log}/api/v1/log/entries?logIndex=${indexes[at]}">${indexes[at]}</a> in ${log}`,
        age,
      ]),
    );
    expect(result?.artifacts[0]?.trustedRoot).toMatchObject({ kind: 'file', newestKeyFrom: tenDaysAgo });
    expect(summary).toContain(`Trusted root: ${dir.join('newer.json')}, <code>sha256:`);
  });

  it('links to the page of the public log', async () => {
    const { dir, run } = await useRunner();
    await using own = await startLocalSigstore({ rekor: { host: 'rekor.sigstore.dev' } });
    const bytes = Buffer.from('#!/bin/sh\necho kubectl v1.28.11\n');
    const release = { version: 'v1.28.11', platform: PLATFORM, component: 'kubectl', bytes };
    await releases.publishRelease({ ...release, sigstore: own });
    writeFileSync(dir.join('own.json'), own.trustedRoot());
    const { summary, outputs } = await run({
      version: 'v1.28.11',
      'rekor-url': own.rekorUrl,
      'trusted-root': dir.join('own.json'),
    });
    const index = outputs['log-index'] ?? '';
    const link = `<a href="https://search.sigstore.dev/?logIndex=${index}">${index}</a>`;
    expect(tableOf(summary)[1]?.[4]).toBe(link);
  });

  it('takes several components with versions of their own', async () => {
    const { run } = await useRunner();
    const job = await run({ version: VERSION, components: 'kubeadm, kubectl@v1.29.6' });
    expect(job.outputs).toMatchObject({
      version: `${VERSION}\nv1.29.6`,
      sha256: `${digest('kubeadm')}\n${digest('kubectl', 'v1.29.6')}`,
    });
    expect(new Set(job.path).size).toBe(1);
  });

  it('installs into a directory of the workflow, from the workspace on', async () => {
    const { dir, run } = await useRunner();
    const job = await run({ version: VERSION, 'install-dir': 'tools/bin' });
    expect(job.path).toEqual([dir.join('job-1', 'workspace', 'tools', 'bin')]);
    expect(job.outputs['kubectl-path']).toBe(dir.join('job-1', 'workspace', 'tools', 'bin', KUBECTL));
  });

  it('works on a runner without HOME, tool cache, summary or PATH', async () => {
    const { run } = await useRunner();
    const job = await run(
      { version: VERSION },
      {
        HOME: undefined,
        USERPROFILE: undefined,
        RUNNER_TOOL_CACHE: undefined,
        GITHUB_STEP_SUMMARY: undefined,
        PATH: undefined,
      },
    );
    expect(job).toMatchObject({ exitCode: 0, stderr: '' });
    expect(job.result?.artifacts[0]?.outcome).toBe('installed');
  });
});

describe('the tool cache', () => {
  it('is filled, and what it holds is proved again without a download', async () => {
    const { cachedFile, run } = await useRunner();
    await run({ version: VERSION });
    expect(readFileSync(cachedFile(), 'utf8')).toContain(VERSION);
    const downloads = releases.http.requestsFor(`/${KUBECTL}`).length;
    const lookUps = sigstore.rekorServer.http.requests.length;
    const second = await run({ version: VERSION });
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.stdout).toContain('came from the tool cache, and was proved again');
    expect(second.result?.artifacts[0]?.outcome).toBe('already-installed');
    expect(readFileSync(second.outputs['kubectl-path'] ?? '', 'utf8')).toContain(VERSION);
    expect(releases.http.requestsFor(`/${KUBECTL}`)).toHaveLength(downloads);
    expect(sigstore.rekorServer.http.requests.length).toBeGreaterThan(lookUps);
  });

  it.each([
    ['another program', (file: string) => writeFileSync(file, '#!/bin/sh\necho evil\n')],
    [
      'another version, properly signed',
      (file: string) => {
        writeFileSync(file, `#!/bin/sh\necho kubectl v1.29.6\n`);
      },
    ],
    ['an empty file', (file: string) => writeFileSync(file, '')],
  ])('that was poisoned with %s: it is told, not used, and replaced', async (_, poison) => {
    const { cachedFile, run } = await useRunner();
    await run({ version: VERSION });
    poison(cachedFile());
    const job = await run({ version: VERSION });
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.stdout).toMatch(
      /^::warning title=k8s-verify%3A tool cache::what lay there as kubectl v1\.30\.2/m,
    );
    expect(readFileSync(job.outputs['kubectl-path'] ?? '', 'utf8')).toContain(VERSION);
    expect(readFileSync(cachedFile(), 'utf8')).toContain(VERSION);
  });

  it('is no place for further programs: only what was proved comes to PATH', async () => {
    const { cachedFile, run } = await useRunner();
    await run({ version: VERSION });
    writeFileSync(path.join(path.dirname(cachedFile()), `git${EXE}`), '#!/bin/sh\necho evil\n');
    const job = await run({ version: VERSION });
    expect(readdirSync(job.path[0] ?? '').toSorted()).toEqual([KUBECTL, `${KUBECTL}.sigstore.json`]);
  });

  it.skipIf(process.platform === 'win32')('with a link in place of the file is not followed', async () => {
    const { dir, cachedFile, run } = await useRunner();
    await run({ version: VERSION });
    writeFileSync(dir.join('elsewhere'), '#!/bin/sh\necho evil\n');
    execFileSync('rm', [cachedFile()]);
    symlinkSync(dir.join('elsewhere'), cachedFile());
    const job = await run({ version: VERSION });
    expect(job.result?.artifacts[0]?.outcome).toBe('installed');
    expect(readFileSync(dir.join('elsewhere'), 'utf8')).toContain('evil');
  });

  it('is left alone where the inputs say so', async () => {
    const { dir, run } = await useRunner();
    const job = await run({ version: VERSION, cache: 'false' });
    expect(job).toMatchObject({ exitCode: 0 });
    expect(await snapshot(dir.join('tool-cache'))).toEqual({});
  });

  it('that cannot be written to is a warning, no failure', async () => {
    const { dir, run } = await useRunner();
    writeFileSync(dir.join('a-file'), '');
    const job = await run({ version: VERSION }, { RUNNER_TOOL_CACHE: dir.join('a-file', 'below') });
    expect(job.stdout).toMatch(
      /^::warning title=k8s-verify%3A tool cache::kubectl v1\.30\.2 could not be kept/m,
    );
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.path).toHaveLength(1);
  });
});

/** A runner, and a lockfile on it that names one kubectl. */
async function withLock(version: string, sha256: string): Promise<TestRunner> {
  const runner = await useRunner();
  const artifacts = [{ component: 'kubectl', version, platform: PLATFORM, sha256 }];
  writeFileSync(runner.dir.join('k8s.lock.json'), JSON.stringify({ schemaVersion: 1, artifacts }));
  return runner;
}

describe('a lockfile', () => {
  it('gives the version', async () => {
    const { dir, run } = await withLock('v1.29.6', digest('kubectl', 'v1.29.6'));
    const job = await run({ lockfile: dir.join('k8s.lock.json') });
    expect(job.outputs['version']).toBe('v1.29.6');
  });

  it('that disagrees with the version is refused', async () => {
    const { dir, run } = await withLock('v1.29.6', digest('kubectl', 'v1.29.6'));
    const job = await run({ lockfile: dir.join('k8s.lock.json'), version: VERSION });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toMatch(/^::error title=k8s-verify%3A usage::the lockfile has no kubectl v1\.30\.2/m);
    await expectNothing(job, dir);
  });

  it('with another digest than the proven one is refused, however well the file is signed', async () => {
    const { dir, run } = await withLock(VERSION, digest('kubectl', 'v1.29.6'));
    const job = await run({ lockfile: dir.join('k8s.lock.json') });
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain('::error title=k8s-verify%3A digest-mismatch::');
    await expectNothing(job, dir);
  });

  it('lets a job do without the network, from the tool cache and its bundle', async () => {
    const { dir, run } = await withLock(VERSION, digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const offline = {
      lockfile,
      offline: 'true',
      mirror: 'http://127.0.0.1:9',
      'rekor-url': 'http://127.0.0.1:9',
    };
    const before = releases.http.requests.length;
    const job = await run(offline);
    expect(job).toMatchObject({ exitCode: 0 });
    expect(job.result?.artifacts).toMatchObject([
      { outcome: 'verified', component: 'kubectl', version: VERSION, sha256: digest('kubectl') },
    ]);
    expect(readFileSync(job.outputs['kubectl-path'] ?? '', 'utf8')).toContain(VERSION);
    expect(releases.http.requests).toHaveLength(before);
  });

  it('offline, refuses a poisoned cache', async () => {
    const { dir, cachedFile, run } = await withLock(VERSION, digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    writeFileSync(cachedFile(), `#!/bin/sh\necho kubectl v1.29.6\n`);
    const job = await run({ lockfile, offline: 'true' });
    expect(job.exitCode).toBe(12);
    expect(job.path).toEqual([]);
  });

  it('offline, refuses another release in the cache, however well it is signed', async () => {
    const { dir, cachedFile, run } = await withLock(VERSION, digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const bytes = Buffer.from('#!/bin/sh\necho kubectl v1.29.6\n');
    writeFileSync(cachedFile(), bytes);
    writeFileSync(`${cachedFile()}.sigstore.json`, sigstore.signBlob({ bytes }).bundle('0.3'));
    const job = await run({ lockfile, offline: 'true' });
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain('is not the file that the lockfile names');
    expect(job.path).toEqual([]);
  });

  it('offline, refuses a bundle of somebody else', async () => {
    const { dir, cachedFile, run } = await withLock(VERSION, digest('kubectl'));
    const lockfile = dir.join('k8s.lock.json');
    await run({ lockfile });
    const signed = sigstore.signBlob({
      bytes: readFileSync(cachedFile()),
      identity: 'not-krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
    });
    writeFileSync(`${cachedFile()}.sigstore.json`, signed.bundle('0.3'));
    const job = await run({ lockfile, offline: 'true' });
    expect(job.exitCode).toBe(15);
    expect(job.path).toEqual([]);
  });

  it('offline, says what is missing', async () => {
    const { dir, run } = await withLock(VERSION, digest('kubectl'));
    const job = await run({ lockfile: dir.join('k8s.lock.json'), offline: 'true' });
    expect(job.exitCode).toBe(4);
    expect(job.stdout).toContain('would have to be downloaded');
    await expectNothing(job, dir);
  });
});

describe('what is refused', () => {
  it.each([
    ['several versions at once', { version: 'v1.30.2 v1.29.6' }, 2, 'several versions'],
    ['a malformed version', { version: 'v1.x' }, 2, 'version'],
    ['an input that there is not', { versions: VERSION }, 2, 'there is no input versions'],
    ['an unknown component', { components: 'kubctl' }, 3, 'kubectl'],
    ['an unsigned release', { version: 'v1.25.4' }, 10, 'v1.25.4'],
    ['a release that there is not', { version: 'v1.30.99' }, 3, 'v1.30.99'],
    [
      'another signer',
      {
        version: VERSION,
        'certificate-identity': 'a@example.com',
        'certificate-oidc-issuer': 'https://i.example',
      },
      15,
      'a@example.com',
    ],
    ['an identity without issuer', { 'certificate-identity': 'a@example.com' }, 2, 'certificate-oidc-issuer'],
    ['a lockfile that there is not', { lockfile: 'k8s.lock.json' }, 2, 'cannot be read'],
    ['a trusted root that there is not', { 'trusted-root': 'none.json' }, 5, 'none.json'],
    ['a home directory on a runner without one', { 'install-dir': '~/bin' }, 2, 'this runner has none'],
  ])('%s', async (_, inputs, exitCode, text) => {
    const { dir, run } = await useRunner();
    const job = await run(inputs, { HOME: undefined, USERPROFILE: undefined });
    expect(job.stdout).toContain(text);
    expect(job.exitCode).toBe(exitCode);
    expect(job.stdout).toMatch(/^::error title=k8s-verify%3A [a-z-]+::/m);
    expect(job.stdout).not.toMatch(/^::error [^:]*file=/m);
    expect(job.stderr).toBe('');
    await expectNothing(job, dir);
    expect(await snapshot(dir.join('tool-cache'))).toEqual({});
  });

  it('a tampered binary', async () => {
    const { dir, run } = await useRunner();
    releases.http.fault(`/${KUBECTL}`, fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
    const job = await run({ version: VERSION });
    releases.http.clearFaults();
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain('::error title=k8s-verify%3A digest-mismatch::');
    await expectNothing(job, dir);
    expect(await snapshot(dir.join('tool-cache'))).toEqual({});
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a directory that cannot be written to (not as root, who can)',
    async () => {
      const { dir, run } = await useRunner();
      mkdirSync(dir.join('read-only'));
      chmodSync(dir.join('read-only'), 0o555);
      const job = await run({ version: VERSION, 'install-dir': dir.join('read-only') });
      expect(job.exitCode).toBe(20);
      await expectNothing(job, dir);
    },
  );

  it('an install directory that is a file', async () => {
    const { dir, run } = await useRunner();
    writeFileSync(dir.join('a-file'), '');
    const job = await run({ version: VERSION, 'install-dir': dir.join('a-file') });
    expect(job.exitCode).toBe(20);
    await expectNothing(job, dir);
  });

  it('everything, outside a runner', async () => {
    const { run } = await useRunner();
    const job = await run({ version: VERSION }, { RUNNER_TEMP: undefined });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain('RUNNER_TEMP');
  });
});

describe('what the log shows', () => {
  it('warns of a variable that only looks like an input, and goes on', async () => {
    const { run } = await useRunner();
    const job = await run({ version: VERSION }, { INPUT_TAG: 'x' });
    expect(job.exitCode).toBe(0);
    expect(job.stdout).toContain('there is no input tag; it is ignored');
  });

  it('masks the password of a mirror, and shows it nowhere', async () => {
    const { run } = await useRunner();
    const mirror = releases.url.replace('http://', 'http://user:hunter2@');
    const job = await run({ mirror });
    expect(job.exitCode).toBe(0);
    expect(job.stdout).toContain('::add-mask::hunter2');
    expect(job.stdout.replaceAll('::add-mask::hunter2', '')).not.toContain('hunter2');
    expect(JSON.stringify([job.outputs, job.summary])).not.toContain('hunter2');
  });

  it('masks nothing else', async () => {
    const { run } = await useRunner();
    const job = await run({ version: VERSION });
    expect(job.stdout).not.toContain('::add-mask::');
  });

  it('lets no server give the runner commands', async () => {
    const { run } = await useRunner();
    const evil = 'v1.30.2\n::add-path::/tmp/evil\n##[add-path]/tmp/evil\n';
    releases.http.fault('/release/stable.txt', fault.body(evil), { times: 1 });
    const job = await run();
    releases.http.clearFaults();
    expect(job.exitCode).not.toBe(0);
    expect(job.stdout).not.toMatch(/^\s*::add-path/m);
    expect(job.stdout).not.toContain('##[');
  });
});
