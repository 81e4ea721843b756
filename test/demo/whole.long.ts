import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { testDir } from '#support/test-dir';

const PROGRAM = fileURLToPath(new URL('../../scripts/demo/run.ts', import.meta.url));

it('the demo runs to its end, and everything went as told', async () => {
  const dir = await testDir();
  // Where the real kubectl is not at hand already, a stand-in is; nothing is fetched.
  const env = { PATH: process.env['PATH'], HOME: dir.path, TMPDIR: dir.path, npm_config_offline: 'true' };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], { env });
  expect(stdout).toContain('== Installing kubectl');
  expect(stdout).toContain('== Attack: the log cannot be reached');
  expect(stdout).not.toContain('NOT AS TOLD');
});
