import { dirname } from 'node:path';
import { hashLocalFile } from '../disk/hash-file.ts';
import { inspectDestination } from '../disk/inspect-destination.ts';
import { isInstalled } from '../disk/installed.ts';
import { DATA_MODE, EXECUTABLE_MODE } from '../disk/place.ts';
import type { PlannedFile, PlannedInstall } from '../plan/plan.ts';
import { type PreparedTarball, prepareBinaries, prepareDirectory } from './prepare-tarball.ts';
import type { Proof } from './prove-with-log.ts';
import {
  confirmPlanned,
  crossCheckPlanned,
  type Fetching,
  type PrepareContext,
  type Proved,
  type ProvedBytes,
  provePlanned,
  withTransfer,
} from './fetch-and-prove.ts';

/** An artifact whose digest is proved, and which is either staged with exactly that digest or already in its place. */
export type PreparedFile =
  | (Proved & { readonly kind: 'already-installed'; readonly plan: PlannedFile })
  | (ProvedBytes & { readonly kind: 'staged'; readonly plan: PlannedFile });

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
    if (occupied) {
      const checked = await crossCheckExisting(fetching, proof, destination);
      const { signal } = fetching.context;
      if (await isInstalled(destination, proof.proven, { mode: modeOf(plan), signal })) {
        await transfer.discard();
        return { kind: 'already-installed', plan, proof, ...checked };
      }
    }
    return { kind: 'staged', plan, ...(await confirmPlanned(fetching, proof)) };
  });
}

/** Of a file that is there already and has the proven digest, before its mode may be changed. */
async function crossCheckExisting(
  fetching: Fetching,
  { proven }: Proof,
  path: string,
): Promise<Pick<Proved, 'crossChecks'>> {
  const records = await fetching.records;
  if (records === undefined) return {};
  const { signal } = fetching.context;
  if (!(await isInstalled(path, proven, { mode: DATA_MODE, signal }))) return {};
  const [sha256 = '', sha512 = ''] = await hashLocalFile(path, ['sha256', 'sha512'], signal);
  return { crossChecks: crossCheckPlanned(fetching, { sha256, sha512 }, records) };
}
