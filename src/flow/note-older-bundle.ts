import { statedDigestBeside } from '../evidence/local-evidence.ts';
import type { Report } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';

/**
 * Tells of a bundle beside an installed file that is of another file, most likely of the one that was replaced. It is
 * somebody's, so it stays; but verifying the new file beside it would be refused.
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
