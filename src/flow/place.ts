import type { Note } from '../notes.ts';
import type { PreparedArtifact } from './prepared-artifact.ts';
import { bundlePathOf } from './saved-bundle.ts';

/**
 * Puts everything in its place, all or nothing. Files that were already there are checked again.
 *
 * @returns notes about the whole run.
 * @throws InstallError: nothing was placed then, and the disk is as it was.
 */
export async function placePrepared(
  prepared: readonly PreparedArtifact[],
  signal: AbortSignal | undefined,
): Promise<readonly Note[]> {
  const outputs = prepared.flatMap((one) => one.outputs);
  const sideFiles = prepared.flatMap(sideFilesOf);
  // Most verifications place nothing, and are faster without this code.
  if (sideFiles.length === 0 && outputs.every(({ kind }) => kind === 'verified' || kind === 'planned'))
    return [];
  const { DATA_MODE, EXECUTABLE_MODE, placeAll } = await import('../disk/place.ts');
  const placements = outputs.flatMap((output) => {
    if (output.kind !== 'installed') return [];
    const { verified: artifact, file } = output;
    const { destination, executable } = file;
    return [{ artifact, destination, mode: executable ? EXECUTABLE_MODE : DATA_MODE }];
  });
  const installed = outputs.flatMap((one) => (one.kind === 'already-installed' ? [one.installed] : []));
  const extractions = outputs.flatMap((one) => (one.kind === 'extracted' ? [one.extraction] : []));
  const archives = extractions.length === 0 ? undefined : await import('../archive/extract.ts');
  // The bundle first: where it cannot be placed, nothing is.
  const notes = await placeAll(placements, { sideFiles, installed, signal });
  if (archives === undefined) return notes;
  // From here on the signal is ignored: an interrupted run would leave a bundle without its file.
  const isBegun = placements.length > 0 || sideFiles.length > 0;
  return [...notes, ...(await archives.placeExtractions(extractions, isBegun ? {} : { signal }))];
}

/** The evidence that is kept: a bundle, or the release manifest with its bundle. */
function sideFilesOf({ bundlePath, manifestPath, proof: { bundle, listedIn } }: PreparedArtifact): readonly {
  readonly destination: string;
  readonly bytes: Uint8Array;
}[] {
  if (manifestPath !== undefined && listedIn !== undefined) {
    return [
      { destination: manifestPath, bytes: listedIn.bytes },
      { destination: bundlePathOf(manifestPath), bytes: bundle },
    ];
  }
  return bundlePath === undefined ? [] : [{ destination: bundlePath, bytes: bundle }];
}
