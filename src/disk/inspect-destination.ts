import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { excerpt } from '../text/excerpt.ts';
import { InstallError } from '../errors.ts';
import { diskError, isAbsent } from './disk-error.ts';
import type { Entry } from './replace-file.ts';

/**
 * Whether a file can be put at the path: nothing is there, or a regular file that is replaced. Changes nothing; a run
 * calls it before it downloads, and placing asks again of the directory that it holds ({@link inspectEntry}).
 *
 * A symbolic link is refused: to write through it would change a file that nobody named, and to replace it would
 * silently undo somebody's arrangement (alternatives, Homebrew and version managers all link /usr/local/bin/kubectl).
 *
 * @throws InstallError `destination-unsuitable`; `destination-unwritable` where the directory may not even be searched.
 */
export async function inspectDestination(destination: string): Promise<'absent' | 'file'> {
  const path = resolve(destination);
  return inspect(path, lstat(path, { bigint: true }));
}

/** The same of a name in a directory that is held. */
export async function inspectEntry({ directory, name }: Entry): Promise<'absent' | 'file'> {
  return inspect(join(directory.path, name), directory.lstat(name));
}

async function inspect(path: string, looking: Promise<BigIntStats>): Promise<'absent' | 'file'> {
  let found: BigIntStats;
  try {
    found = await looking;
  } catch (error) {
    if (isAbsent(error)) return 'absent';
    throw diskError(error, `look at ${path}`, path);
  }
  if (found.isFile()) return 'file';
  if (found.isSymbolicLink()) {
    const target = await readlink(path).catch(() => '');
    throw new InstallError('destination-unsuitable', `${path} is a symbolic link`, {
      wanted: 'a regular file, or nothing',
      found: `a link to ${excerpt(target, 200)}`,
      why: 'writing through a link changes a file that was not named, and replacing it undoes what somebody set up',
      next: `remove the link first (rm ${path}), or install to its target with --output, or elsewhere with --install-dir`,
    });
  }
  const directory = found.isDirectory();
  throw new InstallError(
    'destination-unsuitable',
    `${path} is ${directory ? 'a directory' : 'not a regular file'}`,
    {
      wanted: 'a regular file, or nothing',
      found: directory ? 'a directory' : 'a device, pipe or socket',
      next: directory
        ? `to install into it, use --install-dir ${path}`
        : 'name another place with --install-dir or --output',
    },
  );
}
