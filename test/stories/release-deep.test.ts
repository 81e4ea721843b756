import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testServers } from '#support/test-servers';
import { exitCodeFor } from '../../src/exit-codes.ts';
import { audit, compared, fileAt, publishPart, VERSION } from './support/audit-run.ts';

const world = await testServers();
const { releases } = world;
const ROOT = `/release/${VERSION}/`;
const KUBECTL = 'bin/linux/amd64/kubectl';

describe('--deep', () => {
  it('downloads each file and hashes it, also one of several buffers', async () => {
    const large = randomBytes(900_001);
    const files = await publishPart(world, {
      bytesOf: (path) => (path === KUBECTL ? large : Buffer.from(path)),
    });
    const run = await audit(world, { deep: true });
    expect(run.error).toBeUndefined();
    for (const file of run.results.filter(({ path }) => path !== 'kubernetes-release.spdx')) {
      const bytes = files.get(file.path)?.bytes ?? Buffer.of();
      expect(file).toMatchObject({
        bytes: bytes.length,
        sha512: createHash('sha512').update(bytes).digest('hex'),
      });
    }
    expect(compared(run, 'SHA512SUMS')).toMatchObject({ outcome: 'agrees', agrees: 9 });
  });

  it('refuses with 12 what has other bytes than were signed, and no other file', async () => {
    const files = await publishPart(world);
    releases.publishFile(`${ROOT}${KUBECTL}`, 'other bytes');
    const run = await audit(world, { deep: true });
    expect(fileAt(run, KUBECTL)).toMatchObject({
      verdict: 'refused',
      proved: false,
      error: { code: 'digest-mismatch', wanted: `sha256:${files.get(KUBECTL)?.sha256 ?? ''}` },
    });
    expect(run.summary).toMatchObject({ genuine: 10, refused: 1 });
    expect(exitCodeFor(run.error)).toBe(12);
  });

  it('a file whose signature alone is there is missing', async () => {
    await publishPart(world);
    releases.unpublish(`${ROOT}${KUBECTL}`);
    const run = await audit(world, { deep: true });
    expect(fileAt(run, KUBECTL)).toMatchObject({ verdict: 'missing', error: { code: 'release-incomplete' } });
    expect(exitCodeFor(run.error)).toBe(22);
  });

  it('is what a SHA512SUMS is compared by where no signed list has its digests', async () => {
    const files = await publishPart(world);
    const listed = [...files.values()].filter(({ pathInRelease }) => !pathInRelease.endsWith('.spdx'));
    await releases.publishManifest(VERSION, {
      sigstore: world.sigstore,
      files: listed.map(({ pathInRelease: path, sha256 }) => ({ path, sha256 })),
    });
    expect(compared(await audit(world), 'SHA512SUMS')).toMatchObject({
      outcome: 'not-comparable',
      detail: 'agrees about 0; lists 9 that cannot be compared without --deep; is not signed, and no proof',
    });
    const deep = compared(await audit(world, { deep: true }), 'SHA512SUMS');
    expect(deep).toMatchObject({ outcome: 'agrees', agrees: 9 });
    expect(deep.detail).not.toContain('--deep');
  });

  it('compares a SHA512SUMS with the bytes themselves', async () => {
    await publishPart(world);
    releases.publishFile(`${ROOT}SHA512SUMS`, `${'a'.repeat(128)}  ${KUBECTL}\n`);
    const run = await audit(world, { deep: true });
    expect(compared(run, 'SHA512SUMS')).toMatchObject({
      outcome: 'differs',
      differs: [{ path: KUBECTL, algorithm: 'sha512', wantedBy: 'bytes' }],
    });
  });
});
