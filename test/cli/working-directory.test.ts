import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CLI_PATH } from '#support/run-cli';
import { type ProgramRun, runProgram } from '#support/run-program';
import { localWorld, type LocalWorld } from './local-world.ts';

/** Runs the command in a directory that its shell has removed. */
async function inRemovedDirectory(world: LocalWorld, args: readonly string[]): Promise<ProgramRun> {
  const cwd = world.dir.join('gone');
  await mkdir(cwd);
  const command = 'rmdir "$PWD" && exec "$@"';
  return runProgram(['sh', '-c', command, 'sh', process.execPath, CLI_PATH, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: world.dir.path },
  });
}

const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64'];

describe.skipIf(process.platform === 'win32')('a working directory that is gone (needs POSIX)', () => {
  it.each<readonly [string, readonly string[]]>([
    ['an install into a relative directory', [...KUBECTL, '--install-dir', 'bin']],
    ['an install into a relative file', [...KUBECTL, '--output', 'kubectl']],
    ['a tarball that is unpacked where one is', ['kubernetes-client', 'v1.26.4', '--extract']],
  ])('is told in plain words for %s', async (_, args) => {
    const world = await localWorld();
    const { exitCode, stdout, stderr } = await inRemovedDirectory(world, [...args, ...world.options]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^k8s-verify: error: the working directory is gone$/m);
    expect(stderr).toMatch(/^ {2}next +change to another directory/m);
    expect(stderr).not.toMatch(/bug|\n +at /);
  });

  it('is an object for a program, too', async () => {
    const world = await localWorld();
    const args = [...KUBECTL, '--install-dir', 'bin', ...world.options, '--json'];
    const { stdout } = await inRemovedDirectory(world, args);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 2, error: { code: 'file-not-readable' } });
  });

  it('is no matter where every path is absolute', async () => {
    const world = await localWorld();
    const args = [...KUBECTL, '--install-dir', world.dir.join('bin'), ...world.options];
    const { exitCode, stdout } = await inRemovedDirectory(world, args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${world.dir.join('bin', 'kubectl')}\n` });
  });
});
