import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from './packed.ts';

const BIN = path.join(ROOT, 'bin/k8s-verify.js');

describe('a Node that is too old', () => {
  const others = ['/usr/bin/node', '/usr/local/bin/node'].filter((file) => existsSync(file));
  const old = others.find((file) => {
    const [major = 99] = execFileSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    return major < 22;
  });

  it.skipIf(old === undefined)(
    'is told so in one line, with exit code 2 (needs an old Node on the machine)',
    () => {
      const run = spawnSync(old ?? '', [BIN, 'kubectl', 'v1.26.0'], { encoding: 'utf8' });
      expect(run.stderr).toMatch(
        /^k8s-verify needs Node 22\.22\.2, 24\.15\.0, 26 or newer; this is v\d+\.\d+\.\d+\. .*\n$/,
      );
      expect(run.stdout).toBe('');
      expect(run.status).toBe(2);
    },
  );

  it.skipIf(old === undefined)(
    'is told so by the library too, at its first call (needs an old Node on the machine)',
    () => {
      const library = pathToFileURL(path.join(ROOT, 'dist/index.js')).href;
      const program = `
        import { createClient, K8sVerifyError } from ${JSON.stringify(library)};
        try {
          createClient();
        } catch (error) {
          console.log(error instanceof K8sVerifyError, error.code, error.message);
        }`;
      const run = spawnSync(old ?? '', ['--input-type=module', '--eval', program], { encoding: 'utf8' });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expect(run.stdout).toMatch(/^true usage k8s-verify needs another Node than v\d+\.\d+\.\d+\n$/);
    },
  );

  // The first script of a run sees the version that this module gives: the range is held without many Nodes.
  it.each([
    ['10.24.1', 2],
    ['12.22.12', 2],
    ['18.20.8', 2],
    ['20.20.2', 2],
    ['22.22.1', 2],
    ['22.9.0', 2],
    ['23.11.0', 2],
    ['24.14.1', 2],
    ['25.9.0', 2],
    ['22.22.2', 0],
    ['22.23.0', 0],
    ['24.15.0', 0],
    ['26.0.0', 0],
    ['27.1.0', 0],
  ])('%s: exit code %i', (version, code) => {
    const pretend = `data:text/javascript,${encodeURIComponent(
      `Object.defineProperty(process.versions, 'node', { value: '${version}' });`,
    )}`;
    const run = spawnSync(process.execPath, ['--import', pretend, BIN, '--version'], { encoding: 'utf8' });
    expect(run.status).toBe(code);
  });

  it('is refused by name where it is Deno, which passes for a Node', () => {
    const pretend = `data:text/javascript,${encodeURIComponent(
      "Object.defineProperty(process.versions, 'deno', { value: '2.9.6' });",
    )}`;
    const run = spawnSync(process.execPath, ['--import', pretend, BIN, 'verify', 'file'], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toMatch(/^k8s-verify does not run on Deno, whose crypto refuses genuine .*\n$/);
  });

  it.skipIf(spawnSync('deno', ['--version']).error !== undefined)(
    'is refused by name where it is Deno itself (needs deno on PATH)',
    () => {
      const run = spawnSync('deno', ['run', '--allow-all', BIN, '--version'], { encoding: 'utf8' });
      expect(run).toMatchObject({ status: 1, stdout: '' });
      expect(run.stderr).toContain('k8s-verify does not run on Deno');
      const library = pathToFileURL(path.join(ROOT, 'dist/index.js')).href;
      const program = `
      const { createClient } = await import(${JSON.stringify(library)});
      try {
        createClient();
      } catch (error) {
        console.log(error.code, error.message);
      }`;
      const called = spawnSync('deno', ['eval', program], { encoding: 'utf8' });
      expect(called.stdout).toBe('machine-cannot-judge k8s-verify does not run on Deno\n');
    },
  );

  it('is the same range as the package asks for', () => {
    const manifest: { readonly engines: { readonly node: string } } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    );
    expect(manifest.engines.node).toBe('^22.22.2 || ^24.15.0 || >=26.0.0');
  });

  it('can parse the first script: it has no syntax that is newer than Node 8', () => {
    const script = readFileSync(BIN, 'utf8').replaceAll(/^(?:#!|\s*\/\/).*$/gm, '');
    expect(script).not.toMatch(/\b(?:const|let|await|async|class)\b|=>|\?\.|\?\?|`/);
  });
});
