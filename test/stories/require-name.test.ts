/** Demands on a name: a digest that you know, and a name that must be bound. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { install } from '../../src/install.ts';
import type { InstallRequest } from '../../src/plan/request.ts';
import { goProgram } from '#support/go-program';

import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.36.0', platform: 'linux/amd64' };
const KUBEADM = { ...KUBECTL, component: 'kubeadm' };
/** Genuine, and says nothing. */
const SILENT = Buffer.from('#!/bin/sh\necho kubectl\n');
const NAMED = goProgram({ strings: ['v1.36.0'] });
const OLD = goProgram({ strings: ['v1.24.9'] });

const { sigstore, releases } = await testServers();
let run: InstallRun;

beforeEach(async () => {
  // Only what the files say themselves counts here.
  releases.withoutManifest();
  run = await prepareInstall({ sigstore, releases });
});

async function publish(bytes: Buffer, what = KUBECTL): Promise<string> {
  return (await releases.publishRelease({ ...what, bytes, sigstore })).sha256;
}

const ask = (more: Partial<InstallRequest> = {}): Partial<InstallRequest> => ({
  artifacts: [KUBECTL],
  ...more,
});

describe('a name that must be bound', () => {
  it('is not demanded unless you ask for it', async () => {
    await publish(SILENT);
    const { artifacts } = await run.install(ask());
    expect(artifacts[0]?.name).toEqual({ bound: false, by: [] });
  });

  it('is refused as not learnt where nothing signed says it, with what was asked and what answered', async () => {
    await publish(SILENT);
    expect(await run.refused(ask({ requireName: 'always' }))).toMatchObject({
      name: 'UnavailableError',
      code: 'name-unbound',
      message: 'nothing that is signed says that this is kubectl v1.36.0 linux/amd64',
      wanted: expect.stringContaining('kubectl v1.36.0 linux/amd64') as unknown,
      found: expect.stringContaining('the file does not say what it is') as unknown,
    });
  });

  it('is refused where the file in its place says nothing either', async () => {
    await publish(SILENT);
    await run.install(ask());
    expect(await run.refused(ask({ requireName: 'always' }))).toMatchObject({ code: 'name-unbound' });
  });

  it('says how much of it the file said', async () => {
    await publish(goProgram({ strings: [] }));
    expect(await run.refused(ask({ requireName: 'always' }))).toMatchObject({
      found: expect.stringMatching(/the file says kubectl linux\/amd64$/) as unknown,
    });
  });

  it('is fine where the file says it', async () => {
    await publish(NAMED);
    const { artifacts } = await run.install(ask({ requireName: 'always' }));
    expect(artifacts[0]?.name).toMatchObject({ bound: true });
  });

  it('is demanded of known components only, where that is asked for', async () => {
    await publish(SILENT, KUBEADM);
    const { artifacts } = await run.install({ artifacts: [KUBEADM], requireName: 'known' });
    expect(artifacts[0]).toMatchObject({ outcome: 'installed', name: { bound: false } });
    await publish(SILENT);
    expect(await run.refused(ask({ requireName: 'known' }))).toMatchObject({ code: 'name-unbound' });
  });

  it('is the library’s requireName', async () => {
    await publish(SILENT);
    const { trustedRootFile = '' } = run.request;
    const asked = {
      sources: [releases.url],
      rekorUrl: sigstore.rekorUrl,
      trustedRootPath: trustedRootFile,
      artifacts: [KUBECTL],
      into: run.dir.join('bin'),
    };
    expect(await rejection(install({ ...asked, requireName: true }))).toMatchObject({ code: 'name-unbound' });
    expect(existsSync(run.dir.join('bin'))).toBe(false);
    await install({ ...asked, requireName: false });
    expect(existsSync(run.dir.join('bin', 'kubectl'))).toBe(true);
  });
});

describe('a digest that is demanded', () => {
  it.each(['sha256', 'lockfile'] as const)(
    'satisfies a name that must be bound, and is told: %s',
    async (by) => {
      const sha256 = await publish(SILENT);
      const artifacts = [{ ...KUBECTL, sha256, locked: by === 'lockfile' }];
      for (const outcome of ['installed', 'kept']) {
        const result = await run.install({ artifacts, requireName: 'always' });
        expect(result.artifacts[0]).toMatchObject({ outcome, name: { bound: true, by: [by] } });
      }
    },
  );

  it('stands next to what the file says', async () => {
    const sha256 = await publish(NAMED);
    const { artifacts } = await run.install({ artifacts: [{ ...KUBECTL, sha256 }] });
    expect(artifacts[0]?.name).toMatchObject({ by: ['binary', 'sha256'] });
  });

  it('is looked at before the name', async () => {
    const sha256 = await publish(OLD);
    const other = createHash('sha256').update(NAMED).digest('hex');
    expect(await run.refused({ artifacts: [{ ...KUBECTL, sha256: other }] })).toMatchObject({
      code: 'digest-mismatch',
      wanted: `sha256:${other}`,
      found: expect.stringContaining(sha256) as unknown,
    });
  });

  it('does not outrank what the file says that it is', async () => {
    const sha256 = await publish(OLD);
    for (const locked of [true, false]) {
      const artifacts = [{ ...KUBECTL, sha256, locked }];
      expect(await run.refused({ artifacts, requireName: 'always' })).toMatchObject({
        code: 'name-mismatch',
      });
    }
  });
});
