/**
 * Executables for other machines, run by programs that stand in for these: linux-arm64 by QEMU with the libraries of the
 * container image, win-x64 by Wine. What is tried is what a release tries before it signs.
 */
import { execFile, spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { areAtHand, unpackPackages } from '../../scripts/container/debian-packages.ts';
import { isAtHand, nodeBinary } from '../../scripts/executable/node-binary.ts';
import { packExecutable } from '../../scripts/executable/pack.ts';
import { builderFor, executableName, type Target, targetNamed } from '../../scripts/executable/targets.ts';
import { ROOT } from '../package/packed.ts';
import { createTempDir, type TempDir } from '#support/temp-dir';

const run = promisify(execFile);
const has = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const onX64 = process.platform === 'linux' && process.arch === 'x64';
const canBuild = (target: Target): boolean => onX64 && isAtHand(target) && isAtHand(builderFor(target));

const arm = targetNamed('linux-arm64');
const windows = targetNamed('win-x64');
const QEMU = 'qemu-aarch64-static';

let built: TempDir;
beforeAll(async () => {
  built = await createTempDir('k8s-verify-foreign-');
});
afterAll(() => built.remove());

async function build(target: Target): Promise<string> {
  await run(process.execPath, ['scripts/build-executable.ts', '--out', built.path, target.name], {
    cwd: ROOT,
  });
  return built.join(executableName(target));
}

async function tried(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await run(process.execPath, [path.join(ROOT, 'scripts/try-executable.ts'), ...command], {
    env,
  });
  return stdout;
}

describe.skipIf(!canBuild(arm) || !areAtHand('arm64') || !has(QEMU))(
  `the executable for linux-arm64 (needs ${QEMU}, the Node packages and Debian's)`,
  () => {
    it('proves and refuses under QEMU', async () => {
      const executable = await build(arm);
      unpackPackages('arm64', built.join('arm64'));
      expect(await tried([QEMU, '-L', built.join('arm64'), executable])).toContain('2 proofs');
    });
  },
);

const here = targetNamed('linux-x64');
describe.skipIf(!canBuild(here) || !has('xz'))('the archive of a release (needs Linux x64 and xz)', () => {
  it('is a quarter of its executable, which runs when it is unpacked', async () => {
    const executable = await build(here);
    const archive = await packExecutable(here, built.path);
    expect(statSync(archive).size).toBeLessThan(statSync(executable).size / 4);
    await run('tar', ['-xJf', archive, '-C', built.path, 'k8s-verify']);
    expect(await tried([built.join('k8s-verify')])).toContain('2 proofs');
  });
});

/** Node under Wine cannot write to a pipe of Unix, so what it says goes through files. */
const THROUGH_FILES =
  '#!/bin/sh\nat=$(mktemp -d)\nwine "$@" >"$at/out" 2>"$at/err"\ncode=$?\ncat "$at/out"\ncat "$at/err" >&2\nrm -r "$at"\nexit $code\n';

function wineIn(directory: TempDir): { readonly command: string; readonly env: NodeJS.ProcessEnv } {
  const command = directory.join('wine-through-files');
  writeFileSync(command, THROUGH_FILES, { mode: 0o755 });
  const wine = { WINEPREFIX: directory.join('prefix'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };
  return { command, env: { ...process.env, ...wine } };
}

/** A Wine that is too old for Node says nothing of our program. */
async function wineRunsNode(): Promise<boolean> {
  if (!has('wine') || !canBuild(windows)) return false;
  const directory = await createTempDir('k8s-verify-wine-');
  try {
    const { command, env } = wineIn(directory);
    const node = await nodeBinary(windows, directory.path);
    const { stdout } = spawnSync(command, [node, '-p', '6 * 7'], { env, encoding: 'utf8', timeout: 120_000 });
    return stdout.trim() === '42';
  } finally {
    await directory.remove();
  }
}

const wine = await wineRunsNode();
describe.skipIf(!wine)(
  'the executable for win-x64 (needs a Wine that runs Node 24, and the Node packages)',
  () => {
    it('proves and refuses under Wine', async () => {
      const executable = await build(windows);
      const { command, env } = wineIn(built);
      const seen = ['--directory', built.join('try'), '--seen-as', `Z:${built.join('try')}`];
      expect(await tried([...seen, command, executable], env)).toContain('2 proofs');
    });
  },
);
