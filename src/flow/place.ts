import { placeExtractions } from '../archive/extract.ts';
import type { InstalledFile } from '../disk/installed.ts';
import { type Placement, placeAll } from '../disk/place.ts';
import { bundlePathOf } from '../plan/plan.ts';
import { modeOf, type PreparedArtifact } from './prepare.ts';
import { modeOfBinary } from './prepare-tarball.ts';
import type { InstallRequest } from '../plan/request.ts';

/**
 * Puts everything in its place, all or nothing. A run places files, with their bundles where these are asked for, or
 * directories, and never both. What was there already is looked at again.
 *
 * @returns notes for the user.
 * @throws InstallError: nothing was installed then, and the disk is as it was.
 */
export async function placePrepared(
  prepared: readonly PreparedArtifact[],
  { saveBundle, signal }: InstallRequest,
): Promise<readonly string[]> {
  const sideFiles = prepared.flatMap((one) => {
    const destination = bundleToPlace(one, saveBundle === true);
    return destination === undefined ? [] : [{ destination, bytes: one.proof.bundle }];
  });
  const installed = prepared.flatMap(installedOf);
  const notes = await placeAll(prepared.flatMap(placementsOf), { sideFiles, installed, signal });
  const extractions = prepared.flatMap((one) => (one.kind === 'unpacked' ? [one.extraction] : []));
  return [...notes, ...(await placeExtractions(extractions, { signal }))];
}

/** Where the bundle goes: where one is asked for, or where the replaced file had its own next to it. */
export function bundleToPlace(prepared: PreparedArtifact, isAskedFor: boolean): string | undefined {
  if (prepared.kind !== 'staged' && prepared.kind !== 'already-installed') return undefined;
  const isRenewed = prepared.kind === 'staged' && prepared.renewsBundle;
  return isAskedFor || isRenewed ? bundlePathOf(prepared.plan) : undefined;
}

function installedOf(prepared: PreparedArtifact): readonly InstalledFile[] {
  const files = prepared.kind === 'binaries' ? prepared.binaries : [prepared];
  return files.flatMap((file) => (file.kind === 'already-installed' ? [file.installed] : []));
}

function placementsOf(prepared: PreparedArtifact): readonly Placement[] {
  if (prepared.kind === 'staged') {
    const { plan, verified } = prepared;
    return [{ artifact: verified, destination: plan.destination, mode: modeOf(plan) }];
  }
  const binaries = prepared.kind === 'binaries' ? prepared.binaries : [];
  return binaries
    .filter(({ kind }) => kind === 'staged')
    .map(({ plan, verified }) => ({
      artifact: verified,
      destination: plan.destination,
      mode: modeOfBinary(plan),
    }));
}

/** Removes what is staged and was not placed. */
export async function discardPrepared(prepared: readonly PreparedArtifact[]): Promise<void> {
  await Promise.all(prepared.map(discard));
}

async function discard(prepared: PreparedArtifact): Promise<void> {
  if (prepared.kind === 'staged') await prepared.verified.staged.discard();
  if (prepared.kind === 'unpacked') await prepared.extraction.staging.discard();
  if (prepared.kind === 'binaries') {
    await Promise.all(prepared.binaries.map(({ verified }) => verified.staged.discard()));
  }
}
