import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStaging } from '../../../src/disk/staging.ts';
import {
  confirmDigest,
  confirmMeasured,
  measureFile,
  type VerifiedFile,
} from '../../../src/disk/verified-artifact.ts';
import { rejection } from '#support/thrown-by';
import { provenFor, scratch, stageVerified } from './support/disk.ts';

describe('confirmDigest', () => {
  it('names both digests where they differ, and the artifact can be fetched anew', async () => {
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    await staged.write(Buffer.from('tampered'));
    const error = await rejection(confirmDigest(staged, provenFor('genuine')));
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      check: 'digest',
      wanted: `sha256:${provenFor('genuine').hex}`,
      found: `sha256:${provenFor('tampered').hex}`,
    });
    await staged.reset();
    await staged.write(Buffer.from('genuine'));
    const verified = await confirmDigest(staged, provenFor('genuine'));
    expect(verified).toMatchObject({ bytes: 7, sha256: provenFor('genuine').hex });
    await staged.discard();
  });

  it.each(['sha384', 'sha512'] as const)('reads the file again for a proof over %s', async (algorithm) => {
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    await staged.write(Buffer.from('genuine'));
    expect((await rejection(confirmDigest(staged, provenFor('other', algorithm)))).code).toBe(
      'digest-mismatch',
    );
    const verified = await confirmDigest(staged, provenFor('genuine', algorithm));
    expect(verified.sha256).toBe(provenFor('genuine').hex);
    await staged.discard();
  });

  it('reads its own file again, whatever has the name by now', async () => {
    const directory = scratch();
    const staged = openStaging({ directory, fileName: 'kubectl' });
    await staged.write(Buffer.from('tampered'));
    await staged.finish();
    renameSync(staged.path, join(directory, 'away'));
    writeFileSync(staged.path, 'genuine!');
    const error = await rejection(confirmDigest(staged, provenFor('genuine!', 'sha512')));
    expect(error.code).toBe('digest-mismatch');
    await staged.discard();
  });

  it('takes no byte after the confirmation', async () => {
    const { staged } = await stageVerified(scratch(), 'kubectl', 'genuine');
    await expect(staged.write(Buffer.from('x'))).rejects.toThrow('frozen');
    await expect(staged.reset()).rejects.toThrow('frozen');
    await staged.discard();
  });
});

async function readAfterSwap(file: VerifiedFile): Promise<string> {
  writeFileSync(`${file.path}.other`, 'another');
  renameSync(`${file.path}.other`, file.path);
  const buffer = Buffer.alloc(100);
  return buffer.toString('utf8', 0, await file.readAt(buffer, 2));
}

describe('what is read of a verified file is of the file that was hashed', () => {
  it.skipIf(process.platform === 'win32')(
    'though its name means another one by now (needs POSIX)',
    async () => {
      const path = join(scratch(), 'archive.tar');
      writeFileSync(path, 'genuine');
      const measured = await measureFile(path, ['sha256'], undefined);
      expect(await readAfterSwap(confirmMeasured(measured, provenFor('genuine')))).toBe('nuine');
      await measured.opened.close();
      await measured.opened.close();
      await expect(measured.opened.readAt(Buffer.alloc(1), 0)).rejects.toThrow('EBADF');
    },
  );

  it.skipIf(process.platform === 'win32')('and so it is of a staged one (needs POSIX)', async () => {
    const verified = await stageVerified(scratch(), 'kubectl', 'genuine');
    expect(await readAfterSwap(verified)).toBe('nuine');
    await verified.staged.discard();
  });
});
