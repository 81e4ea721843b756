import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A disk of its own, for tests that fill one up. */
export interface TestDisk {
  readonly path: string;
  /** From here on nothing on it can be changed, even by root. */
  makeReadOnly(): void;
}

/**
 * A tmpfs with the given options (`size=1m`, `nr_inodes=4`), until the running test ends. It takes root on Linux;
 * elsewhere such tests are skipped, by {@link CAN_MOUNT}.
 */
export function testDisk(options: string): TestDisk {
  const path = mount(options);
  onTestFinished(() => unmount(path));
  return {
    path,
    makeReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', path], { stdio: 'pipe' }),
  };
}

function mount(options: string): string {
  const path = mkdtempSync(join(tmpdir(), 'k8s-verify-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=0755`, 'k8s-verify-test', path], {
      stdio: 'pipe',
    });
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
  return path;
}

function unmount(path: string): void {
  // Lazily, so that a failing test that still has a file open leaves no mount behind.
  execFileSync('umount', ['-l', path], { stdio: 'pipe' });
  rmdirSync(path);
}

/** Whether this user may mount a tmpfs here. */
export const CAN_MOUNT: boolean = mayMount();

function mayMount(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    unmount(mount('size=64k'));
    return true;
  } catch {
    return false;
  }
}
