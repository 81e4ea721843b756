import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';

const MODULES = [
  'local-sigstore',
  'release-server',
  'proxy',
  'run-cli',
  'run-program',
  'temp-dir',
  'http/faults',
  'http/large-bodies',
  'http/tls',
];

it('is importable by a program without vitest', async () => {
  const dir = await testDir();
  const imports = MODULES.map((name) => {
    const url = new URL(`../support/${name}.ts`, import.meta.url);
    return `console.log(Object.keys(await import(${JSON.stringify(url.href)})).length > 0);`;
  });
  writeFileSync(dir.join('script.mjs'), imports.join('\n'));
  const result = await runCli([], { script: dir.join('script.mjs') });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'true\n'.repeat(MODULES.length) });
});
