import type { FileHandle } from 'node:fs/promises';

/**
 * Sets the mode, regardless of the umask. If the file system cannot set modes (FAT, some network shares, Windows'
 * disks under Linux), the fixed mode of the mount is accepted as long as it is wide enough.
 */
export async function setMode(handle: FileHandle, mode: number): Promise<void> {
  try {
    await handle.chmod(mode);
  } catch (error) {
    const given = (await handle.stat()).mode;
    if ((given & mode) !== mode) throw error;
  }
}
