import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client.ts';
import { installRelease } from '../../src/install.ts';
import { checkLocked, lock, lockReleases, type LockRun } from '../../src/lock.ts';
import { parseLock } from '../../src/lockfile/lock.ts';
import type { Note } from '../../src/notes.ts';
import type { ProgressEvent } from '../../src/progress.ts';
import type { LockRequest } from '../../src/plan/lock-request.ts';
import type { InstallRequest } from '../../src/plan/request.ts';
import type { RunResult } from '../../src/result.ts';
import { DirectorySource } from '../../src/source/directory-source.ts';
import { fault } from '#support/http/faults';
import { isRecord } from '#support/json';
import { snapshot, type TempDir } from '#support/temp-dir';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

const { sigstore, releases } = await testServers();
const LINUX = ['linux/amd64', 'linux/arm64'];
let dir: TempDir;
let lockfile: string;
let notes: Note[];

beforeEach(async () => {
  dir = await testDir();
  lockfile = dir.join('k8s-verify.lock.json');
  notes = [];
  for (const version of ['v1.30.2', 'v1.31.0']) {
    for (const component of ['kubectl', 'kubelet']) {
      for (const platform of LINUX) {
        const bytes = Buffer.from(`${component} ${version} ${platform} ${randomUUID()}`);
        await releases.publishRelease({ component, version, platform, bytes, sigstore });
      }
    }
  }
  releases.publishMarker('stable', 'v1.30.2');
  releases.publishMarker('stable-1.30', 'v1.30.2');
});

function report(event: ProgressEvent): void {
  if (event.kind === 'note') notes.push(event);
}

function bundlePath(sha256: string | undefined): string {
  return dir.join(`k8s-verify.evidence/${sha256}.sigstore.json`);
}

async function withWorld<T>(use: (client: Client) => Promise<T>, offline = false): Promise<T> {
  await using client = createClient({ retries: 0, retryDelayMs: 1, report, ...(offline ? { offline } : {}) });
  return await use(client);
}

const world = (): Pick<LockRequest, 'sources' | 'rekorUrl' | 'trustedRoot'> => ({
  sources: [releases.url],
  rekorUrl: sigstore.rekorUrl,
  trustedRoot: Buffer.from(sigstore.trustedRoot()),
});

function request(change: Partial<LockRequest> = {}): LockRequest {
  return { lockfile, artifacts: [], platforms: [], evidence: true, ...world(), ...change };
}

function run(change: Partial<LockRequest> = {}): Promise<LockRun> {
  return withWorld((client) => lockReleases(request(change), client));
}

function check(change: Partial<LockRequest> = {}): Promise<unknown> {
  return withWorld((client) => checkLocked(request(change), client), true);
}

function install(change: Partial<InstallRequest> = {}, offline = false): Promise<RunResult> {
  const locked = { lockfile, platforms: ['linux/amd64'] };
  const destination = { kind: 'directory', path: dir.join('bin') } as const;
  return withWorld(
    (client) => installRelease({ artifacts: [], destination, locked, ...world(), ...change }, client),
    offline,
  );
}

function written(): Record<string, unknown> {
  const json: unknown = JSON.parse(readFileSync(lockfile, 'utf8'));
  if (!isRecord(json)) throw new TypeError('no object');
  return json;
}

function edit(change: (json: Record<string, unknown>) => object): void {
  writeFileSync(lockfile, `${JSON.stringify(change(written()), undefined, 2)}\n`);
}

