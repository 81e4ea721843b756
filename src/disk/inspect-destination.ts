import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { excerpt } from '../text/excerpt.ts';
import { InstallError } from '../errors.ts';
import { diskError, isAbsent } from './disk-error.ts';
import type { Entry } from './replace-file.ts';
import { quoted } from '../text/quoted.ts';

/**
 * Checks that a file can be put at the path: either nothing is there, or a regular file that will be replaced.
 * Changes nothing. A run calls it before the download; placing checks again in the directory that it holds ({@link
 * inspectEntry}).
 *
 * A symbolic link is refused. Writing through it would change a file that the user did not name. Replacing it would
 * silently undo a set-up: alternatives, Homebrew and version managers all make /usr/local/bin/kubectl a link.
 *
 * @throws InstallError `destination-unsuitable`; `destination-unwritable` if we may not even search the directory.
 */
export async function inspectDestination(destination: string): Promise<'absent' | 'file'> {
  const path = resolve(destination);
  return inspect(path, lstat(path, { bigint: true }));
}

/** The same for a name in a held directory. */
export async function inspectEntry({ directory, name }: Entry): Promise<'absent' | 'file'> {
  return inspect(join(directory.path, name), directory.lstat(name));
}

async function inspect(path: string, looking: Promise<BigIntStats>): Promise<'absent' | 'file'> {
  let found: BigIntStats;
  try {
    found = await looking;
  } catch (error) {
    if (isAbsent(error)) return 'absent';
    throw diskError(error, `check ${path}`, path);
  }
  if (found.isFile()) return 'file';
  if (found.isSymbolicLink()) {
    const target = await readlink(path).catch(() => '');
    throw new InstallError('destination-unsuitable', `${path} is a symbolic link`, {
      wanted: 'a regular file, or nothing',
      found: `a link to ${excerpt(target, 200)}`,
      why: 'writing through the link would change a file that you did not name; replacing it would undo an existing set-up',
      next: `remove the link first (rm ${quoted(path)}), or install to its target with --output, or elsewhere with --install-dir`,
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
        : 'choose another place with --install-dir or --output',
    },
  );
}
