import { InstallError } from '../errors.ts';
import { statedDigestBeside } from '../evidence/local-evidence.ts';

/** Where the bundle of a file is kept. */
export function bundlePathOf(path: string): string {
  return `${path}.sigstore.json`;
}

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