/** In the text, as a bot or an attacker does it. */
function replace(from: string | RegExp, to: string): void {
  const text = readFileSync(lockfile, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(lockfile, changed);
}

const KUBECTL = { artifacts: [{ component: 'kubectl', version: 'v1.30.2' }], platforms: LINUX };

describe('lock', () => {
  it('writes what was asked for, and the digest of each file', async () => {
    const result = await run({
      artifacts: [{ component: 'kubelet', version: '1.30' }, { component: 'kubectl' }],
      platforms: ['linux/arm64', 'linux/amd64'],
    });
    expect(result).toMatchObject({ written: true, path: lockfile, skipped: [] });
    const { asked, platforms, artifacts } = parseLock(readFileSync(lockfile), 'lock');
    expect([...(asked ?? [])]).toEqual([
      ['kubectl', 'stable'],
      ['kubelet', '1.30'],
    ]);
    expect(platforms).toEqual(LINUX);
    expect(
      artifacts.map(({ component, version, platform }) => `${component} ${version} ${platform}`),
    ).toEqual([
      'kubectl v1.30.2 linux/amd64',
      'kubectl v1.30.2 linux/arm64',
      'kubelet v1.30.2 linux/amd64',
      'kubelet v1.30.2 linux/arm64',
    ]);
    for (const entry of artifacts) {
      expect(entry).toMatchObject({ signer: expect.stringContaining('krel-staging') as unknown });
      expect(entry.logIndex).toMatch(/^\d+$/);
      expect(entry.signedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/);
    }
  });

  it('writes nothing where nothing changes, and makes no request for exact versions', async () => {
    await run(KUBECTL);
    const before = await snapshot(dir.path);
    const asked = [releases.http.requests.length, sigstore.rekorServer.http.requests.length];
    expect(await run()).toMatchObject({ written: false });
    expect(await snapshot(dir.path)).toEqual(before);
    expect([releases.http.requests.length, sigstore.rekorServer.http.requests.length]).toEqual(asked);
  });

  it('moves aliases, and keeps the platforms', async () => {
    await run({ artifacts: [{ component: 'kubectl', version: 'stable' }], platforms: LINUX });
    const old = readdirSync(dir.join('k8s-verify.evidence'));
    releases.publishMarker('stable', 'v1.31.0');
    const { results } = await run();
    expect(results).toEqual([
      {
        component: 'kubectl',
        asked: 'stable',
        version: 'v1.31.0',
        platforms: LINUX,
        was: 'v1.30.2',
        changed: true,
      },
    ]);
    // The evidence of what is locked no more is gone: two bundles, the manifest and its bundle.
    const now = readdirSync(dir.join('k8s-verify.evidence'));
    expect(now.filter((name) => old.includes(name))).toEqual(['checkpoints.json']);
    expect(now).toHaveLength(old.length);
  });

  it('adds and changes what is named, and keeps the rest', async () => {
    await run({ artifacts: [{ component: 'kubectl', version: '1.30' }], platforms: LINUX });
    releases.publishMarker('stable-1.30', 'v1.30.9');
    const { results } = await run({ artifacts: [{ component: 'kubelet', version: '1.31.0' }] });
    expect(results).toMatchObject([
      { component: 'kubectl', asked: '1.30', version: 'v1.30.2', changed: false },
      { component: 'kubelet', asked: 'v1.31.0', version: 'v1.31.0', platforms: LINUX, changed: true },
    ]);
  });

  it('adds a platform to those that are there, for every component', async () => {
    await run({ artifacts: KUBECTL.artifacts, platforms: ['linux/amd64'] });
    const { results } = await run({
      artifacts: [{ component: 'kubelet', version: 'v1.30.2' }],
      platforms: ['linux/arm64'],
    });
    expect(results.map(({ platforms }) => platforms)).toEqual([LINUX, LINUX]);
  });

  it('removes what is deleted from what is asked for', async () => {
    await run({
      artifacts: ['kubectl', 'kubelet'].map((component) => ({ component, version: 'v1.30.2' })),
      platforms: LINUX,
    });
    edit((json) => ({ ...json, asked: { kubectl: 'v1.30.2' }, platforms: ['linux/amd64'] }));
    expect(await rejection(check())).toMatchObject({ code: 'lock-outdated' });
    await run();
    const { artifacts } = parseLock(readFileSync(lockfile), 'lock');
    expect(artifacts.map(({ component, platform }) => [component, platform])).toEqual([
      ['kubectl', 'linux/amd64'],
    ]);
    await check();
  });

  it('skips, with a note, what was never published', async () => {
    const bytes = Buffer.from('kubectl for arm');
    await releases.publishRelease({
      component: 'kubectl',
      version: 'v1.30.2',
      platform: 'linux/arm',
      bytes,
      sigstore,
    });
    const artifacts = ['kubectl', 'kubelet'].map((component) => ({ component, version: 'v1.30.2' }));
    const { skipped } = await run({ artifacts, platforms: ['linux/amd64', 'linux/arm'] });
    expect(skipped).toEqual([{ component: 'kubelet', version: 'v1.30.2', platform: 'linux/arm' }]);
    expect(notes.map(({ code }) => code)).toContain('platform-skipped');
    await check();
  });

  it('leaves the evidence out where that is asked for', async () => {
    await run({ ...KUBECTL, evidence: false });
    expect(readdirSync(dir.path)).toEqual(['k8s-verify.lock.json']);
    await check({ evidence: false });
    expect(await rejection(check())).toMatchObject({ code: 'lock-outdated' });
  });

  it('writes nothing in a dry run', async () => {
    const { results, written: isWritten } = await run({ ...KUBECTL, dryRun: true });
    expect({ changed: results[0]?.changed, isWritten }).toEqual({ changed: true, isWritten: false });
    expect(readdirSync(dir.path)).toEqual([]);
  });

  it('takes over a lock of the first version of the schema', async () => {
    await run({ artifacts: KUBECTL.artifacts, platforms: ['linux/amd64'] });
    const [entry] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    const first = [
      { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64', sha256: entry?.sha256 },
    ];
    writeFileSync(lockfile, JSON.stringify({ schemaVersion: 1, artifacts: first }));
    await run();
    expect(written()).toMatchObject({
      schemaVersion: 2,
      asked: { kubectl: 'v1.30.2' },
      platforms: ['linux/amd64'],
    });
  });

  it('is a function of the library', async () => {
    const input = { lockfile, artifacts: ['kubectl@v1.30.2'], platforms: ['linux/amd64'] };
    const trustedRoot = sigstore.trustedRoot();
    const from = { sources: [releases.url], rekorUrl: sigstore.rekorUrl, trustedRoot };
    expect(await withWorld((client) => lock({ ...from, ...input }, client))).toMatchObject({ written: true });
  });
});

function sizes(): readonly (number | undefined)[] {
  return parseLock(readFileSync(lockfile), 'lock').artifacts.map(({ size }) => size);
}

function sizesAsked(): readonly string[] {
  return releases.http.requests.filter(({ method }) => method === 'HEAD').map(({ path }) => path);
}

describe('the size of a locked file', () => {
  it('is what the server says of it, without giving it', async () => {
    const bytes = Buffer.alloc(12_345, 'x');
    const platform = 'linux/amd64';
    await releases.publishRelease({ component: 'kubeadm', version: 'v1.30.2', platform, bytes, sigstore });
    const before = sizesAsked().length;
    await run({ artifacts: [{ component: 'kubeadm', version: 'v1.30.2' }], platforms: [platform] });
    expect(sizes()).toEqual([12_345]);
    expect(sizesAsked().slice(before)).toEqual(['/release/v1.30.2/bin/linux/amd64/kubeadm']);
  });

  it('is kept by a renewal, and asked for what is new alone', async () => {
    await run({ artifacts: KUBECTL.artifacts, platforms: ['linux/amd64'] });
    replace(/"size": \d+/, '"size": 7');
    const before = sizesAsked().length;
    await run({ platforms: LINUX });
    expect(sizes()).toEqual([7, expect.any(Number)]);
    expect(sizesAsked().slice(before)).toEqual(['/release/v1.30.2/bin/linux/arm64/kubectl']);
    await install();
  });

  it.each([
    ['refuses to say it', fault.status(405, { body: 'no' })],
    ['is busy', fault.status(503, { body: 'no' })],
    ['has a page in its place', fault.html()],
  ])('is absent where the server %s, once asked', async (_, answer) => {
    releases.http.fault(/\/kubectl$/, answer);
    const before = sizesAsked().length;
    await run(KUBECTL);
    expect(sizes()).toEqual([undefined, undefined]);
    expect(sizesAsked().length - before).toBe(2);
    await check();
  });

  it('is read off a file in a mirror directory, offline as well', async () => {
    await run(KUBECTL);
    rmSync(lockfile);
    const file = dir.join('mirror/release/v1.30.2/bin/linux/amd64/kubectl');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'four');
    const sources = [new DirectorySource(dir.join('mirror'))];
    await withWorld((client) => lockReleases(request({ ...KUBECTL, sources }), client), true);
    expect(sizes()).toEqual([4, undefined]);
  });

  it('is not asked for by a dry run', async () => {
    const before = sizesAsked().length;
    await run({ ...KUBECTL, dryRun: true });
    expect(sizesAsked().length).toBe(before);
  });
});

describe('lock of many files', () => {
  it('asks the log eight times at most for twelve components and five platforms', async () => {
    const components = ['kubectl', 'kubeadm', 'kubelet', 'kube-proxy', 'kube-log-runner', 'kubectl-convert'];
    const others = ['mounter', 'kube-apiserver', 'kube-scheduler', 'kube-aggregator'];
    const more = [...others, 'kube-controller-manager', 'apiextensions-apiserver'];
    const linux = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];
    const version = 'v1.29.6';
    for (const component of [...components, ...more]) {
      const platforms = components.includes(component) ? [...linux, 'windows/amd64'] : linux;
      for (const platform of platforms) {
        const bytes = Buffer.from(`${component} ${platform}`);
        await releases.publishRelease({ component, version, platform, bytes, sigstore });
      }
    }
    const before = sigstore.rekorServer.http.requests.length;
    const artifacts = [...components, ...more].map((component) => ({ component, version }));
    const { results, skipped } = await run({ artifacts, platforms: [...linux, 'windows/amd64'] });
    expect(results.reduce((sum, { platforms }) => sum + platforms.length, 0)).toBe(54);
    expect(skipped).toHaveLength(6);
    expect(sigstore.rekorServer.http.requests.length - before).toBeLessThanOrEqual(8);
  });
});

