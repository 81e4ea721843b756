import { excerpt } from '../text/excerpt.ts';
import { InstallError } from '../errors.ts';

/** Longer than {@link excerpt}'s usual limit, because a path only helps in full. */
const SHOWN_CHARACTERS = 200;

/** What an archive may contain, for messages. */
const ACCEPTED = 'only regular files and directories, with plain, distinct names that stay inside';

/** `archive-rejected` for one member, by name. */
export function rejectedMember(path: string, found: string, why: string): InstallError {
  return new InstallError(
    'archive-rejected',
    `the archive contains ${excerpt(path, SHOWN_CHARACTERS)}, ${found}`,
    {
      wanted: ACCEPTED,
      found,
      why,
      next: 'nothing was unpacked; keep the archive as a file, and inspect it before you unpack it another way',
    },
  );
}

/** `archive-rejected` for the archive as a whole. */
export function rejectedArchive(found: string, cause?: unknown): InstallError {
  return new InstallError('archive-rejected', `the archive cannot be unpacked: ${found}`, {
    wanted: 'one complete tar archive, plain or packed with gzip, and nothing after it',
    found,
    why: 'programs disagree on how to read such an archive',
    next: 'nothing was unpacked; keep the archive as a file',
    ...(cause === undefined ? {} : { cause }),
  });
}
