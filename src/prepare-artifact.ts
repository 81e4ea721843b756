import { dirname } from 'node:path';
import { existingInstall } from './install/installed.ts';
import { DATA_MODE, EXECUTABLE_MODE, inspectDestination } from './install/place.ts';
import type { VerifiedArtifact } from './install/verified-artifact.ts';
import type { PlannedInstall } from './plan-install.ts';
import { proveArtifact } from './prove-artifact.ts';
import type { Proof } from './prove-pair.ts';
import { reportChecks } from './report-proof.ts';
import { DEFAULT_REKOR_URL, DEFAULT_SOURCE, type NetworkRequest } from './request.ts';
import { Transfer } from './transfer.ts';
import type { TrustMaterial } from './trust/trust-material.ts';
import type { World } from './world.ts';

export interface PrepareContext {
  readonly network: NetworkRequest;
  readonly world: World;
  readonly trust: TrustMaterial;
  readonly signal: AbortSignal;
}

/** An artifact whose digest is proved, and which is either staged with exactly that digest or already in its place. */
export type PreparedArtifact =
  | { readonly kind: 'already-installed'; readonly plan: PlannedInstall; readonly proof: Proof }
  | {
      readonly kind: 'staged';
      readonly plan: PlannedInstall;
      readonly proof: Proof;
      readonly verified: VerifiedArtifact;
      /** The URL that delivered the bytes. */
      readonly source: string;
    };

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
  const signal = AbortSignal.any([context.signal, abort.signal]);
  const transfer = createTransfer(plan, { ...context, signal });
  try {
    if (!occupied) void transfer.begin().catch(() => undefined);
    const proof = await transfer.orFailure(provePlanned(plan, { ...context, signal }, transfer));
    reportChecks(context.world.report, plan.label, proof);
    if (occupied) {
      const found = await existingInstall(plan.destination, proof.proven, { mode: modeOf(plan), signal });
      if (found.kind === 'same') {
        await transfer.discard();
        return { kind: 'already-installed', plan, proof };
      }
    }
    return { kind: 'staged', plan, proof, ...(await transfer.confirm(proof.proven)) };
  } catch (error) {
    abort.abort();
    await transfer.discard();
    throw error;
  }
}

function createTransfer(plan: PlannedInstall, { network, world, signal }: PrepareContext): Transfer {
  const { artifact, destination, label } = plan;
  const urls = sourcesOf(network).map((source) => `${source}/${artifact.path}`);
  return new Transfer(
    { urls, directory: dirname(destination), fileName: artifact.fileName, label, signal },
    world,
  );
}

async function provePlanned(
  plan: PlannedInstall,
  context: PrepareContext,
  transfer: Transfer,
): Promise<Proof> {
  const { network, world, trust, signal } = context;
  const { http, report, clock } = world;
  return proveArtifact({
    files: { http, report, sources: sourcesOf(network), path: plan.artifact.path, what: plan.label, signal },
    log: { http, url: network.rekorUrl ?? DEFAULT_REKOR_URL, signal },
    policy: plan.policy,
    trust,
    clock,
    published: () => transfer.published(),
    digestOfBytes: () => transfer.digest(),
  });
}

function sourcesOf({ sources }: NetworkRequest): readonly string[] {
  return (sources ?? [DEFAULT_SOURCE]).map((source) => source.replace(/\/+$/, ''));
}
