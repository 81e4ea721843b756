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
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import { bundleCommandLine } from './bundle-command-line.ts';
import { assemble, type Program } from './executable/assemble.ts';
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
const { version: VERSION }: { readonly version: string } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);
const out = path.resolve(options.out ?? path.join(ROOT, 'dist'));

interface BundledProgram extends Program {
  readonly notices: string;
}

async function bundleProgram(directory: string): Promise<BundledProgram> {
  const chunks = path.join(directory, 'chunks');
  const modules = await bundleCommandLine(chunks);
  await bundle(
    { entry: 'scripts/executable/entry.ts' },
    { dir: directory, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  );
  return { main: 'entry.cjs', chunks, notices: licenseNotices(bundledPackages(modules)) };
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function build(targets: readonly Target[]): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'k8s-verify-executable-'));
  try {
    mkdirSync(out, { recursive: true });
    const program = await bundleProgram(directory);
    const sums: string[] = [];
    for (const target of targets) {
      const file = path.join(out, executableName(target));
      rmSync(file, { force: true });
      await assemble(target, file, { program, version: VERSION, directory });
      // Independent of the umask.
      chmodSync(file, 0o755);
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
