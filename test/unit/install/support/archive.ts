import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { confirmFile, type VerifiedFile } from '../../../../src/install/verified-artifact.ts';
import { provenFor, scratch } from './disk.ts';

/** A file with these bytes, as if its digest were proved. */
export async function verifiedArchive(bytes: Uint8Array, name = 'archive.tar.gz'): Promise<VerifiedFile> {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  return confirmFile(path, provenFor(bytes), undefined);
}
