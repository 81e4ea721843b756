/** The program that is in an executable, held against the sources. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundle, ROOT } from '../../scripts/bundle.ts';
import { bundleCommandLine } from '../../scripts/bundle-command-line.ts';
import { readsCompileCache } from '../../scripts/executable/compile-cache.ts';
import type { Target } from '../../scripts/executable/targets.ts';
import { type CodeSignature, readCodeSignature } from './code-signature.ts';
import { type Executable, readExecutable } from './container.ts';
import type { WindowsFile } from './pe.ts';

export interface Program {
  /** SHA-256, hex. */
  readonly main: string;
  /** SHA-256 by name, hex. */
  readonly assets: Readonly<Record<string, string>>;
}

/** An executable, as far as it is the same wherever it is built. */
export interface Description extends Program, Pick<Executable, 'format' | 'arch'> {
  readonly hasNode: boolean;
  /** Whether that Node takes compiled code from where NODE_COMPILE_CACHE says. */
  readonly readsCompileCache: boolean;
  /** What stands behind each fuse of Node's: `1` where it looks for a program. */
  readonly fuses: readonly string[];
  /** Of a Mac's executable: without a signer, over everything before the signature, and no page changed since. */
  readonly signature:
    | (Pick<CodeSignature, 'adHoc' | 'changedPages'> & { readonly coversAll: boolean })
    | undefined;
  /** Of a Mac's executable: how many segments it has, and how many its table of chained fixups has a place for. */
  readonly segments: { readonly inFile: number; readonly inFixups: number } | undefined;
  readonly windows: WindowsFile | undefined;
  readonly flags: number;
  /** Where Node takes further options of its own from: 0 is nowhere. */
  readonly optionsFrom: number | undefined;
  readonly mainName: string;
}

/** What the sources give for the target, bundled anew into the directory. */
export async function expectedExecutable(target: Target, directory: string): Promise<Description> {
  const chunks = path.join(directory, 'chunks');
  mkdirSync(chunks, { recursive: true });
  await bundleCommandLine(chunks);
  await bundle(
    { entry: 'scripts/executable/entry.ts' },
    { dir: directory, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  );
  const names = readdirSync(chunks);
  const sources = names.map((name) => [name, sha256(readFileSync(path.join(chunks, name)))] as const);
  return {
    format: FORMATS[target.platform] ?? 'elf',
    arch: target.arch === 'arm64' ? 'arm64' : 'x64',
    hasNode: true,
    readsCompileCache: false,
    fuses: ['1'],
    signature: target.platform === 'darwin' ? { adHoc: true, changedPages: [], coversAll: true } : undefined,
    segments: target.platform === 'darwin' ? { inFile: 6, inFixups: 6 } : undefined,
    windows: target.platform === 'win32' ? expectedWindowsFile(target) : undefined,
    // No warning that this is experimental, and assets; no snapshot, and no arguments of Node's own.
    flags: 0b1001,
    optionsFrom: 0,
    mainName: 'entry.cjs',
    main: sha256(readFileSync(path.join(directory, 'entry.cjs'))),
    assets: Object.fromEntries(sources),
  };
}

/** No rest of the signature that Node had, and our name and version instead of Node's. */
function expectedWindowsFile({ nodeVersion }: Target): WindowsFile {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  return {
    certificates: 0,
    checksumFits: true,
    texts: {
      CompanyName: 'k8s-verify contributors',
      FileDescription: 'Verifies Kubernetes release artifacts and installs them',
      FileVersion: version,
      InternalName: 'k8s-verify',
      LegalCopyright: `Apache License 2.0; with Node.js ${nodeVersion} and others, see the .LICENSES.txt`,
      OriginalFilename: 'k8s-verify-win-x64.exe',
      ProductName: 'k8s-verify',
      ProductVersion: version,
    },
  };
}

const FORMATS: Readonly<Partial<Record<NodeJS.Platform, Executable['format']>>> = {
  linux: 'elf',
  darwin: 'mach-o',
  win32: 'pe',
};

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const FUSE = Buffer.from('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:');

/** Reads the file, with the layout that the target's Node gives a program. */
export function describeExecutable(file: string, { nodeVersion }: Target): Description {
  const bytes = readFileSync(file);
  const { format, arch, blob, signature, segments, windows } = readExecutable(bytes);
  const fuses: string[] = [];
  for (let at = bytes.indexOf(FUSE); at !== -1; at = bytes.indexOf(FUSE, at + 1)) {
    fuses.push(bytes.toString('latin1', at + FUSE.length, at + FUSE.length + 1));
  }
  return {
    format,
    arch,
    hasNode: bytes.includes(`v${nodeVersion}`),
    readsCompileCache: readsCompileCache(bytes),
    fuses,
    signature: signature === undefined ? undefined : describeSignature(bytes, signature),
    segments: segments && { inFile: segments.names.length, inFixups: segments.withFixups.length },
    windows,
    ...readBlob(blob, nodeVersion.startsWith('24.') ? 9 : 10),
  };
}

function describeSignature(file: Buffer, signature: Buffer): Description['signature'] {
  const { adHoc, changedPages, covers } = readCodeSignature(file, signature);
  return { adHoc, changedPages, coversAll: covers === signature.byteOffset - file.byteOffset };
}

/** Node's `SeaSerializer` (src/node_sea.cc): a head, then texts and assets, each with its length in 64 bits. */
function readBlob(
  blob: Buffer,
  head: number,
): Program & Pick<Description, 'flags' | 'optionsFrom' | 'mainName'> {
  if (blob.readUInt32LE(0) !== 0x0143da20) throw new Error('no program of Node');
  let at = head;
  const count = (): number => {
    at += 8;
    return Number(blob.readBigUInt64LE(at - 8));
  };
  const bytes = (): Buffer => {
    const length = count();
    at += length;
    if (at > blob.length) throw new Error('the program is cut short');
    return blob.subarray(at - length, at);
  };
  const mainName = bytes().toString();
  const main = sha256(bytes());
  const assets: Record<string, string> = {};
  for (let left = count(); left > 0; left -= 1) {
    const name = bytes().toString();
    assets[name] = sha256(bytes());
  }
  if (at !== blob.length) throw new Error('there is more than the program');
  return { flags: blob.readUInt32LE(4), optionsFrom: blob[8], mainName, main, assets };
}
