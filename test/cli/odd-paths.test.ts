import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { snapshot } from '#support/temp-dir';
import { localWorld } from './local-world.ts';

const KUBECTL = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64'];
/** A zero-width non-joiner, as Persian words have it. */
const NON_JOINER = 'خانه\u200cها';

describe.skipIf(process.platform === 'win32')('a path that does not fit a line (needs POSIX names)', () => {
  it.each([
    ['a newline', 'bin\n/usr/bin/other'],
    ['a carriage return', 'bin\rother'],
    ['an escape', 'bin\u001b[2J'],
    ['a line separator', 'bin\u2028other'],
  ])('with %s is refused for an install before anything is asked for', async (_, name) => {
    const world = await localWorld();
    const before = await snapshot(world.dir.path);
    const { exitCode, stdout, stderr } = await world.run([
      ...KUBECTL,
      ...world.options,
      '--install-dir',
      name,
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^k8s-verify: error: the path .* cannot be printed on a line\n/);
    expect(stderr).toMatch(/^ {2}next +.*--json/m);
    expect(await snapshot(world.dir.path)).toEqual(before);
    expect(world.releases.http.requests).toEqual([]);
  });

  it('is refused where the working directory makes it so', async () => {
    const world = await localWorld();
    const cwd = world.dir.join('two\nlines');
    await mkdir(cwd);
    const { exitCode } = await world.run([...KUBECTL, ...world.options, '--output', 'kubectl'], { cwd });
    expect(exitCode).toBe(2);
  });

  it('is refused for a file to verify, and for a directory to unpack into', async () => {
    const world = await localWorld();
    await writeFile(world.dir.join('a\nb.tar'), 'x');
    for (const args of [['a\nb.tar'], ['a.tar', '--extract', '--output', 'c\nd']]) {
      expect(await world.run(['verify', ...args])).toMatchObject({ exitCode: 2, stdout: '' });
    }
  });

  it('is told exactly with --json', async () => {
    const world = await localWorld();
    const args = [...KUBECTL, ...world.options, '--install-dir', 'two\nlines', '--json'];
    const { exitCode, stdout } = await world.run(args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      artifacts: [{ path: world.dir.join('two\nlines', 'kubectl') }],
    });
  });
});

describe('a path of any other letters', () => {
  it('is printed as it is', async () => {
    const world = await localWorld();
    const args = [...KUBECTL, ...world.options, '--install-dir', `${NON_JOINER} \\u000a 日本`];
    const { exitCode, stdout } = await world.run(args);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `${world.dir.join(`${NON_JOINER} \\u000a 日本`, 'kubectl')}\n`,
    });
  });
});
