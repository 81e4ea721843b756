import { dirname } from 'node:path';
import { hashLocalFile } from '../disk/hash-file.ts';
import { inspectDestination } from '../disk/inspect-destination.ts';
import { findInstalled, type InstalledFile } from '../disk/installed.ts';
import { DATA_MODE, EXECUTABLE_MODE } from '../disk/place.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { PlannedFile, PlannedInstall } from '../plan/plan.ts';
import { hasBundleOf } from './older-bundle.ts';
import { type PreparedTarball, prepareBinaries, prepareDirectory } from './prepare-tarball.ts';
import type { Proof } from './prove-with-log.ts';
import {
  confirmPlanned,
  crossCheckPlanned,
  type Fetching,
  type PrepareContext,
  type Proved,
  provePlanned,
  withTransfer,
} from './fetch-and-prove.ts';

/** An artifact whose digest is proved, and which is either staged with exactly that digest or already in its place. */
export type PreparedFile =
  | (Proved & {
      readonly kind: 'already-installed';
      readonly plan: PlannedFile;
      readonly installed: InstalledFile;
    })
  | (Proved & {
      readonly kind: 'staged';
      readonly plan: PlannedFile;
      readonly verified: VerifiedArtifact;
      /** The URL that delivered the bytes; undefined where they were there, in a file that could not be left alone. */
      readonly source: string | undefined;
      /** Whether the bundle next to the file that it replaces was that file's, and so is renewed with it. */
      readonly renewsBundle: boolean;
      /** Why the file that was there could not be left alone, though it had the proven bytes. */
      readonly unfit?: string;
    });

export type PreparedArtifact = PreparedFile | PreparedTarball;

export function modeOf({ artifact }: PlannedFile): number {
  return artifact.executable ? EXECUTABLE_MODE : DATA_MODE;
}

/**
 * Downloads and proves one artifact: everything up to the moment when it only has to be placed.
 *
 * @throws K8sVerifyError after everything that was staged is removed again.
 */
export async function prepareArtifact(
  plan: PlannedInstall,
  context: PrepareContext,
): Promise<PreparedArtifact> {
  switch (plan.kind) {
    case 'file':
      return prepareFile(plan, context);
    case 'directory':
      return prepareDirectory(plan, context);
    case 'binaries':
      return prepareBinaries(plan, context);
  }
}

/**
 * The proof and the bytes side by side, then the bytes held against the proven digest. Where the destination exists
 * already, the proof comes first: it may be what is asked for, and need no download.
 */
async function prepareFile(plan: PlannedFile, context: PrepareContext): Promise<PreparedFile> {
  const { destination } = plan;
  const occupied = (await inspectDestination(destination)) === 'file';
  return withTransfer(plan, dirname(destination), context, async (fetching) => {
    const { transfer } = fetching;
    if (!occupied) void transfer.begin().catch(() => undefined);
    const proof = await provePlanned(fetching);
    const there = occupied ? await takeOccupant(fetching, plan, proof) : NOTHING_THERE;
    if (there.kind !== 'replaced') return there;
    const renewsBundle = await hasBundleOf(destination, there.digest);
    return { kind: 'staged', plan, renewsBundle, ...(await confirmPlanned(fetching, proof)) };
  });
}

/** A file with other bytes, which a new one replaces; without a digest where it cannot be read, or is not there. */
interface Replaced {
  readonly kind: 'replaced';
  readonly digest: string | undefined;
}

const NOTHING_THERE: Replaced = { kind: 'replaced', digest: undefined };

/** Uses the file that is there, where it has the proven bytes: as it is, or as a new file of the same bytes. */
async function takeOccupant(
  fetching: Fetching,
  plan: PlannedFile,
  proof: Proof,
): Promise<PreparedFile | Replaced> {
  const { destination, artifact } = plan;
  const { transfer, context } = fetching;
  const installed = { destination, proven: proof.proven, executable: artifact.executable };
  const occupant = await findInstalled(installed, context.signal);
  if (occupant.kind === 'fit') {
    const checked = await crossCheckExisting(fetching, destination);
    await transfer.discard();
    return { kind: 'already-installed', plan, proof, installed, ...checked };
  }
  if (occupant.kind === 'other') return { kind: 'replaced', digest: occupant.digest };
  if (occupant.kind !== 'unfit') return NOTHING_THERE;
  const copied = await transfer.copyOf(destination, proof.proven);
  if (copied === undefined) return NOTHING_THERE;
  const { verified, digests } = copied;
  const checked = await crossCheckDigests(fetching, digests);
  const taken = { source: undefined, renewsBundle: false, unfit: occupant.why };
  return { kind: 'staged', plan, proof, verified, ...taken, ...checked };
}

/** Of a file that is there already and has the proven digest. */
async function crossCheckExisting(fetching: Fetching, path: string): Promise<Pick<Proved, 'crossChecks'>> {
  if (fetching.records === undefined) return {};
  const [sha256, sha512] = await hashLocalFile(path, ['sha256', 'sha512'], fetching.context.signal);
  return crossCheckDigests(fetching, { sha256: sha256 ?? '', sha512 });
}

async function crossCheckDigests(
  fetching: Fetching,
  { sha256, sha512 }: { readonly sha256: string; readonly sha512?: string | undefined },
): Promise<Pick<Proved, 'crossChecks'>> {
  const records = await fetching.records;
  if (records === undefined || sha512 === undefined) return {};
  return { crossChecks: await crossCheckPlanned(fetching, { sha256, sha512 }, records) };
}
