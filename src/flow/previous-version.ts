import { readOccupant } from '../disk/installed.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { readName } from './name.ts';

/**
 * The version of the file that a new one is about to replace, for the sentence that says so. The file is foreign and not
 * proved: it is read and never run, and only a version of the same component counts, in the form of Kubernetes' versions.
 *
 * @param maxBytes a larger file is not read.
 * @returns undefined where the file says nothing of that kind, or cannot be read.
 */
export async function previousVersion(
  destination: string,
  component: string,
  maxBytes: number,
): Promise<string | undefined> {
  // If the old file cannot be read, its version stays unknown. It is replaced anyway, and placing checks the path again.
  const claimed = await readOccupant(destination, maxBytes, readName).catch(() => undefined);
  if (claimed?.component !== component) return undefined;
  return claimed.version === undefined ? claimed.markedVersion : formatReleaseVersion(claimed.version);
}
