import { inspectDestination } from '../disk/inspect-destination.ts';
import { InstallError } from '../errors.ts';
import { statedDigestBeside } from '../evidence/local-evidence.ts';
import type { Report } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';

/** Whether the bundle next to a file is that file's own, by the digest (SHA-256) that it states: a saved one. */
export async function hasBundleOf(path: string, digest: string | undefined): Promise<boolean> {
  if (digest === undefined || (await statedDigestBeside(path)) !== digest) return false;
  try {
    return (await inspectDestination(`${path}.sigstore.json`)) === 'file';
  } catch (error) {
    // A link, for one: the user arranged it, and nobody asked for a bundle.
    if (error instanceof InstallError) return false;
    throw error;
  }
}

/**
 * Tells of a bundle next to an installed file that is of another file. It was not the bundle of the file that was
 * replaced, so that nobody knows whose it is, and it stays; but verifying the new file next to it would be refused.
 */
export async function noteOlderBundle(result: ArtifactResult, report: Report): Promise<ArtifactResult> {
  const { outcome, path, bundlePath, sha256, fromTarball, notes } = result;
  const isFile = outcome === 'installed' || outcome === 'already-installed';
  if (!isFile || path === undefined || bundlePath !== undefined) return result;
  const stated = await statedDigestBeside(path);
  if (stated === undefined || stated === sha256) return result;
  const remedy =
    fromTarball === undefined
      ? 'to renew it, install with --save-bundle'
      : 'remove it: a file out of a tarball has no signature of its own';
  const message = `${path}.sigstore.json was left alone and is of another file; ${remedy}`;
  report({ kind: 'note', message });
  return { ...result, notes: [...notes, message] };
}
