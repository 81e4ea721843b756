import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { diskError } from './disk-error.ts';
import { privateName } from './leftovers.ts';
import { inspectDestination } from './inspect-destination.ts';
import { DATA_MODE } from './place.ts';

/** A small file of our own making, complete and durable under a private name, that waits to be given its real one. */
export interface StagedFile {
  /** Gives it its name with one rename. */
  place(): Promise<void>;
  /** Removes it where it was not placed. Never throws. */
  discard(): Promise<void>;
}

/**
 * Writes `bytes` beside `path`. Unlike an artifact, what it holds is ours and needs no proof: a bundle, a record.
 *
 * @throws InstallError where the disk says no, or something that is not a plain file has the name.
 */
export async function stageFile(path: string, bytes: Uint8Array): Promise<StagedFile> {
  const destination = resolve(path);
  const staging = join(dirname(destination), privateName('part'));
  const discard = async (): Promise<void> => rm(staging, { force: true }).catch(() => undefined);
  try {
    await inspectDestination(destination);
    await writeDurably(staging, bytes);
  } catch (error) {
    await discard();
    throw diskError(error, `write ${basename(destination)}`, destination);
  }
  const place = async (): Promise<void> => {
    try {
      await rename(staging, destination);
    } catch (error) {
      throw diskError(error, `put ${basename(destination)} in place`, destination);
    }
  };
  return { place, discard };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle: FileHandle = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
    DATA_MODE,
  );
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
