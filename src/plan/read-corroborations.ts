import { RequestError } from '../errors.ts';
import { readUpTo } from '../files/local-file.ts';
import { unreadableFile } from '../files/unreadable-file.ts';
import { MAX_CORROBORATION_BYTES } from '../limits.ts';
import { type OthersDigests, readOthersDigests } from '../records/others-digests.ts';
import type { ReleaseVersion } from '../release/version.ts';

/** A file with digests that others recorded. */
export interface ReadCorroboration extends OthersDigests {
  /** As it was named. */
  readonly file: string;
}

/**
 * Reads the files that are to be compared, before a file of the release is asked for.
 *
 * @throws RequestError `file-not-readable`, or `usage` for one that is no such file.
 */
export async function readCorroborations(
  files: readonly string[],
  version: ReleaseVersion,
): Promise<readonly ReadCorroboration[]> {
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readUpTo(file, MAX_CORROBORATION_BYTES).catch((cause: unknown) => {
        throw unreadableFile(`the file ${file}`, cause, { next: 'check the name after --corroborate' });
      });
      if (bytes !== undefined) return { file, ...readOthersDigests(bytes, file, version) };
      throw new RequestError('usage', `${file} is too large`, {
        wanted: `at most ${MAX_CORROBORATION_BYTES} bytes`,
        found: 'more',
        next: 'name a list of digests after --corroborate',
      });
    }),
  );
}
