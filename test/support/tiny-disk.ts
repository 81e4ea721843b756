import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, for tests that fill one up. */
export interface TinyDisk {
  readonly path: string;
  /** From here on nothing on it can be changed, by anybody. */
  makeReadOnly(): void;
  unmount(): void;
}

/**
 * Mounts a tmpfs with the given options (`size=1m`, `nr_inodes=4`). It takes root on Linux; elsewhere such tests are
 * skipped, by {@link CAN_MOUNT}.
 */
export function mountTinyDisk(options: string): TinyDisk {
  const path = mkdtempSync(join(tmpdir(), 'k8s-verify-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=0755`, 'k8s-verify-test', path], {
      stdio: 'pipe',
    });
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
  return {
    path,
    makeReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', path], { stdio: 'pipe' }),
    unmount: () => {
      // Lazily, so that a failing test that still has a file open leaves no mount behind.
      execFileSync('umount', ['-l', path], { stdio: 'pipe' });
      rmdirSync(path);
    },
  };
}

/** Whether this user may mount a tmpfs here. */
export const CAN_MOUNT: boolean = mayMount();

function mayMount(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    mountTinyDisk('size=64k').unmount();
    return true;
  } catch {
    return false;
  }
}
