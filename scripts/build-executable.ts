/**
 * Builds `dist/k8s-verify-<os>-<arch>`: Node and the command line in one file (a Node single executable application),
 * for machines without Node.
 *
 *   npm run build:executable                 for this machine
 *   npm run build:executable -- --all        for every target
 *   npm run build:executable -- win-x64 ...  for these
 *
 * Options: `--out DIR` instead of `dist/`. The only thing that is fetched are the Node binaries, as npm packages.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { bundleCommandLine } from './bundle-command-line.ts';
import { ignoreCompileCache } from './executable/compile-cache.ts';
import { nodeBinary } from './executable/node-binary.ts';
import { signForMac } from './executable/sign-for-mac.ts';
import {
  builderFor,
  executableName,
  hostTarget,
  type Target,
  TARGETS,
  targetNamed,
} from './executable/targets.ts';
import { bundledPackages, licenseNotices } from './third-party-licenses.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean' }, out: { type: 'string' } },
});
const out = path.resolve(options.out ?? path.join(ROOT, 'dist'));

interface Program {
  /** What Node runs first. */
  readonly main: string;
  /** The directory of the command line's chunks. */
  readonly chunks: string;
  readonly notices: string;
}

async function bundleProgram(directory: string): Promise<Program> {
  const chunks = path.join(directory, 'chunks');
  const modules = await bundleCommandLine(chunks);
  await bundle(
    { entry: 'scripts/executable/entry.ts' },
    { dir: directory, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  );
  return { main: 'entry.cjs', chunks, notices: licenseNotices(bundledPackages(modules)) };
}

/** The chunks as assets, by their names. */
function assetsOf(chunks: string): Readonly<Record<string, string>> {
  const names = readdirSync(chunks).toSorted();
  return Object.fromEntries(names.map((name) => [name, path.join(chunks, name)]));
}

/** Has the Node of the target's version prepare the program, and puts it into the target's Node. */
async function assemble(target: Target, program: Program, directory: string): Promise<string> {
  const builder = await nodeBinary(builderFor(target), directory);
  const blob = path.join(directory, `${target.name}.blob`);
  const config = path.join(directory, `${target.name}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      // Relative: the path becomes part of the program, and a temporary one would make every build another.
      main: program.main,
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: assetsOf(program.chunks),
      // NODE_OPTIONS is for Node programs; a verifier must not load code because a variable says so.
      execArgvExtension: 'none',
    }),
  );
  execFileSync(builder, ['--experimental-sea-config', config], { cwd: directory, stdio: 'pipe' });

  const output = path.join(out, executableName(target));
  rmSync(output, { force: true });
  const node = readFileSync(await nodeBinary(target, directory));
  ignoreCompileCache(node);
  writeFileSync(output, node, { mode: 0o755 });
  chmodSync(output, 0o755);
  const postject = [path.join(ROOT, 'node_modules/postject/dist/cli.js'), output, 'NODE_SEA_BLOB', blob];
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'];
  // Its warnings about sections without names are of no consequence; its errors are in the exception.
  execFileSync(process.execPath, [...postject, ...fuse, '--macho-segment-name', 'NODE_SEA'], {
    stdio: 'pipe',
  });
  if (target.platform === 'darwin') sign(output);
  return output;
}

/** Injecting the program removes Node's own signature, and macOS on arm64 runs nothing that has none. */
function sign(file: string): void {
  if (process.platform === 'darwin') {
    execFileSync('codesign', ['--sign', '-', '--force', file], { stdio: 'inherit' });
  } else {
    writeFileSync(file, signForMac(readFileSync(file), 'k8s-verify'));
  }
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function build(targets: readonly Target[]): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'k8s-verify-executable-'));
  try {
    mkdirSync(out, { recursive: true });
    const program = await bundleProgram(directory);
    const sums: string[] = [];
    for (const target of targets) {
      const file = await assemble(target, program, directory);
      writeFileSync(`${file}.LICENSES.txt`, await everyLicense(target, program.notices, directory));
      sums.push(`${sha256(file)}  ${path.basename(file)}\n`);
      console.log(file);
    }
    writeFileSync(path.join(out, 'SHA256SUMS'), sums.join(''));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The notices of everything in one executable; the Node package for Windows carries none, so the builder's serves. */
async function everyLicense(target: Target, notices: string, directory: string): Promise<string> {
  const own = readFileSync(path.join(ROOT, 'LICENSE'), 'utf8');
  const node = path.dirname(await nodeBinary(builderFor(target), directory));
  const nodeLicense = readFileSync(path.join(node, '..', 'LICENSE'), 'utf8');
  return [own, notices, `Node.js ${target.nodeVersion}\n\n${nodeLicense}`].join('\n');
}

function chosenTargets(): readonly Target[] {
  if (options.all === true) return TARGETS;
  if (positionals.length > 0) return positionals.map(targetNamed);
  const host = hostTarget();
  if (host === undefined) {
    throw new Error(`no executable is made for ${process.platform}-${process.arch}; name a target`);
  }
  return [host];
}

await build(chosenTargets());
