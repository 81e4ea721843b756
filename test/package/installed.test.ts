import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NpmRegistry, startNpmRegistry } from '#support/npm-registry';
import { runProgram } from '#support/run-program';
import { type PackedPackage, packPackage, ROOT } from './packed.ts';

/** Runs a program in the clean directory and returns what it prints. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram([program, ...args], {
    cwd: packed.directory,
    env: { ...process.env, ...registry.env },
  });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${stderr}`);
  return stdout;
}

let packed: PackedPackage;
let registry: NpmRegistry;
beforeAll(async () => {
  packed = packPackage();
  registry = await startNpmRegistry(packed.directory);
  writeFileSync(path.join(packed.directory, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run('npm', 'install', packed.tarball);
});
afterAll(async () => {
  await registry.close();
  rmSync(packed.directory, { recursive: true });
});

interface Manifest {
  readonly version: string;
}
const manifest: Manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

describe('the packed package, installed into a clean directory', () => {
  it('npx runs its command', async () => {
    expect((await run('npx', '--no-install', 'k8s-verify', '--version')).trim()).toBe(manifest.version);
  });

  it('installs no package that only the command line needs: those are bundled', async () => {
    const names = (await run('npm', 'ls', '--all', '--parseable')).replaceAll('\\', '/');
    expect(names).not.toMatch(/node_modules\/cli-progress$/m);
  });

  it('a TypeScript program compiles against its types, and a JavaScript one runs', async () => {
    writeFileSync(
      path.join(packed.directory, 'user.ts'),
      "import { exitCodeFor, UntrustedError, type ExitCode } from 'k8s-verify';\n" +
        "const code: ExitCode = exitCodeFor(new UntrustedError('digest-mismatch', 'no'));\n" +
        'process.stdout.write(String(code));\n',
    );
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = path.join(ROOT, 'node_modules/@types');
    const options = '--strict --module nodenext --target es2024 --skipLibCheck false'.split(' ');
    await run(process.execPath, tsc, ...options, '--typeRoots', types, '--types', 'node', 'user.ts');
    expect(await run(process.execPath, 'user.js')).toBe('12');
  });

  it('require() works, since Node loads ES modules so', async () => {
    const code = await run(process.execPath, '-p', "require('k8s-verify').EXIT_CODES['digest-mismatch']");
    expect(code.trim()).toBe('12');
  });

  it('offers no way round its exports', async () => {
    await expect(run(process.execPath, '-e', "require('k8s-verify/dist/cli/main.cjs')")).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });
});
