import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActionWorld,
  expectNothing,
  KUBECTL,
  SIGNER,
  startActionWorld,
  toolsIn,
  VERSION,
} from './action-world.ts';
import { type Fault, fault } from '#support/http/faults';
import { createTlsAuthority } from '#support/http/tls';
import { startReleaseServer } from '#support/release-server';
import { snapshot } from '#support/temp-dir';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('what is refused', () => {
  it.each([
    ['several versions at once', { version: 'v1.30.2 v1.29.6' }, 2, 'several versions'],
    ['a malformed version', { version: 'v1.x' }, 2, 'version'],
    ['an input that there is not', { versions: VERSION }, 2, 'there is no input versions'],
    ['a checksum that is none', { checksum: 'sha256:0' }, 2, 'the input checksum is not a SHA-256'],
    [
      'the mirror of another action',
      { downloadBaseURL: 'https://a' },
      2,
      'there is no input downloadbaseurl',
    ],
    ['a component as an input', { kubeadm: '1.29.6' }, 2, 'there is no input kubeadm'],
    ['another project', { helm: 'v3.15.0' }, 2, 'there is no input helm'],
    ['an impossible platform', { platform: 'linux/mips' }, 3, 'publishes nothing for the platform'],
    ['an impossible architecture', { 'arch-type': 'mips' }, 3, 'publishes nothing for the platform'],
    ['a minor release of two meanings', { version: 'latest-1.30' }, 2, 'latest-1.30 has two meanings'],
    [
      'a component for the command alone',
      { 'setup-only': 'true', components: 'kubectl' },
      2,
      'setup-only installs nothing',
    ],
    ['a word that is no component', { components: 'kubectl@' }, 2, 'the input components has'],
    ['a switch that is neither on nor off', { cache: 'perhaps' }, 2, 'the input cache is neither'],
    ['a mirror that is no URL', { mirror: 'dl.k8s.io' }, 2, 'the input mirror is not'],
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
    ['a trusted root that there is not', { 'trusted-root': 'none.json' }, 2, 'none.json'],
    ['a home directory on a runner without one', { 'install-dir': '~/bin' }, 2, 'this runner has none'],
  ])('%s', async (_, inputs, exitCode, text) => {
    const { dir, run } = await world.useRunner();
    const job = await run(inputs, { HOME: undefined, USERPROFILE: undefined });
    expect(job.stdout).toContain(text);
    expect(job.exitCode).toBe(exitCode);
    const verb = exitCode >= 10 && exitCode < 20 ? 'refused' : 'did';
    expect(job.stdout).toMatch(
      new RegExp(`^::error title=k8s-verify ${verb} [^:]*\\(exit ${exitCode}\\)::.*%0Anext: .`, 'm'),
    );
    expect(job.stdout.match(/^::error/gm)).toHaveLength(1);
    expect(job.stdout).not.toMatch(/^::error [^:]*file=/m);
    expect(job.stdout).not.toMatch(/ --[a-z]/);
    expect(job.stderr).toBe('');
    await expectNothing(job, dir);
    expect(await toolsIn(dir.join('tool-cache'))).toEqual([]);
  });

  it('a mirror with a certificate of an unknown CA, with NODE_TLS_REJECT_UNAUTHORIZED=0 too', async () => {
    await using mirror = await startReleaseServer({ tls: createTlsAuthority().issue() });
    const { dir, run } = await world.useRunner();
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_OPTIONS: '--no-deprecation' };
    const job = await run({ mirror: mirror.url, version: 'stable' }, environment);
    expect(job).toMatchObject({ exitCode: 4, stderr: '' });
    expect(job.stdout).toContain('its certificate comes from an unknown CA');
    expect(job.stdout).toMatch(/^NODE_TLS_REJECT_UNAUTHORIZED=0 is set and has no effect/m);
    expect(job.stdout).toMatch(/^node takes options or code from NODE_OPTIONS, before k8s-verify runs/m);
    expect(mirror.http.requests).toEqual([]);
    await expectNothing(job, dir);
  });

  it.each<[string, string]>([
    ['another identity', 'somebody@example.com'],
    ['a name that has the right one in it', 'not-krel-staging@k8s-releng-prod.iam.gserviceaccount.com'],
    ['another account of the same project', 'krel-trust@k8s-releng-prod.iam.gserviceaccount.com'],
  ])('a release that is signed by %s', async (_, identity) => {
    await world.publish('kubectl', 'v1.28.11', { identity });
    const { dir, run } = await world.useRunner();
    const job = await run({ version: 'v1.28.11' });
    expect(job.exitCode).toBe(15);
    expect(job.stdout).toMatch(/^::error title=k8s-verify refused kubectl v1\.28\.11 \(exit 15\)::/m);
    expect(job.stdout).toContain(`wanted ${SIGNER} `);
    expect(job.stdout).toContain(`found ${identity} `);
    await expectNothing(job, dir);
    expect(await toolsIn(dir.join('tool-cache'))).toEqual([]);
  });

  it('an unknown component, before a server is asked', async () => {
    const { run } = await world.useRunner();
    const before = world.releases.http.requests.length;
    expect(await run({ components: 'kubectl kubctl' })).toMatchObject({ exitCode: 3 });
    expect(world.releases.http.requests).toHaveLength(before);
  });

  it.each<[string, Fault, number]>([
    ['is not found', fault.status(404), 3],
    ['gets a page instead', fault.html(), 4],
    ['gets nothing', fault.empty(), 4],
    ['gets something that is no version', fault.body('v1.15.0 or so'), 4],
  ])('a version whose look-up %s: no other version takes its place', async (_, answer, exitCode) => {
    const { dir, run } = await world.useRunner();
    world.releases.http.fault('/release/stable.txt', answer);
    const before = world.releases.http.requestsFor(`/${KUBECTL}`).length;
    const job = await run();
    world.releases.http.clearFaults();
    expect(job.stdout).toMatch(/^::error title=k8s-verify did not install kubectl \(exit \d\)::/m);
    expect(job.stdout).not.toMatch(/ --[a-z]/);
    expect(job.exitCode).toBe(exitCode);
    await expectNothing(job, dir);
    expect(world.releases.http.requestsFor(`/${KUBECTL}`)).toHaveLength(before);
  });

  it('an install directory below a file, with advice that names the input', async () => {
    const { dir, run } = await world.useRunner();
    writeFileSync(dir.join('a-file'), '');
    const job = await run({ version: VERSION, 'install-dir': dir.join('a-file', 'bin') });
    expect(job.exitCode).toBe(20);
    expect(job.stdout).toMatch(/%0Anext: [^\n]*the input install-dir/);
    expect(job.stdout).not.toMatch(/ --[a-z]/);
  });

  it('a tampered binary', async () => {
    const { dir, run } = await world.useRunner();
    world.releases.http.fault(`/${KUBECTL}`, fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
    const job = await run({ version: VERSION });
    world.releases.http.clearFaults();
    expect(job.exitCode).toBe(12);
    expect(job.stdout).toContain(`::error title=k8s-verify refused kubectl ${VERSION} (exit 12)::`);
    expect(job.stdout).toContain('%0Anext: take it from its source (leave out the input mirror)');
    await expectNothing(job, dir);
    expect(await toolsIn(dir.join('tool-cache'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a directory that cannot be written to (needs another user than root)',
    async () => {
      const { dir, run } = await world.useRunner();
      mkdirSync(dir.join('read-only'));
      chmodSync(dir.join('read-only'), 0o555);
      const job = await run({ version: VERSION, 'install-dir': dir.join('read-only') });
      expect(job.exitCode).toBe(20);
      await expectNothing(job, dir);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'a directory that even root cannot write to (needs /proc)',
    async () => {
      const { dir, run } = await world.useRunner();
      const job = await run({ version: VERSION, 'install-dir': '/proc' });
      expect(job.exitCode).toBe(20);
      expect(job.stdout).toMatch(
        /^::error title=k8s-verify did not install kubectl[^:]*::could not write kubectl/m,
      );
      await expectNothing(job, dir);
    },
  );

  it('an install directory that is a file', async () => {
    const { dir, run } = await world.useRunner();
    writeFileSync(dir.join('a-file'), '');
    const job = await run({ version: VERSION, 'install-dir': dir.join('a-file') });
    expect(job.exitCode).toBe(20);
    await expectNothing(job, dir);
  });

  it.each([
    ['with a line break', 'bin\nelsewhere'],
    ['with the delimiter of PATH', `bin${path.delimiter}elsewhere`],
    ...(process.platform === 'win32' ? [] : [['of Windows', String.raw`C:\tools\bin`]]),
  ])('an install directory %s, which PATH would not lead to', async (_, directory) => {
    const { dir, run } = await world.useRunner();
    const job = await run({ version: VERSION, 'install-dir': directory });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain('the install directory cannot stand on PATH');
    await expectNothing(job, dir);
    expect(await snapshot(dir.join('job-1', 'workspace'))).toEqual({});
  });

  it('a runner whose directory for the job is none, and says so', async () => {
    const { dir, run } = await world.useRunner();
    writeFileSync(dir.join('a-file'), '');
    const job = await run({ version: VERSION }, { RUNNER_TEMP: dir.join('a-file', 'temp') });
    expect(job.exitCode).toBe(20);
    expect(job.stdout).toContain(
      `::error title=k8s-verify did not install kubectl ${VERSION} (exit 20)::no directory can be made`,
    );
    await expectNothing(job, dir);
  });

  it('everything, outside a runner', async () => {
    const { run } = await world.useRunner();
    const job = await run({ version: VERSION }, { RUNNER_TEMP: undefined });
    expect(job.exitCode).toBe(2);
    expect(job.stdout).toContain('RUNNER_TEMP');
  });
});
