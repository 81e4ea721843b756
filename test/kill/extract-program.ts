/**
 * Unpacks an archive that is there already, for the kill test.
 *
 *     node extract-program.ts ARCHIVE TARGET
 */
import { confirmMeasured, measureFile } from '../../src/disk/verified-artifact.ts';
import type { ProvenDigest } from '../../src/proof/prove-digest.ts';
import { unpack } from '../unit/archive/support/unpack.ts';

const [path = '', into = ''] = process.argv.slice(2);
const measured = await measureFile(path, ['sha256'], undefined);
const proven: unknown = { algorithm: 'sha256', hex: measured.digests.get('sha256') };
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- reading looks at the digest alone
const archive = confirmMeasured(measured, proven as ProvenDigest);
process.stdout.write('unpacking\n');
await unpack(archive, { into });
