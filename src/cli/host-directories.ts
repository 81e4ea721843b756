import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { HostDirectories } from '../install/destination.ts';

/** This machine and this user, as far as they decide where programs go. */
export function hostDirectories(): HostDirectories {
  return {
    platform: process.platform,
    env: process.env,
    home: homedirOrNone(),
    isWritable: isWritableDirectory,
  };
}

function homedirOrNone(): string | undefined {
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
