import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import type { Digest } from '../evidence/evidence.ts';
import { diskError } from './disk-error.ts';
import { hashFile } from './hash-file.ts';
import { inspectDestination } from './inspect-destination.ts';
import { EXECUTABLE_MODE } from './place.ts';

const WRITABLE_BY_ALL = 0o002;

/**
 * Whether the destination already holds the proven bytes. Such a file is left alone, its owner, times and mode
 * included; only a program that this user could not run, or that everybody could change, is given mode 0755, as an
 * install of the same bytes would.
 *
 * @throws InstallError as {@link inspectDestination} and `destination-unwritable` when the mode cannot be set;
 *   a file that cannot be read counts as another one.
 */
export async function isInstalled(
  destination: string,
  proven: Digest,
  options: { readonly mode: number; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  if ((await inspectDestination(destination)) === 'absent') return false;
  let handle: FileHandle;
  try {
    handle = await open(destination, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch {
    return false;
  }
  try {
    if ((await hashFile(handle, proven.algorithm, options.signal)) !== proven.hex) return false;
    if (options.mode === EXECUTABLE_MODE) await makeRunnable(handle, destination);
    return true;
  } catch (error) {
    throw diskError(error, `read ${destination}`, destination);
  } finally {
    await handle.close();
  }
}

async function makeRunnable(handle: FileHandle, path: string): Promise<void> {
  if (!(await mayRun(path))) return handle.chmod(EXECUTABLE_MODE);
  if (((await handle.stat()).mode & WRITABLE_BY_ALL) === 0) return;
  // Where there are no modes (FAT, Windows), or the file is another user's, it stays as it is.
  await handle.chmod(EXECUTABLE_MODE).catch(() => undefined);
}

async function mayRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