describe('lock --check', () => {
  it('is content with a lock that fits, without a request', async () => {
    await run({ artifacts: [{ component: 'kubectl', version: 'stable' }], platforms: LINUX });
    releases.publishMarker('stable', 'v1.31.0');
    const before = [releases.http.requests.length, sigstore.rekorServer.http.requests.length];
    await check();
    expect([releases.http.requests.length, sigstore.rekorServer.http.requests.length]).toEqual(before);
  });

  it.each<readonly [string, () => void]>([
    ['a version that a bot bumped', () => replace('"kubectl": "v1.30.2"', '"kubectl": "v1.31.0"')],
    [
      'a component that was added',
      () => edit((json) => ({ ...json, asked: { kubectl: 'v1.30.2', kubelet: '1.30' } })),
    ],
    ['a platform that was added', () => edit((json) => ({ ...json, platforms: [...LINUX, 'darwin/arm64'] }))],
  ])('refuses %s', async (_, change) => {
    await run(KUBECTL);
    change();
    expect(await rejection(check())).toMatchObject({ code: 'lock-outdated' });
  });

  it('refuses evidence that is missing, each piece of it', async () => {
    await run(KUBECTL);
    const evidence = dir.join('k8s-verify.evidence');
    for (const name of readdirSync(evidence).filter((one) => one !== 'checkpoints.json')) {
      const bytes = readFileSync(`${evidence}/${name}`);
      rmSync(`${evidence}/${name}`);
      const error = await rejection(check());
      expect({ name, code: error.code }).toEqual({ name, code: 'lock-outdated' });
      writeFileSync(`${evidence}/${name}`, bytes);
    }
    await check();
  });

  it('refuses evidence of another file under a right name', async () => {
    await run(KUBECTL);
    const [one, other] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    writeFileSync(bundlePath(one?.sha256), readFileSync(bundlePath(other?.sha256)));
    expect(await rejection(check())).toMatchObject({
      code: 'digest-mismatch',
      from: bundlePath(one?.sha256),
    });
  });

  it('refuses a digest that is another genuine file', async () => {
    await run(KUBECTL);
    const [amd64, arm64] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    replace(amd64?.sha256 ?? '', arm64?.sha256 ?? '');
    expect(await rejection(check())).toMatchObject({ code: 'name-mismatch' });
  });
});

