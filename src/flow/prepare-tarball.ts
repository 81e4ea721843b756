import { basename, dirname } from 'node:path';
import { type StagedExtraction, stageExtraction, stageMembers } from '../archive/extract.ts';
import { inspectDestination } from '../disk/inspect-destination.ts';
import { findInstalled, type InstalledFile } from '../disk/installed.ts';
import { DATA_MODE, EXECUTABLE_MODE } from '../disk/place.ts';
import { inspectExtractionTarget } from '../archive/staging-directory.ts';
import { openStaging, type StagedArtifact } from '../disk/staging.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { PlannedArtifact, PlannedBinaries, PlannedBinary, PlannedDirectory } from '../plan/plan.ts';
import {
  assertDemanded,
  confirmPlanned,
  type PrepareContext,
  type ProvedBytes,
  provePlanned,
  withTransfer,
} from './fetch-and-prove.ts';

/** A binary out of a proven tarball: staged, or already in its place with exactly these bytes. */
export type PreparedBinary = {
  readonly plan: PlannedBinary;
  readonly verified: VerifiedArtifact;
} & (
  | { readonly kind: 'already-installed'; readonly installed: InstalledFile }
  /** `unfit`: why the file that was there could not be left alone, though it had the same bytes. */
  | { readonly kind: 'staged'; readonly unfit?: string }
);

/** A proven tarball that is taken apart beside the destinations; itself, it is gone again. */
export type PreparedTarball =
  | (ProvedBytes & {
      readonly kind: 'unpacked';
      readonly plan: PlannedDirectory;
      readonly extraction: StagedExtraction;
    })
  | (ProvedBytes & {
      readonly kind: 'binaries';
      readonly plan: PlannedBinaries;
      readonly binaries: readonly PreparedBinary[];
    });

export function modeOfBinary({ member }: PlannedBinary): number {
  return member.executable ? EXECUTABLE_MODE : DATA_MODE;
}

/** Downloads and proves a tarball, and only then unpacks it beside the directory that it is to become. */
export async function prepareDirectory(
  plan: PlannedDirectory,
  context: PrepareContext,
): Promise<PreparedTarball> {
  const { destination, members } = plan;
  await inspectExtractionTarget(destination);
  return withProvedTarball(plan, dirname(destination), context, async (proved, signal) => {
    context.client.report({ kind: 'detail', message: `unpacking ${plan.label} into ${destination}` });
    const extraction = await stageExtraction(proved.verified, { into: destination, members, signal });
    return { ...proved, kind: 'unpacked', plan, extraction };
  });
}

/** Downloads and proves a tarball, and only then takes binaries out of it, each beside its own destination. */
export async function prepareBinaries(
  plan: PlannedBinaries,
  context: PrepareContext,
): Promise<PreparedTarball> {
  for (const { destination } of plan.binaries) await inspectDestination(destination);
  const [first] = plan.binaries;
  if (first === undefined) throw new TypeError('a tarball is planned that nothing is wanted of');
  return withProvedTarball(plan, dirname(first.destination), context, async (proved, signal) => {
    context.client.report({ kind: 'detail', message: `taking the binaries out of ${plan.label}` });
    const binaries = await stageBinaries(plan.binaries, proved.verified, signal);
    return { ...proved, kind: 'binaries', plan, binaries };
  });
}

/** The tarball is staged as long as `open` needs it. */
async function withProvedTarball(
  plan: PlannedArtifact,
  directory: string,
  context: PrepareContext,
  open: (proved: ProvedBytes, signal: AbortSignal) => Promise<PreparedTarball>,
): Promise<PreparedTarball> {
  return withTransfer(plan, directory, context, async (fetching) => {
    void fetching.transfer.begin().catch(() => undefined);
    const proved = await confirmPlanned(fetching, await provePlanned(fetching));
    const opened = await open(proved, fetching.context.signal);
    await fetching.transfer.discard();
    return opened;
  });
}

async function stageBinaries(
  plans: readonly PlannedBinary[],
  tarball: VerifiedArtifact,
  signal: AbortSignal,
): Promise<readonly PreparedBinary[]> {
  const requests = plans.map((plan) => ({ member: plan.member.path, staged: stagingFor(plan, signal) }));
  try {
    const verified = await stageMembers(tarball, requests, { signal });
    return await Promise.all(
      plans.map(async (plan, index) => prepareBinary(plan, verified[index], tarball.name, signal)),
    );
  } catch (error) {
    await Promise.all(requests.map(({ staged }) => staged.discard()));
    throw error;
  }
}

function stagingFor({ destination }: PlannedBinary, signal: AbortSignal): StagedArtifact {
  return openStaging({ directory: dirname(destination), fileName: basename(destination), signal });
}

async function prepareBinary(
  plan: PlannedBinary,
  verified: VerifiedArtifact | undefined,
  tarball: string,
  signal: AbortSignal,
): Promise<PreparedBinary> {
  if (verified === undefined) throw new TypeError(`${plan.label} was not taken out of its tarball`);
  assertDemanded(plan, verified.sha256, `out of ${tarball}, which is properly signed`);
  const proven = { algorithm: 'sha256', hex: verified.sha256 } as const;
  const { destination, member } = plan;
  const installed = { destination, proven, executable: member.executable };
  const there = await findInstalled(installed, signal);
  if (there.kind === 'unfit') return { kind: 'staged', plan, verified, unfit: there.why };
  if (there.kind !== 'fit') return { kind: 'staged', plan, verified };
  await verified.staged.discard();
  return { kind: 'already-installed', plan, verified, installed };
}
