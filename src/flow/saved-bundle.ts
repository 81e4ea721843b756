import { InstallError } from '../errors.ts';
import { statedDigestBeside } from '../evidence/local-evidence.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** Where the bundle of a file is kept. */
export function bundlePathOf(path: string): string {
  return `${path}.sigstore.json`;
}

/** Where the evidence of a file is kept, by what it is over: the file itself, or the release manifest that lists it. */
export function evidencePathsOf(
  path: string,
  { listedIn }: ProvenArtifact,
): { readonly bundlePath: string | undefined; readonly manifestPath: string | undefined } {
  return listedIn === undefined
    ? { bundlePath: bundlePathOf(path), manifestPath: undefined }
    : { bundlePath: undefined, manifestPath: `${path}.${MANIFEST_NAME}` };
}

/** Nothing is kept. */
export const NO_EVIDENCE_PATHS = { bundlePath: undefined, manifestPath: undefined } as const;

/** Whether the bundle next to a file states the file's own digest (SHA-256), so that it was saved for it. */
export async function hasBundleOf(path: string, digest: string | undefined): Promise<boolean> {
  if (digest === undefined || (await statedDigestBeside(path)) !== digest) return false;
  const { inspectDestination } = await import('../disk/inspect-destination.ts');
  try {
    return (await inspectDestination(bundlePathOf(path))) === 'file';
  } catch (error) {
    // A link, for example: you arranged it, and did not ask for a bundle.
    if (error instanceof InstallError) return false;
    throw error;
  }
}