describe('an install of what is locked', () => {
  it('installs all of it by digest, and asks no log', async () => {
    await run({
      artifacts: ['kubectl', 'kubelet'].map((component) => ({ component, version: 'v1.30.2' })),
      platforms: LINUX,
    });
    const before = sigstore.rekorServer.http.requests.length;
    const asked = releases.http.requests.length;
    const { artifacts } = await install();
    expect(
      artifacts.map(({ component, name, sha256 }) => [component, name?.by.includes('lockfile'), sha256]),
    ).toEqual(
      parseLock(readFileSync(lockfile), 'lock')
        .artifacts.filter(({ platform }) => platform === 'linux/amd64')
        .map(({ component, sha256 }) => [component, true, sha256]),
    );
    expect(sigstore.rekorServer.http.requests.length).toBe(before);
    // Two files, and nothing else.
    const names = releases.http.requests.slice(asked).map(({ path }) => path.split('/').at(-1));
    expect(new Set(names)).toEqual(new Set(['kubectl', 'kubelet']));
    expect(names).toHaveLength(2);
  });

  it('keeps, offline, what is there', async () => {
    await run(KUBECTL);
    await install();
    const { artifacts } = await install({}, true);
    expect(artifacts).toMatchObject([{ outcome: 'kept' }]);
  });

  it('proves as usual without the evidence', async () => {
    await run({ ...KUBECTL, evidence: false });
    expect((await install()).artifacts).toMatchObject([{ outcome: 'installed', name: { bound: true } }]);
  });

  it('takes what is asked for, where it fits', async () => {
    await run(KUBECTL);
    for (const version of ['v1.30.2', '1.30', 'stable']) {
      const artifacts = [{ component: 'kubectl', version, platform: 'linux/arm64' }];
      expect((await install({ artifacts })).artifacts).toMatchObject([
        { version: 'v1.30.2', platform: 'linux/arm64' },
      ]);
    }
  });

  it.each<readonly [string, Partial<InstallRequest>, object]>([
    [
      'another version',
      { artifacts: [{ component: 'kubectl', version: 'v1.30.3', platform: 'linux/amd64' }] },
      { wanted: 'kubectl v1.30.3 linux/amd64', found: 'kubectl v1.30.2 linux/amd64' },
    ],
    [
      'another component',
      { artifacts: [{ component: 'kubeadm', platform: 'linux/amd64' }] },
      { found: 'no kubeadm' },
    ],
    ['another platform', { artifacts: [{ component: 'kubectl', platform: 'windows/amd64' }] }, {}],
  ])('refuses %s', async (_, change, facts) => {
    await run(KUBECTL);
    const error = await rejection(install(change));
    expect(error).toMatchObject({ code: 'lock-outdated', ...facts });
    expect(existsSync(dir.join('bin'))).toBe(false);
  });

  it('refuses a lock that is out of date', async () => {
    await run(KUBECTL);
    replace('"kubectl": "v1.30.2"', '"kubectl": "v1.31.0"');
    expect(await rejection(install())).toMatchObject({ code: 'lock-outdated' });
  });

  it('says that the lockfile may be wrong where its digest is that of another genuine file', async () => {
    await run(KUBECTL);
    const [amd64, arm64] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    replace(amd64?.sha256 ?? '', arm64?.sha256 ?? '');
    const error = await rejection(install());
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      message: 'kubectl v1.30.2 linux/amd64 is not the file that the lockfile names',
      wanted: `sha256:${arm64?.sha256}`,
      found: `sha256:${amd64?.sha256}`,
      next: 'find out where the two digests come from; see which one is proved: k8s-verify digest kubectl v1.30.2 --platform linux/amd64',
    });
    expect(existsSync(dir.join('bin/kubectl'))).toBe(false);
  });

  it('refuses, with both digests, a file that has another one', async () => {
    await run({ ...KUBECTL, evidence: false });
    const [entry] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    const other = 'a'.repeat(64);
    replace(entry?.sha256 ?? '', other);
    const error = await rejection(install());
    expect(error).toMatchObject({ code: 'digest-mismatch', wanted: `sha256:${other}` });
    expect(error.found).toContain(entry?.sha256);
    expect(existsSync(dir.join('bin/kubectl'))).toBe(false);
  });

  it('refuses a pull request that locks an old release under a new name', async () => {
    const old = await releases.publishRelease({
      component: 'kubectl',
      version: 'v1.29.0',
      platform: 'linux/amd64',
      bytes: Buffer.from('an old kubectl'),
      sigstore,
    });
    await run({ artifacts: KUBECTL.artifacts, platforms: ['linux/amd64'] });
    const [entry] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    replace(entry?.sha256 ?? '', old.sha256);
    const bundle = old.signed?.bundle() ?? '';
    writeFileSync(dir.join(`k8s-verify.evidence/${old.sha256}.sigstore.json`), bundle);
    releases.publishFile('/release/v1.30.2/bin/linux/amd64/kubectl', 'an old kubectl');
    expect(await rejection(check())).toMatchObject({ code: 'name-mismatch' });
    expect(await rejection(install())).toMatchObject({ code: 'name-mismatch' });
    expect(existsSync(dir.join('bin/kubectl'))).toBe(false);
  });

  it.each<readonly [string, (path: string) => void]>([
    ['is no checkpoint file', (path) => writeFileSync(path, '</script>\u001b[2J')],
    ['is too large for one', (path) => writeFileSync(path, ' '.repeat(2 ** 21))],
    ['is a pipe', (path) => execFileSync('mkfifo', [path])],
    ['is a link to itself', (path) => symlinkSync(path, path)],
    ['is a directory', (path) => mkdirSync(path)],
  ])('says that the memory of the log cannot be used where it %s', async (_, make) => {
    await run(KUBECTL);
    const path = dir.join('k8s-verify.evidence/checkpoints.json');
    rmSync(path);
    make(path);
    for (const use of [check, install]) {
      notes.splice(0);
      await use();
      expect(notes.map(({ code, text }) => [code, text.startsWith(path)])).toContainEqual([
        'evidence-not-used',
        true,
      ]);
    }
  });

  it('takes evidence of another file under a right name for none, with a note', async () => {
    await run(KUBECTL);
    const [one, other] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    writeFileSync(bundlePath(one?.sha256), readFileSync(bundlePath(other?.sha256)));
    const { artifacts } = await install();
    expect(artifacts).toMatchObject([{ outcome: 'installed' }]);
    expect(artifacts[0]?.notes.map(({ code }) => code)).toContain('evidence-not-used');
  });
});

