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
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { nodeBinary } from './executable/node-binary.ts';
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

/** The command line in one file: an executable has no place for a second one. CommonJS, so that lazy parts stay lazy. */
async function bundleProgram(
  directory: string,
): Promise<{ readonly main: string; readonly notices: string }> {
  const [chunk, ...others] = await bundle(
    { 'k8s-verify': 'scripts/executable/entry.ts' },
    { dir: directory, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  );
  if (chunk === undefined || others.length > 0) throw new Error('the program is not one file');
  return {
    main: path.join(directory, chunk.fileName),
    notices: licenseNotices(bundledPackages(chunk.moduleIds)),
  };
}

/** Has the Node of the target's version prepare the program, and puts it into the target's Node. */
async function assemble(target: Target, main: string, directory: string): Promise<string> {
  const blob = path.join(directory, `${target.name}.blob`);
  const config = path.join(directory, `${target.name}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      main,
      output: blob,
      disableExperimentalSEAWarning: true,
      // Compiled code fits one platform only; a target that is built elsewhere compiles at each start.
      useCodeCache: target === hostTarget(),
      // NODE_OPTIONS is for Node programs; a verifier must not load code because a variable says so.
      execArgvExtension: 'none',
    }),
  );
  const builder = await nodeBinary(builderFor(target), directory);
  execFileSync(builder, ['--experimental-sea-config', config], { stdio: 'pipe' });

  const output = path.join(out, executableName(target));
  rmSync(output, { force: true });
  copyFileSync(await nodeBinary(target, directory), output);
  chmodSync(output, 0o755);
  const postject = [path.join(ROOT, 'node_modules/postject/dist/cli.js'), output, 'NODE_SEA_BLOB', blob];
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'];
  // Its warnings about sections without names are of no consequence; its errors are in the exception.
  execFileSync(process.execPath, [...postject, ...fuse, '--macho-segment-name', 'NODE_SEA'], {
    stdio: 'pipe',
  });
  if (target.platform === 'darwin') signForMac(output);
  return output;
}

/** Injecting the program removes Node's own signature, and macOS on arm64 runs nothing that has none. */
function signForMac(file: string): void {
  if (process.platform === 'darwin') {
    execFileSync('codesign', ['--sign', '-', '--force', file], { stdio: 'inherit' });
  } else {
    console.warn(
      `${path.basename(file)} has no signature: run "codesign --sign -" on it on a Mac before use`,
    );
  }
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function build(targets: readonly Target[]): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'k8s-verify-executable-'));
  try {
    mkdirSync(out, { recursive: true });
    const { main, notices } = await bundleProgram(directory);
    const sums: string[] = [];
    for (const target of targets) {
      const file = await assemble(target, main, directory);
      writeFileSync(`${file}.LICENSES.txt`, await everyLicense(target, notices, directory));
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
