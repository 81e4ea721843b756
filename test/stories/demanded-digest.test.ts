import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UntrustedError } from '../../src/errors.ts';
import { installRelease } from '../../src/install-release.ts';
import type { RunResult } from '../../src/result.ts';
import { createWorld } from '../../src/world.ts';
import { type RunningSigstore, startLocalSigstore } from '../support/local-sigstore.ts';
import { type PublishedFile, type ReleaseServer, startReleaseServer } from '../support/release-server.ts';
import { snapshot, type TempDir } from '../support/temp-dir.ts';
import { testDir } from '../support/test-dir.ts';

const OTHER = 'f'.repeat(64);

let sigstore: RunningSigstore;
let releases: ReleaseServer;
let kubectl: PublishedFile;

beforeAll(async () => {
  sigstore = await startLocalSigstore();
  releases = await startReleaseServer();
  kubectl = await releases.publishRelease({
    version: 'v1.30.2',
    platform: 'linux/amd64',
    component: 'kubectl',
    bytes: Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n'),
    sigstore,
  });
});
afterAll(async () => {
  await Promise.all([sigstore.close(), releases.close()]);
});

async function install(dir: TempDir, sha256: string): Promise<RunResult> {
  writeFileSync(dir.join('trusted_root.json'), sigstore.trustedRoot());
  const world = createWorld({ retries: 0 });
  try {
    return await installRelease(
      {
        artifacts: [{ component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64', sha256 }],
        destination: { kind: 'directory', path: dir.join('bin') },
        sources: [releases.url],
        rekorUrl: sigstore.rekorUrl,
        trustedRootFile: dir.join('trusted_root.json'),
      },
      world,
    );
  } finally {
    await world.http.close();
  }
}

describe('an artifact that is asked for by its digest', () => {
  it('is installed where the proven digest is that one', async () => {
    const dir = await testDir();
    const { artifacts } = await install(dir, kubectl.sha256);
    expect(artifacts[0]?.outcome).toBe('installed');
    expect(readFileSync(dir.join('bin', 'kubectl'), 'utf8')).toContain('v1.30.2');
  });

  it('is not installed where it is another one, however well it is signed', async () => {
    const dir = await testDir();
    const refusal = install(dir, OTHER);
    await expect(refusal).rejects.toThrow(UntrustedError);
    await expect(refusal).rejects.toMatchObject({
      code: 'digest-mismatch',
      check: 'digest',
      expected: `sha256:${OTHER}`,
      found: `sha256:${kubectl.sha256}, which is properly signed`,
    });
    expect(await snapshot(dir.join('bin'))).toEqual({});
  });

  it('is not taken for installed because the proven file is there', async () => {
    const dir = await testDir();
    await install(dir, kubectl.sha256);
    const before = await snapshot(dir.path);
    await expect(install(dir, OTHER)).rejects.toThrow(UntrustedError);
    expect(await snapshot(dir.path)).toEqual(before);
  });
});
