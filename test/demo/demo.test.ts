import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ATTACKS } from '../../scripts/demo/attacks.ts';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

const PROGRAM = fileURLToPath(new URL('../../scripts/demo/run.ts', import.meta.url));

/** The demo with temporary files in `dir`; `stop` is called as soon as it has begun its first scene. */
async function demo(dir: TempDir, stop: (child: ReturnType<typeof spawn>) => void): Promise<number | null> {
  const child = spawn(process.execPath, [PROGRAM], {
    // Where the real kubectl is not at hand already, a stand-in is; nothing is fetched.
    env: { PATH: process.env['PATH'], HOME: dir.path, TMPDIR: dir.path, npm_config_offline: 'true' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const began = text.includes('$ k8s-verify');
    text += piece;
    if (!began && text.includes('$ k8s-verify')) stop(child);
  });
  return new Promise((resolve) => {
    child.on('close', resolve);
  });
}

/** npm has files of its own there. */
async function leftBehind(dir: TempDir): Promise<readonly string[]> {
  return (await readdir(dir.path)).filter((name) => name.startsWith('k8s-verify'));
}

it('the demo tells each attack by a title of its own', () => {
  const titles = ATTACKS.map(({ name }) => name);
  expect(titles).toEqual([...new Set(titles)]);
});

describe('the demo cleans up', () => {
  it('when its reader has closed the pipe', async () => {
    const dir = await testDir();
    expect(await demo(dir, (child) => child.stdout?.destroy())).toBe(1);
    expect(await leftBehind(dir)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('on %s', async (signal) => {
    const dir = await testDir();
    expect(await demo(dir, (child) => child.kill(signal))).toBe(130);
    expect(await leftBehind(dir)).toEqual([]);
  });
});
