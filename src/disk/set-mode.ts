import type { FileHandle } from 'node:fs/promises';

/**
 * Sets the mode, whatever the umask. Where there are no modes to set (FAT, some network shares, Windows' disks under
 * Linux), the one that the mount gives to all files will do if it allows as much.
 */
export async function setMode(handle: FileHandle, mode: number): Promise<void> {
  try {
    await handle.chmod(mode);
  } catch (error) {
    const given = (await handle.stat()).mode;
    if ((given & mode) !== mode) throw error;
  }
}
