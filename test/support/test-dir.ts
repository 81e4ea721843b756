import { onTestFinished } from 'vitest';
import { createTempDir, type TempDir } from './temp-dir.ts';

/** A temporary directory that is removed when the running test ends. */
export async function testDir(): Promise<TempDir> {
  const directory = await createTempDir();
  onTestFinished(() => directory.remove());
  return directory;
}
