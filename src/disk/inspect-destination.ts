import { lstat, readlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { excerpt } from '../encoding/base64.ts';
import { InstallError } from '../errors.ts';
import { diskError, isAbsent } from './disk-error.ts';

/**
 * Whether a file can be put at the path: nothing is there, or a regular file that is replaced. Changes nothing; a run
 * calls it before it downloads, and placing calls it again.
 *
 * A symbolic link is refused: to write through it would change a file that nobody named, and to replace it would
 * silently undo somebody's arrangement (alternatives, Homebrew and version managers all link /usr/local/bin/kubectl).
 *
 * @throws InstallError `destination-unsuitable`; `destination-unwritable` where the directory may not even be searched.
 */
export async function inspectDestination(destination: string): Promise<'absent' | 'file'> {
  const path = resolve(destination);
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return 'absent';
    throw diskError(error, `look at ${path}`, path);
  }
  if (found.isFile()) return 'file';
  if (found.isSymbolicLink()) {
    const target = await readlink(path).catch(() => '');
    throw new InstallError('destination-unsuitable', `${path} is a symbolic link`, {
      expected: 'a regular file, or nothing',
      found: `a link to ${excerpt(target, 200)}`,
      why: 'writing through a link changes a file that was not named, and replacing it undoes what somebody set up',
      advice: `remove the link first (rm ${path}), or install to its target with --output, or elsewhere with --install-dir`,
    });
  }
  const directory = found.isDirectory();
  throw new InstallError(
    'destination-unsuitable',
    `${path} is ${directory ? 'a directory' : 'not a regular file'}`,
    {
      expected: 'a regular file, or nothing',
      found: directory ? 'a directory' : 'a device, pipe or socket',
      advice: directory
        ? `to install into it, use --install-dir ${path}`
        : 'name another place with --install-dir or --output',
    },
  );
}
