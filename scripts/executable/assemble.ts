/** Puts a program into a target's Node, in the way that the target's system takes. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../bundle.ts';
import { ignoreCompileCache } from './compile-cache.ts';
import { nodeBinary } from './node-binary.ts';
import { signForMac } from './sign-for-mac.ts';
import { builderFor, executableName, type Target } from './targets.ts';
import { windowsProgram } from './windows-program.ts';

export interface Program {
  /** What Node runs first. */
  readonly main: string;
  /** The directory of the command line's chunks. */
  readonly chunks: string;
}

/** What the build works with. */
export interface Workshop {
  readonly program: Program;
  /** Of k8s-verify: `1.2.3`. */
  readonly version: string;
  /** Where the program's files are, and everything that is only needed for a while. */
  readonly directory: string;
}

/** Writes the executable for the target to `output`. */
export async function assemble(target: Target, output: string, workshop: Workshop): Promise<void> {
  const node = readFileSync(await nodeBinary(target, workshop.directory));
  ignoreCompileCache(node);
  await WAYS[target.platform](target, node, output, workshop);
}

type Way = (target: Target, node: Buffer, output: string, workshop: Workshop) => Promise<void>;

const WAYS: Readonly<Record<Target['platform'], Way>> = {
  /** postject is what Node's documentation names; it writes the program into a note. */
  linux: async (target, node, output, workshop) => {
    const blob = await prepare(target, workshop);
    writeFileSync(output, node, { mode: 0o755 });
    const postject = [path.join(ROOT, 'node_modules/postject/dist/cli.js'), output, 'NODE_SEA_BLOB', blob];
    const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'];
    // Its warnings about sections without names are of no consequence; its errors are in the exception.
    execFileSync(process.execPath, [...postject, ...fuse], { stdio: 'pipe' });
  },
  win32: async (target, node, output, workshop) => {
    const blob = readFileSync(await prepare(target, workshop));
    const texts = {
      version: workshop.version,
      description: 'Verifies Kubernetes release artifacts and installs them',
      fileName: executableName(target),
      nodeVersion: target.nodeVersion,
    };
    writeFileSync(output, windowsProgram(node, blob, texts), { mode: 0o755 });
  },
  /** Node itself writes Mach-O: postject adds a segment without telling the table of chained fixups, which dyld reads. */
  darwin: async (target, node, output, workshop) => {
    const prepared = path.join(workshop.directory, `${target.name}-node`);
    writeFileSync(prepared, node, { mode: 0o755 });
    await runNode(target, workshop, '--build-sea', { output, executable: prepared });
    sign(output);
  },
};

/** Has the Node of the target's version prepare the program, and returns the path of what it made. */
async function prepare(target: Target, workshop: Workshop): Promise<string> {
  const output = path.join(workshop.directory, `${target.name}.blob`);
  await runNode(target, workshop, '--experimental-sea-config', { output });
  return output;
}

async function runNode(
  target: Target,
  { program, directory }: Workshop,
  option: '--build-sea' | '--experimental-sea-config',
  files: { readonly output: string; readonly executable?: string },
): Promise<void> {
  const builder = await nodeBinary(builderFor(target), directory);
  const config = path.join(directory, `${target.name}.json`);
  const settings = {
    // Relative: the path becomes part of the program, and a temporary one would make every build another.
    main: program.main,
    ...files,
    disableExperimentalSEAWarning: true,
    assets: assetsOf(program.chunks),
    // NODE_OPTIONS is for Node programs; a verifier must not load code because a variable says so.
    execArgvExtension: 'none',
  };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(builder, [option, config], { cwd: directory, stdio: 'pipe' });
}

/** The chunks as assets, by their names. */
function assetsOf(chunks: string): Readonly<Record<string, string>> {
  const names = readdirSync(chunks).toSorted();
  return Object.fromEntries(names.map((name) => [name, path.join(chunks, name)]));
}

/** A changed Node has no valid signature of its own, and macOS on arm64 runs nothing that has none. */
function sign(file: string): void {
  if (process.platform === 'darwin') {
    execFileSync('codesign', ['--sign', '-', '--force', file], { stdio: 'inherit' });
  } else {
    writeFileSync(file, signForMac(readFileSync(file), 'k8s-verify'));
  }
}
