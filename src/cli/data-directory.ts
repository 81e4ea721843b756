/** Where the command line keeps things: what the option or its variable names, or this user's own place. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dataPlaces, type DataPlaces } from '../data/data-places.ts';
import { homedirOrNone } from './host-directories.ts';

export function dataDirectory(given: string | undefined): DataPlaces {
  const { platform, env } = process;
  return dataPlaces({ platform, env, home: homedirOrNone(), isPrivileged: isPrivileged() }, given);
}

function isPrivileged(): boolean {
  return process.platform === 'win32' ? isElevated() : process.geteuid?.() === 0;
}

/** Windows has no user 0. Only administrators whose process is elevated may list this directory. */
function isElevated(): boolean {
  try {
    readdirSync(join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'config'));
    return true;
  } catch {
    return false;
  }
}
