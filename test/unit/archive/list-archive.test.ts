import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert, asyncProperty, integer, nat } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { K8sVerifyError } from '../../../src/errors.ts';
import { listArchive } from '../../../src/archive/extract.ts';
import { CLIENT, confirmedFile, KUBECTL, verifiedArchive } from './support/archive.ts';
import { namesIn, scratch } from '../disk/support/disk.ts';
import { END, file, gnuLong, pax, tar, tarGz } from './support/tar-writer.ts';

const unix = process.platform !== 'win32';

describe('listArchive', () => {
  it('tells every member and writes nothing', async () => {
    const archive = await verifiedArchive(tarGz(...CLIENT.slice(2, 4)));
    expect(await listArchive(archive)).toEqual([
      {
        path: 'kubernetes/client/bin',
        kind: 'directory',
        bytes: 0,
        mode: 0o755,
        modified: new Date('2022-12-09'),
      },
      { path: KUBECTL, kind: 'file', bytes: 11, mode: 0o755, modified: new Date('2022-12-09') },
    ]);
    expect(namesIn(join(archive.path, '..'))).toEqual(['archive.tar.gz']);
  });

  it.runIf(unix)('follows a link to the archive that a user named (needs symbolic links)', async () => {
    const archive = await verifiedArchive(tarGz(file('a')));
    const link = join(scratch(), 'link');
    symlinkSync(archive.path, link);
    const linked = await confirmedFile(link, archive.proven);
    expect((await listArchive(linked)).map(({ path }) => path)).toEqual(['a']);
  });

  it('of an archive without members is empty', async () => {
    expect(await listArchive(await verifiedArchive(END))).toEqual([]);
  });

  it('ends in one of our errors or in members that stay inside, whichever byte is changed', async () => {
    const whole = tar(...CLIENT, gnuLong('n/'.repeat(3) + 'f'), file('x'), pax({ path: 'p/q' }), file('y'));
    await assert(
      asyncProperty(nat(whole.length - 1), integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        const archive = await verifiedArchive(bytes, 'a.tar');
        const outcome: unknown = await listArchive(archive).then(
          (members) => members.map(({ path }) => path).filter((path) => !/^[^/.\\][^\\]*$/.test(path)),
          (error: unknown) => (error instanceof K8sVerifyError ? [] : error),
        );
        expect(outcome).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
