import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { confirmMeasured, measureFile, type VerifiedFile } from '../../../../src/disk/verified-artifact.ts';
import type { ProvenDigest } from '../../../../src/proof/prove-digest.ts';
import { provenFor, scratch } from '../../disk/support/disk.ts';
import { directory, file } from './tar-writer.ts';

/** A file with these bytes, as if its digest were proved. */
export async function verifiedArchive(bytes: Uint8Array, name = 'archive.tar.gz'): Promise<VerifiedFile> {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  return confirmedFile(path, provenFor(bytes));
}

/** A file that is there; it is open until the test ends. */
export async function confirmedFile(path: string, proven: ProvenDigest): Promise<VerifiedFile> {
  const measured = await measureFile(path, [proven.algorithm], undefined);
  onTestFinished(() => measured.opened.close());
  return confirmMeasured(measured, proven);
}

/** Where {@link CLIENT} has kubectl. */
export const KUBECTL = 'kubernetes/client/bin/kubectl';

/** A client tarball as Kubernetes lays it out, with a mode by which no other user may run it. */
export const CLIENT: readonly Uint8Array[] = [
  directory('kubernetes/'),
  directory('kubernetes/client/'),
  directory('kubernetes/client/bin/'),
  file(KUBECTL, 'the program', 0o755),
  file('kubernetes/client/bin/kubectl-convert', 'the other program', 0o700),
  file('kubernetes/LICENSES', 'licences'),
];
