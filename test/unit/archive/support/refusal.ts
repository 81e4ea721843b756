import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { listArchive } from '../../../../src/archive/extract.ts';
import { rejection } from '#support/thrown-by';
import { verifiedArchive } from './archive.ts';
import { namesIn, scratch } from '../../disk/support/disk.ts';
import { unpack } from './unpack.ts';

/** Why the archive is refused; there is then nothing where it was to be unpacked, nor next to it. */
export async function refusal(bytes: Uint8Array): Promise<string> {
  const parent = scratch();
  writeFileSync(join(parent, 'outside'), 'untouched');
  const archive = await verifiedArchive(bytes);
  const error = await rejection(unpack(archive, { into: join(parent, 'target') }));
  expect(error).toMatchObject({ name: 'InstallError', code: 'archive-rejected' });
  expect(namesIn(parent)).toEqual(['outside']);
  const listed = await rejection(listArchive(archive));
  expect(listed.message).toBe(error.message);
  return error.message;
}
