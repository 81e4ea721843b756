import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import type { HostDirectories } from '../install/destination.ts';

/** This machine, as far as it decides where programs go. */
export function hostDirectories(): HostDirectories {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    isWritable(directory) {
      try {
        accessSync(directory, constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}