function othersTold(): readonly string[] {
  return notes.flatMap(({ code, text }) => (code === 'others-can-change' ? [text] : []));
}

describe.skipIf(process.platform === 'win32')(
  'a lock that others can change (needs POSIX permissions)',
  () => {
    it('is a note where their directory is, and no failure', async () => {
      chmodSync(dir.path, 0o777);
      const text = `everybody can change the lockfile ${lockfile}, through ${dir.path}`;
      const { notes: told } = await run(KUBECTL);
      expect(told).toEqual([{ code: 'others-can-change', text }]);
      expect(othersTold()).toEqual([text]);
      notes = [];
      const elsewhere = await testDir();
      const destination = { kind: 'directory', path: elsewhere.path } as const;
      await install({ destination });
      expect(othersTold()).toEqual([text]);
      notes = [];
      await check();
      expect(othersTold()).toEqual([text]);
    });

    it('is none where nobody can', async () => {
      await run(KUBECTL);
      await install();
      await check();
      expect(othersTold()).toEqual([]);
    });
  },
);

describe('what lock refuses', () => {
  it('a locked version with another digest than the proven one, and leaves the file', async () => {
    await run(KUBECTL);
    const [entry] = parseLock(readFileSync(lockfile), 'lock').artifacts;
    replace(entry?.sha256 ?? '', 'a'.repeat(64));
    const before = await snapshot(dir.path);
    const error = await rejection(run());
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      found: `sha256:${'a'.repeat(64)} in the lockfile`,
    });
    expect(error.wanted).toContain(entry?.sha256);
    expect(await snapshot(dir.path)).toEqual(before);
  });

  it('a lockfile that is a link, a directory, or is changed by another run', async () => {
    writeFileSync(dir.join('other.json'), readFileSync(new URL(import.meta.url)));
    mkdirSync(dir.join('directory'));
    expect(await rejection(run({ ...KUBECTL, lockfile: dir.join('directory') }))).toMatchObject({
      code: 'file-not-readable',
    });
    await run(KUBECTL);
    symlinkSync(lockfile, dir.join('link.json'));
    const bumped = { artifacts: [{ component: 'kubectl', version: 'v1.31.0' }] };
    const error = await rejection(run({ ...bumped, lockfile: dir.join('link.json') }));
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(parseLock(readFileSync(lockfile), 'lock').asked?.get('kubectl')).toBe('v1.30.2');
  });

  it.skipIf(process.platform === 'win32')(
    'a lockfile that is a pipe, without waiting for it (needs a POSIX system)',
    async () => {
      execFileSync('mkfifo', [lockfile]);
      expect(await rejection(run(KUBECTL))).toMatchObject({ code: 'file-not-readable' });
      expect(await rejection(check())).toMatchObject({ code: 'file-not-readable' });
      expect(await rejection(install())).toMatchObject({ code: 'file-not-readable' });
    },
  );

  it('neither of two runs at once leaves half a lock', async () => {
    await Promise.all([run(KUBECTL), run(KUBECTL)].map((one) => one.catch(() => undefined)));
    expect(await check()).toMatchObject({ lock: { platforms: LINUX } });
  });

  it('to overwrite what another run has written meanwhile', async () => {
    await run(KUBECTL);
    const text = readFileSync(lockfile, 'utf8').replace('"kubectl": "v1.30.2"', '"kubectl": "1.30"');
    let isWritten = false;
    releases.http.fault(/stable-1\.31\.txt$/, (honest, received) => {
      writeFileSync(lockfile, text);
      isWritten = true;
      return fault.status(200, { body: 'v1.31.0' })(honest, received);
    });
    const error = await rejection(run({ artifacts: [{ component: 'kubectl', version: '1.31' }] }));
    expect(isWritten).toBe(true);
    expect(error).toMatchObject({ code: 'place-failed' });
    expect(readFileSync(lockfile, 'utf8')).toBe(text);
  });

  it.skipIf(!CAN_MOUNT).each([0, 3])(
    'a disk with %s free pages, and loses nothing (needs Linux and root)',
    async (pages) => {
      const disk = testDisk('size=1m');
      lockfile = join(disk.path, 'k8s-verify.lock.json');
      await run(KUBECTL);
      const filler = join(disk.path, 'filler');
      const { bavail, bsize } = statfsSync(disk.path);
      writeFileSync(filler, Buffer.alloc((bavail - pages) * bsize));
      const before = await snapshot(disk.path);
      const more = { artifacts: [{ component: 'kubelet', version: 'v1.31.0' }] };
      expect(await rejection(run(more))).toMatchObject({ code: 'disk-full' });
      expect(await snapshot(disk.path)).toEqual(before);
      await check();
      rmSync(filler);
      expect(await run(more)).toMatchObject({ written: true });
      await check();
    },
  );

  it('to go on without a proof, and writes nothing', async () => {
    sigstore.rekorServer.answerWith('/api/v1/log/entries/retrieve', fault.status(503, { body: 'busy' }));
    expect(await rejection(run(KUBECTL))).toMatchObject({ code: 'log-unreachable' });
    expect(readdirSync(dir.path)).toEqual([]);
  });

  it('nothing to lock', async () => {
    expect(await rejection(run())).toMatchObject({ code: 'usage' });
  });
});
