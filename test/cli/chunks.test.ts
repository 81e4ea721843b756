/** Which chunks of the command line a run loads, and when: each takes a third of a millisecond, and its code much more. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';
import { type LocalWorld, localWorld } from './local-world.ts';

const RECORDER = fileURLToPath(new URL('record-chunks.cjs', import.meta.url));
const CONNECTS = '(connects)';

/** The chunks in the order in which they are loaded, and when the run first connects. */
async function chunksOf(args: readonly string[], cwd?: string): Promise<readonly string[]> {
  const dir = await testDir();
  const events = dir.join('chunks.json');
  const { exitCode, stderr } = await runCli(args, {
    ...(cwd === undefined ? {} : { cwd }),
    nodeArguments: ['--require', RECORDER],
    env: { TEST_CHUNKS_FILE: events },
  });
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(await readFile(events, 'utf8'));
}

const INSTALL = ['install', 'kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--install-dir', 'bin'];

async function installed(world: LocalWorld): Promise<readonly string[]> {
  return chunksOf([...INSTALL, ...world.options, '--save-bundle'], world.dir.path);
}

describe('the chunks of the command line', () => {
  it('are few for --version and for --help', async () => {
    expect(await chunksOf(['--version'])).toEqual(['version']);
    const help = await chunksOf(['--help']);
    expect(help).toEqual(expect.arrayContaining(['words', 'help']));
    expect(help).not.toContain('run');
    expect(help.length).toBeLessThan(6);
  });

  it('of an install: the first request leaves before the code of the proof and of the names is loaded', async () => {
    const events = await installed(await localWorld());
    const [before, after] = [
      events.slice(0, events.indexOf(CONNECTS)),
      events.slice(events.indexOf(CONNECTS) + 1),
    ];
    expect(before).toEqual(expect.arrayContaining(['install', 'download', 'undici']));
    expect(after).toEqual(expect.arrayContaining(['proof', 'place']));
    expect(before.length).toBeLessThan(14);
    expect(events.length).toBeLessThan(18);
  });

  it('of a verification with its bundle: nothing of the network, of placing and of archives', async () => {
    const world = await localWorld();
    await installed(world);
    const events = await chunksOf(['verify', 'bin/kubectl', ...world.options], world.dir.path);
    expect(events).toContain('proof');
    for (const name of [CONNECTS, 'install', 'download', 'undici', 'place', 'read-archive', 'refresh-root']) {
      expect(events).not.toContain(name);
    }
    expect(events.length).toBeLessThan(12);
  });
});
