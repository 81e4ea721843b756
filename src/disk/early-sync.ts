import type { FileHandle } from 'node:fs/promises';

/**
 * Starts a disk sync each time this many bytes are written, in parallel with the download, so that `seal` has little
 * left to wait for. This takes 6 ms instead of 250 ms for 1 GiB, and saves seconds on a slow disk.
 */
const SYNC_BYTES = 16 * 1024 * 1024;

/**
 * Syncs of one file that are begun before anything waits for them. Closing the file waits for them.
 *
 * Their failures are kept: the system reports a failed write once, to whichever sync is the next, and a later sync of the
 * same file succeeds although the bytes are lost.
 */
export class EarlySync {
  #unsynced = 0;
  #begun: Promise<unknown> = Promise.resolve();

  /** Call this for each write. */
  wrote(handle: FileHandle, bytes: number): void {
    this.#unsynced += bytes;
    if (this.#unsynced >= SYNC_BYTES) this.begin(handle);
  }

  begin(handle: FileHandle): void {
    this.#unsynced = 0;
    this.#begun = Promise.all([this.#begun, handle.datasync()]);
    // Reported by `done`; until then it must not end the process.
    this.#begun.catch(() => undefined);
  }

  /** Waits for what was begun. System errors are thrown unchanged. */
  async done(): Promise<void> {
    await this.#begun;
  }
}
