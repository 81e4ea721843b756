/** A program that stages a few bytes in the directory it is given, makes them durable, and says how that ended. */
import { K8sVerifyError } from '../../../../src/errors.ts';
import { openStaging } from '../../../../src/disk/staging.ts';

const staged = openStaging({ directory: process.argv[2] ?? '.', fileName: 'kubectl' });
await staged.write(Buffer.from('bytes of a binary'));
await staged.finish();
await staged.freeze();
const outcome = await staged.seal(0o755).then(
  () => 'sealed',
  (error: unknown) => (error instanceof K8sVerifyError ? `${error.code}: ${error.message}` : String(error)),
);
await staged.discard();
process.stdout.write(outcome);
