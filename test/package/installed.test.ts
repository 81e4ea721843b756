import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PackedPackage, packPackage, ROOT } from './packed.ts';

/** Runs a program in the clean directory and returns what it prints. */
function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, [...args], {
    cwd: packed.directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
}

let packed: PackedPackage;
beforeAll(() => {
  packed = packPackage();
  writeFileSync(path.join(packed.directory, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', packed.tarball);
});
afterAll(() => {
  rmSync(packed.directory, { recursive: true });
});

interface Manifest {
  readonly version: string;
}
const manifest: Manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

describe('the packed package, installed into a clean directory', () => {
  it('npx runs its command', () => {
    expect(run('npx', '--no-install', 'k8s-verify', '--version').trim()).toContain(manifest.version);
  });

  it('installs no package that only the command line needs: those are bundled', () => {
    const names = run('npm', 'ls', '--all', '--parseable').replaceAll('\\', '/');
    expect(names).not.toMatch(/node_modules\/cli-progress$/m);
  });

  it('a TypeScript program compiles against its types, and a JavaScript one runs', () => {
    writeFileSync(
      path.join(packed.directory, 'user.ts'),
      "import { exitCodeFor, UntrustedError, type ExitCode } from 'k8s-verify';\n" +
        "const code: ExitCode = exitCodeFor(new UntrustedError('digest-mismatch', 'no'));\n" +
        'process.stdout.write(String(code));\n',
    );
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = path.join(ROOT, 'node_modules/@types');
    const options = '--strict --module nodenext --target es2024 --skipLibCheck false'.split(' ');
    run(process.execPath, tsc, ...options, '--typeRoots', types, '--types', 'node', 'user.ts');
    expect(run(process.execPath, 'user.js')).toBe('12');
  });

  it('require() works, since Node loads ES modules so', () => {
    expect(run(process.execPath, '-p', "require('k8s-verify').EXIT_CODES['digest-mismatch']").trim()).toBe(
      '12',
    );
  });

  it('offers no way round its exports', () => {
    expect(() => run(process.execPath, '-e', "require('k8s-verify/dist/cli/main.cjs')")).toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });
});
