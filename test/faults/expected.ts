/** What a row leaves on the disk, and the words for it. */
import { createHash } from 'node:crypto';
import { K8sVerifyError } from '../../src/errors.ts';
import { binaryOf } from './fault-world.ts';

/** The snapshot of a world's directory after an install of this version. */
export function withInstalled(
  before: Readonly<Record<string, string>>,
  version: string,
): Readonly<Record<string, string>> {
  const sha256 = createHash('sha256').update(binaryOf(version)).digest('hex');
  return { ...before, bin: 'directory 0755', 'bin/kubectl': `file 0755 ${sha256}` };
}

/** The code and the words of an error as a user sees them; `installed` where there is none. */
export function told(error: unknown): string {
  if (error === undefined) return 'installed';
  if (!(error instanceof K8sVerifyError)) throw new Error('not one of our errors', { cause: error });
  const { code, message, wanted: expected, found, why, next: advice } = error;
  return [`${code}: ${message}`, expected, found, why, advice].join('\n');
}
