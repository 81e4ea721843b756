import { dirname } from 'node:path';
import type { CrossCheck } from './evidence/cross-check.ts';
import type { ReleaseRecords } from './evidence/release-records.ts';
import { hashLocalFile } from './install/hash-file.ts';
import { inspectDestination } from './install/inspect-destination.ts';
import { existingInstall } from './install/installed.ts';
import { DATA_MODE, EXECUTABLE_MODE } from './install/place.ts';
import type { VerifiedArtifact } from './install/verified-artifact.ts';
import type { PlannedInstall } from './plan-install.ts';
import { crossCheckPlanned, type PrepareContext, provePlanned, sourcesOf } from './prove-planned.ts';
import type { Proof } from './prove-pair.ts';
import { Transfer } from './transfer.ts';

/** An artifact whose digest is proved, and which is either staged with exactly that digest or already in its place. */
export type PreparedArtifact = {
  readonly plan: PlannedInstall;
  readonly proof: Proof;
  /** What the release's own records say of it, where they were asked for. */
  readonly crossChecks?: readonly CrossCheck[];
} & (
  | { readonly kind: 'already-installed' }
  | {
      readonly kind: 'staged';
      readonly verified: VerifiedArtifact;
      /** The URL that delivered the bytes. */
      readonly source: string;
    }
);

export function modeOf({ artifact }: PlannedInstall): number {
  return artifact.executable ? EXECUTABLE_MODE : DATA_MODE;
}

/**
 * Steps 3 to 5 of an install: the proof and the bytes side by side, then the bytes held against the proven digest.
 * Where the destination exists already, the proof comes first: it may be what is asked for, and need no download.
 *
 * @throws K8sVerifyError after everything that was staged is removed again.
 */
export async function prepareArtifact(
  plan: PlannedInstall,
  context: PrepareContext,
): Promise<PreparedArtifact> {
  const occupied = (await inspectDestination(plan.destination)) === 'file';
  const abort = new AbortController();
  const cancellable = { ...context, signal: AbortSignal.any([context.signal, abort.signal]) };
  const transfer = createTransfer(plan, cancellable);
  try {
    if (!occupied) void transfer.begin().catch(() => undefined);
    return await prepareWith(transfer, occupied, plan, cancellable);
  } catch (error) {
    abort.abort();
    await transfer.discard();
    throw error;
  }
}

async function prepareWith(
  transfer: Transfer,
  occupied: boolean,
  plan: PlannedInstall,
  context: PrepareContext,
): Promise<PreparedArtifact> {
  const { signal } = context;
  const fetching = context.recordsOf?.(plan.artifact.version);
  const proof = await provePlanned(plan, context, transfer);
  if (occupied) {
    const checked = await crossCheckExisting(plan, proof, context, await fetching);
    const found = await existingInstall(plan.destination, proof.proven, { mode: modeOf(plan), signal });
    if (found.kind === 'same') {
      await transfer.discard();
      return { kind: 'already-installed', plan, proof, ...checked };
    }
  }
  // Both at once: records that cannot be had, or are none, end the download.
  const [confirmed, records] = await Promise.all([transfer.confirm(proof.proven), fetching]);
  const { verified, source, sha512 } = confirmed;
  const staged = { kind: 'staged', plan, proof, verified, source } as const;
  if (records === undefined || sha512 === undefined) return staged;
  const { sha256 } = verified;
  return { ...staged, crossChecks: crossCheckPlanned(plan, context, { sha256, sha512 }, records) };
}

/** Of a file that is there already and has the proven digest, before its mode may be changed. */
async function crossCheckExisting(
  plan: PlannedInstall,
  { proven }: Proof,
  context: PrepareContext,
  records: ReleaseRecords | undefined,
): Promise<Pick<PreparedArtifact, 'crossChecks'>> {
  if (records === undefined) return {};
  const { destination } = plan;
  const { signal } = context;
  const found = await existingInstall(destination, proven, { mode: DATA_MODE, signal });
  if (found.kind !== 'same') return {};
  const [sha256 = '', sha512 = ''] = await hashLocalFile(destination, ['sha256', 'sha512'], signal);
  return { crossChecks: crossCheckPlanned(plan, context, { sha256, sha512 }, records) };
}

function createTransfer(plan: PlannedInstall, context: PrepareContext): Transfer {
  const { artifact, destination, label } = plan;
  const urls = sourcesOf(context.network).map((source) => `${source}/${artifact.path}`);
  const sha512 = context.recordsOf !== undefined;
  const { signal, world } = context;
  return new Transfer(
    { urls, directory: dirname(destination), fileName: artifact.fileName, label, sha512, signal },
    world,
  );
}
