import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, type RunOptions } from '#support/run-cli';
import { createTempDir, snapshot, type TempDir } from '#support/temp-dir';
import { ROOT } from './packed.ts';

const HELPER = path.join(import.meta.dirname, 'plant-compiled-code.ts');

async function answer(args: readonly string[], options: RunOptions): Promise<object> {
  const { exitCode, stdout, stderr } = await runCli(args, options);
  return { args, exitCode, stdout, stderr };
}

describe('code that another user put where compiled code was kept', () => {
  let home: TempDir;
  let empty: TempDir;
  beforeAll(async () => {
    [home, empty] = await Promise.all([createTempDir('k8s-verify-home-'), createTempDir('k8s-verify-home-')]);
    await promisify(execFile)(process.execPath, [HELPER, home.path, path.join(ROOT, 'dist/cli')]);
    return () => Promise.all([home.remove(), empty.remove()]);
  });

  it.each([
    ['the home', {}],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: 'home' }],
    ['NODE_COMPILE_CACHE', { NODE_COMPILE_CACHE: 'home' }],
    ['LOCALAPPDATA', { LOCALAPPDATA: 'home' }],
  ] as const)('changes no verdict and no other answer, with the directory in %s', async (_, variables) => {
    const file = empty.join('kubectl');
    writeFileSync(file, 'this is not signed');
    writeFileSync(`${file}.sigstore.json`, '{}');
    const naming = ({ path: directory }: TempDir): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.keys(variables).map((name) => [name, directory] as const));
    for (const args of [['verify', file], ['list', 'v1.30.2'], ['completion', 'bash'], ['--version']]) {
      const planted = await answer(args, { home: home.path, env: naming(home) });
      expect(planted).toEqual(await answer(args, { home: empty.path, env: naming(empty) }));
    }
  });

  it('is neither replaced nor added to, and none is kept elsewhere', async () => {
    const before = await snapshot(home.path);
    for (const args of [
      ['list', 'v1.30.2'],
      ['completion', 'bash'],
    ]) {
      expect(await runCli(args, { home: home.path })).toMatchObject({ exitCode: 0 });
      await using fresh = await createTempDir('k8s-verify-home-');
      expect(await runCli(args, { home: fresh.path })).toMatchObject({ exitCode: 0 });
      expect(await snapshot(fresh.path)).toEqual({});
    }
    expect(await snapshot(home.path)).toEqual(before);
  });
});
