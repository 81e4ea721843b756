/** A program that stages a file in the directory it is given, says so, and waits to be killed. */
import { openStaging } from '../../../../src/disk/staging.ts';

const staged = openStaging({ directory: process.argv[2] ?? '.', fileName: 'kubectl' });
await staged.write(Buffer.from('half of a'));
await staged.finish();
process.stdout.write('staged\n');
// It ends by itself where the test that started it is gone.
setTimeout(() => undefined, 30_000);
