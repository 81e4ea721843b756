import { excerpt } from '../text/excerpt.ts';
import { InstallError } from '../errors.ts';

/** Longer than {@link excerpt}'s usual bound: a path is only of use whole. */
const SHOWN_CHARACTERS = 200;

/** What an archive may hold, for the message that names what it held instead. */
const ACCEPTED =
  'regular files and directories with plain, distinct names that stay inside, and nothing else';

/** `archive-rejected` for one member, by name. */
export function rejectedMember(path: string, found: string, why: string): InstallError {
  return new InstallError(
    'archive-rejected',
    `the archive holds ${excerpt(path, SHOWN_CHARACTERS)}, ${found}`,
    {
      wanted: ACCEPTED,
      found,
      why,
      next: 'nothing was unpacked; keep the archive as a file, and look at it before you unpack it by other means',
    },
  );
}

/** `archive-rejected` for the archive as a whole. */
export function rejectedArchive(found: string, cause?: unknown): InstallError {
  return new InstallError('archive-rejected', `the archive cannot be unpacked: ${found}`, {
    wanted: 'one complete tar archive, plain or packed with gzip, and nothing after it',
    found,
    why: 'programs differ in what they make of such an archive',
    next: 'nothing was unpacked; keep the archive as a file',
    ...(cause === undefined ? {} : { cause }),
  });
}
