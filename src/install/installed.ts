import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import type { Digest } from '../evidence/evidence.ts';
import { diskError, isAbsent } from './disk-error.ts';
import { hashFile } from './hash-file.ts';
import { inspectDestination } from './inspect-destination.ts';
import { EXECUTABLE_MODE } from './place.ts';

const WRITABLE_BY_ALL = 0o002;

/** What is at a destination, against what is proved. */
export type Installed =
  | { readonly kind: 'absent' }
  /** Another version, or a changed file. */
  | { readonly kind: 'different' }
  /** Exactly the proven bytes: nothing need be done. `modeFixed`: its mode would not do, and was set. */
  | { readonly kind: 'same'; readonly modeFixed: boolean };

/**
 * Whether the destination already holds the proven bytes. Such a file is left alone, its owner, times and mode
 * included; only a program that this user could not run, or that everybody could change, is given mode 0755, as an
 * install of the same bytes would.
 *
 * @throws InstallError as {@link inspectDestination} and `destination-unwritable` when the mode cannot be set;
 *   a file that cannot be read counts as different.
 */
export async function existingInstall(
  destination: string,
  proven: Digest,
  options: { readonly mode: number; readonly signal?: AbortSignal | undefined },
): Promise<Installed> {
  if ((await inspectDestination(destination)) === 'absent') return { kind: 'absent' };
  let handle: FileHandle;
  try {
    handle = await open(destination, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    return { kind: isAbsent(error) ? 'absent' : 'different' };
  }
  try {
    if ((await hashFile(handle, proven.algorithm, options.signal)) !== proven.hex)
      return { kind: 'different' };
    return { kind: 'same', modeFixed: await repairMode(handle, destination, options.mode) };
  } catch (error) {
    throw diskError(error, `read ${destination}`, destination);
  } finally {
    await handle.close();
  }
}

async function repairMode(handle: FileHandle, path: string, mode: number): Promise<boolean> {
  if (mode !== EXECUTABLE_MODE) return false;
  if (!(await mayRun(path))) {
    await handle.chmod(mode);
    return true;
  }
  const before = (await handle.stat()).mode;
  if ((before & WRITABLE_BY_ALL) === 0) return false;
  // Where there are no modes (FAT, Windows), or the file is another user's, it stays as it is.
  await handle.chmod(mode).catch(() => undefined);
  return (await handle.stat()).mode !== before;
}

async function mayRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
