/**
 * Answers a completion script: `k8s-verify __complete versions`. It opens no connection and says nothing of what it cannot
 * read, because a person is in the middle of a word.
 */
import { openDataStore } from '../data/data-store.ts';
import { compareReleaseVersions, formatReleaseVersion, readReleaseVersion } from '../release/version.ts';
import { dataDirectory } from './data-directory.ts';

/** @returns the releases of which something is kept on this machine, the newest first, one a line */
export async function complete(what: string | undefined): Promise<string> {
  if (what !== 'versions') return '';
  const given = process.env['K8S_VERIFY_DATA_DIR'];
  const data = openDataStore(dataDirectory(given === '' ? undefined : given), () => undefined);
  // A shell takes these as words: names of any other form are left out.
  return (await data.list('manifests'))
    .flatMap((name) => readReleaseVersion(name) ?? [])
    .toSorted((a, b) => compareReleaseVersions(b, a))
    .map((version) => `${formatReleaseVersion(version)}\n`)
    .join('');
}
