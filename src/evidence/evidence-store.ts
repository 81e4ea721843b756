/**
 * The evidence store: the bundle of each artifact that was proved, by the artifact's SHA-256. A bundle proves itself, so
 * it is verified anew on every use. Other users who can write here can only make a run ask the network again.
 */
import type { DataStore } from '../data/data-store.ts';
import { UntrustedError } from '../errors.ts';
import { type Note, note } from '../notes.ts';
import { equalBytes } from '../strict/bytes.ts';
import type { Evidence } from './evidence.ts';

/** A kept bundle that can be read. Nothing in it is verified yet. */
export interface KeptEvidence {
  readonly bytes: Uint8Array;
  readonly evidence: Evidence;
  /** The file that it was in. */
  readonly location: string;
}

/**
 * What was kept for an artifact: this user's own first, then the system's.
 *
 * @param sha256 of the artifact, hex.
 * @returns also a note for each bundle that cannot be read.
 */
export async function findKeptEvidence(
  data: DataStore,
  sha256: string,
): Promise<{ readonly found: readonly KeptEvidence[]; readonly notes: readonly Note[] }> {
  const entries = await data.read('evidence', sha256);
  if (entries.length === 0) return { found: [], notes: [] };
  const { readBundle } = await import('./read-bundle.ts');
  const found: KeptEvidence[] = [];
  const notes: Note[] = [];
  for (const { bytes, path: location } of entries) {
    try {
      found.push({ bytes, evidence: readBundle(bytes, `the bundle ${location}`), location });
    } catch (error) {
      if (!(error instanceof UntrustedError)) throw error;
      notes.push(evidenceNotUsed(location, error.message));
    }
  }
  return { found, notes };
}

/**
 * Keeps a bundle that has just proved the artifact, in place of any other. What cannot be kept is a note.
 *
 * @returns the file that it is in; undefined if it is not kept.
 */
export async function keepEvidence(
  data: DataStore,
  sha256: string,
  bundle: Uint8Array,
): Promise<string | undefined> {
  const kept = await data.read('evidence', sha256);
  const same = kept.find(({ bytes }) => equalBytes(bytes, bundle));
  if (same !== undefined) return same.path;
  const written = await data.write('evidence', sha256, bundle);
  return written === 'failed' ? undefined : data.pathOf('evidence', sha256);
}

export function evidenceNotUsed(location: string, why: string): Note {
  return note('evidence-not-used', `${location} was not used: ${why}`);
}
