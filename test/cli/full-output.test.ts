import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLI_PATH } from '#support/run-cli';
import { type ProgramRun, runProgram } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { localWorld, type LocalWorld } from './local-world.ts';

const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--install-dir', 'bin'];

/** The command with one of its outputs on a disk that is always full. */
function withFull(
  stream: 'stdout' | 'stderr',
  world: LocalWorld,
  args: readonly string[],
): Promise<ProgramRun> {
  const redirection = stream === 'stdout' ? '>/dev/full' : '2>/dev/full';
  return runProgram(['sh', '-c', `exec "$@" ${redirection}`, 'sh', process.execPath, CLI_PATH, ...args], {
    cwd: world.dir.path,
    env: { PATH: process.env['PATH'], HOME: world.dir.path },
  });
}

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written (needs /dev/full)', () => {
  it.each<readonly [string, readonly string[]]>([
    ['a path', [...KUBECTL, '--quiet']],
    ['JSON', [...KUBECTL, '--quiet', '--json']],
    ['help', ['--help']],
    ['the version', ['--version']],
  ])('fails a run whose result is %s, in one line', async (_, args) => {
    const world = await localWorld();
    const { exitCode, stderr } = await withFull('stdout', world, [
      ...args,
      ...(args.length > 1 ? world.options : []),
    ]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'k8s-verify: the result cannot be written to standard output: ENOSPC\n',
    });
  });

  it.each([[[]], [['--json']]])('leaves a failed run its own code, with %j', async (more) => {
    const world = await localWorld();
    world.releases.publishFile(world.kubectl.path, 'something else');
    const { exitCode } = await withFull('stdout', world, [...KUBECTL, ...world.options, ...more]);
    expect(exitCode).toBe(12);
  });

  it('changes nothing of a run that has only its prose there', async () => {
    const world = await localWorld();
    const { exitCode, stdout } = await withFull('stderr', world, [...KUBECTL, ...world.options]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${world.dir.join('bin', 'kubectl')}\n` });
  });

  it('leaves nothing staged of a run that fails without being able to say so', async () => {
    const world = await localWorld();
    world.releases.publishFile(world.kubectl.path, 'something else');
    const before = await snapshot(world.dir.path);
    const { exitCode, stdout } = await withFull('stderr', world, [
      ...KUBECTL,
      ...world.options,
      '--data-dir',
      (await testDir()).path,
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 12, stdout: '' });
    expect(await snapshot(world.dir.path)).toEqual(before);
  });
});
