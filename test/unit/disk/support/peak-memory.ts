/**
 * A program that stages, or lists the members of, so many MiB, and prints the most memory it had, in MiB. The MiB of an
 * archive are in its one member, or follow its end. `stage-many` stages as many artifacts, of 2 MiB each.
 *
 *     node peak-memory.ts stage|stage-many|list|list-padded DIRECTORY MEBIBYTES
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { listArchive } from '../../../../src/archive/extract.ts';
import { openStaging, type StagedArtifact } from '../../../../src/disk/staging.ts';
import { confirmMeasured, measureFile } from '../../../../src/disk/verified-artifact.ts';
import type { ProvenDigest } from '../../../../src/proof/prove-digest.ts';
import { BLOCK, entry } from '../../archive/support/tar-writer.ts';

const MIB = 1024 * 1024;
const [what = '', directory = '', size = '0'] = process.argv.slice(2);
const bytes = Number(size) * MIB;
if (what === 'stage') await stage();
else if (what === 'stage-many') await stageMany(Number(size));
else await list(what === 'list' ? bytes : 0);
process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);

async function stage(): Promise<void> {
  const staged = openStaging({ directory, fileName: 'kubectl' });
  // One buffer, so that the memory that is seen is not this program's own.
  const piece = Buffer.alloc(65_536, 'piece');
  for (let sent = 0; sent < bytes; sent += piece.length) await staged.write(piece);
  await staged.finish();
  await staged.discard();
}

/** One after the other, each kept as a proved one is until all of them are. */
async function stageMany(count: number): Promise<void> {
  const piece = Buffer.alloc(2 * MIB, 'piece');
  const waiting: StagedArtifact[] = [];
  for (let index = 0; index < count; index += 1) {
    const staged = openStaging({ directory, fileName: `kubectl${index}` });
    await staged.write(piece);
    await staged.finish();
    await staged.freeze();
    waiting.push(staged);
  }
  for (const staged of waiting) await staged.discard();
}

async function list(member: number): Promise<void> {
  const path = join(directory, 'archive.tar');
  const file = openSync(path, 'w');
  writeSync(file, entry({ name: 'zeros', size: member }));
  ftruncateSync(file, BLOCK + bytes + 2 * BLOCK);
  closeSync(file);
  const measured = await measureFile(path, ['sha256'], undefined);
  const proven: unknown = { algorithm: 'sha256', hex: measured.digests.get('sha256') };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- reading looks at the digest alone
  const archive = confirmMeasured(measured, proven as ProvenDigest);
  const members = await listArchive(archive);
  if (members[0]?.bytes !== member) throw new Error('the member is not as long as it was made');
}
