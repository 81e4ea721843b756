/**
 * Builds what a release publishes of JavaScript, and prints the SHA-256 of each file of it, in the form of `sha256sum`. Two
 * machines that build the same commit must print the same (.github/workflows/reproducible.yml).
 *
 *     node scripts/build-sums.ts [--package]     with --package, the packed npm package too
 *
 * The package is a compressed file, and what compresses it differs between systems: compare it on equal ones only.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './bundle.ts';

/** What other commands put into dist/. */
const EXECUTABLES = /^(?:k8s-verify-.*|SHA256SUMS)$/;

function run(command: string, args: readonly string[]): void {
  const shell = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`, { cause: error });
}

function sumOf(directory: string, name: string): string {
  const digest = createHash('sha256').update(readFileSync(path.join(directory, name)));
  return `${digest.digest('hex')}  ${name.replaceAll('\\', '/')}`;
}

function sumsOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(directory, name)).isFile() && !EXECUTABLES.test(name))
    .map((name) => sumOf(directory, name));
}

run(process.execPath, ['scripts/build.ts']);
run(process.execPath, ['scripts/build-action.ts']);
const sums = [...sumsOf(path.join(ROOT, 'dist'))];
if (process.argv.includes('--package')) {
  const packed = mkdtempSync(path.join(tmpdir(), 'k8s-verify-pack-'));
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed]);
  sums.push(...sumsOf(packed));
  rmSync(packed, { recursive: true });
}
for (const line of sums.toSorted((a, b) => a.slice(66).localeCompare(b.slice(66), 'en'))) console.log(line);
