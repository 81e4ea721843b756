import { join } from 'node:path';
import { InstallError } from '../errors.ts';

/** @throws TypeError if it is not a single part of a path; InstallError if Windows reads more than a name in it. */
export function assertEntryName(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || join(name) !== name) {
    throw new TypeError(`${JSON.stringify(name)} is not the name of an entry`);
  }
  if (process.platform === 'win32' && /[\\:]/.test(name)) {
    throw new InstallError('destination-unsuitable', `${name} cannot be a file name on Windows`, {
      wanted: 'a name without \\ and :',
      next: 'choose another file name with --output',
    });
  }
}
