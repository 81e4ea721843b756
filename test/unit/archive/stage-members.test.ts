import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageMembers } from '../../../src/archive/extract.ts';
import { EXECUTABLE_MODE, placeAll } from '../../../src/disk/place.ts';
import { openStaging } from '../../../src/disk/staging.ts';
import { rejection } from '#support/thrown-by';
import { CLIENT, KUBECTL, verifiedArchive } from './support/archive.ts';
import { digestOf, namesIn, scratch } from '../disk/support/disk.ts';
import { file, tar, tarGz } from './support/tar-writer.ts';

describe('stageMembers', () => {
  it('takes binaries out of an archive and has them placed', async () => {
    const bin = join(scratch(), 'bin');
    const archive = await verifiedArchive(tarGz(...CLIENT));
    const requests = ['kubectl', 'kubectl-convert'].map((name) => ({
      member: `kubernetes/client/bin/${name}`,
      staged: openStaging({ directory: bin, fileName: name }),
    }));
    const artifacts = await stageMembers(archive, requests);
    expect(artifacts.map(({ member, sha256, proven }) => [member, sha256, proven])).toEqual([
      [KUBECTL, digestOf('the program'), archive.proven],
      [`${KUBECTL}-convert`, digestOf('the other program'), archive.proven],
    ]);
    await placeAll(
      artifacts.map((artifact) => ({
        artifact,
        destination: join(bin, artifact.staged.fileName),
        mode: EXECUTABLE_MODE,
      })),
    );
    expect(namesIn(bin)).toEqual(['kubectl', 'kubectl-convert']);
    expect(readFileSync(join(bin, 'kubectl'), 'utf8')).toBe('the program');
  });

  it.each([
    ['is not there', tarGz(...CLIENT), 'kubernetes/server/bin/kubectl', 'archive-member-missing'],
    ['is a directory', tarGz(...CLIENT), 'kubernetes/client', 'archive-member-missing'],
    ['comes before something that is refused', tarGz(...CLIENT, file('/evil')), KUBECTL, 'archive-rejected'],
  ])('gives nothing where the member %s', async (_, bytes, member, code) => {
    const bin = join(scratch(), 'bin');
    const staged = openStaging({ directory: bin, fileName: 'kubectl' });
    const error = await rejection(stageMembers(await verifiedArchive(bytes), [{ member, staged }]));
    expect(error.code).toBe(code);
    await staged.discard();
    expect(namesIn(join(bin, '..'))).toEqual([]);
  });

  it('gives nothing of an archive that was changed', async () => {
    const archive = await verifiedArchive(tar(...CLIENT), 'a.tar');
    const changed = tar(...CLIENT.with(3, file(KUBECTL, 'evil program', 0o755)));
    writeFileSync(archive.path, changed.subarray(0, tar(...CLIENT).length));
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    const error = await rejection(stageMembers(archive, [{ member: KUBECTL, staged }]));
    expect(error).toMatchObject({ name: 'UntrustedError', code: 'digest-mismatch' });
    await staged.discard();
  });

  it('keeps an empty member', async () => {
    const staged = openStaging({ directory: scratch(), fileName: 'empty' });
    const [artifact] = await stageMembers(await verifiedArchive(tarGz(file('empty', ''))), [
      { member: 'empty', staged },
    ]);
    expect(artifact).toMatchObject({ bytes: 0, sha256: digestOf('') });
    await staged.discard();
  });
});
