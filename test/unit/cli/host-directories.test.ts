import { symlinkSync, writeFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostDirectories } from '../../../src/cli/host-directories.ts';
import { defaultInstallDirectory } from '../../../src/plan/destination.ts';
import { testDir } from '#support/test-dir';

describe('this machine', () => {
  it('has a directory to install into', () => {
    expect(isAbsolute(defaultInstallDirectory(hostDirectories()).path)).toBe(true);
  });

  it('tells a writable directory from a file and from nothing', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '', { mode: 0o777 });
    const { isWritable } = hostDirectories();
    expect([dir.path, dir.join('file'), dir.join('nothing')].map(isWritable)).toEqual([true, false, false]);
  });

  it('knows where a directory could be made', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '', { mode: 0o777 });
    symlinkSync(dir.join('loop'), dir.join('loop'));
    const { canBeWritten } = hostDirectories();
    const able = [dir.path, dir.join('a', 'b', 'c')];
    const unable = [dir.join('file'), dir.join('file', 'a'), dir.join('loop', 'a')];
    expect([...able, ...unable].map(canBeWritten)).toEqual([true, true, false, false, false]);
  });
});
