import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRequest } from '../../src/plan/request.ts';
import type { PublishedFile } from '#support/release-server';
import { testServers } from '#support/test-servers';
import { type InstallRun, prepareInstall } from './support/install-run.ts';

const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const OTHER = 'f'.repeat(64);

const { sigstore, releases } = await testServers();
let published: PublishedFile;
let run: InstallRun;

beforeEach(async () => {
  const bytes = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
  published = await releases.publishRelease({ ...KUBECTL, bytes, sigstore });
  run = await prepareInstall({ sigstore, releases });
});

function demanding(sha256: string): { readonly artifacts: readonly ArtifactRequest[] } {
  return { artifacts: [{ ...KUBECTL, sha256 }] };
}

describe('an artifact that is asked for by its digest', () => {
  it('is installed where the proven digest is that one', async () => {
    const { artifacts } = await run.install(demanding(published.sha256));
    expect(artifacts[0]?.outcome).toBe('installed');
    expect(readFileSync(run.dir.join('bin', 'kubectl'), 'utf8')).toContain('v1.30.2');
  });

  it('is not installed where it is another one, however well it is signed', async () => {
    expect(await run.refused(demanding(OTHER))).toMatchObject({
      name: 'UntrustedError',
      code: 'digest-mismatch',
      check: 'digest',
      wanted: `sha256:${OTHER}`,
      found: `sha256:${published.sha256}, which is properly signed`,
    });
  });

  it('is installed where the bundle is over its SHA-512, and refused where it is another file', async () => {
    const sign = { key: 'p521', hash: 'sha512' } as const;
    const bytes = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
    await releases.publishRelease({ ...KUBECTL, bytes, sigstore, sign, bundle: '0.3' });
    expect(await run.refused(demanding(OTHER))).toMatchObject({
      code: 'digest-mismatch',
      found: `sha256:${published.sha256}, which is properly signed`,
    });
    for (const outcome of ['installed', 'kept']) {
      const { artifacts } = await run.install(demanding(published.sha256));
      expect(artifacts[0]).toMatchObject({ outcome, sha256: published.sha256 });
    }
    expect(await run.refused(demanding(OTHER))).toMatchObject({ code: 'digest-mismatch' });
  });

  it('is not taken for installed because the proven file is there', async () => {
    await run.install(demanding(published.sha256));
    expect(await run.refused(demanding(OTHER))).toMatchObject({ code: 'digest-mismatch' });
  });
});
