import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { HostDirectories } from '../plan/destination.ts';

/** This machine and this user, as far as they decide where programs go. */
export function hostDirectories(): HostDirectories {
  return {
    platform: process.platform,
    env: process.env,
    home: homedirOrNone(),
    isWritable: isWritableDirectory,
    canBeWritten,
  };
}

export function homedirOrNone(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function isWritableDirectory(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return statSync(directory).isDirectory();
  } catch {
    return false;
  }
}

/** A missing directory can be created if its nearest existing parent is writable. */
function canBeWritten(directory: string): boolean {
  if (isWritableDirectory(directory)) return true;
  const parent = dirname(directory);
  return parent !== directory && isMissing(directory) && canBeWritten(parent);
}

function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
