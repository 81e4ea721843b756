import { crossCheckArtifact, type RecordsOf } from './cross-check-release.ts';
import { UntrustedError } from './errors.ts';
import type { CrossCheck } from './evidence/cross-check.ts';
import type { ReleaseRecords } from './evidence/release-records.ts';
import type { PlannedInstall } from './plan-install.ts';
import { proveArtifact } from './prove-artifact.ts';
import type { Proof, ProofContext } from './prove-pair.ts';
import { reportChecks } from './report-proof.ts';
import { DEFAULT_REKOR_URL, DEFAULT_SOURCE, type NetworkRequest } from './request.ts';
import type { Transfer } from './transfer.ts';
import type { TrustMaterial } from './trust/trust-material.ts';
import type { World } from './world.ts';

/** What every artifact of one run is proved with. */
export interface PrepareContext {
  readonly network: NetworkRequest;
  readonly world: World;
  readonly trust: TrustMaterial;
  /** Where proven digests are to be held against the release's own records. */
  readonly recordsOf?: RecordsOf | undefined;
  readonly signal: AbortSignal;
}

/**
 * Proves the digest of a planned artifact while its bytes are on their way, tells each check, and holds the digest
 * against the one that the request demands, if it demands one.
 */
export async function provePlanned(
  plan: PlannedInstall,
  context: PrepareContext,
  transfer: Transfer,
): Promise<Proof> {
  const { network, world, signal } = context;
  const { http, report } = world;
  const proof = await transfer.orFailure(
    proveArtifact({
      ...proofContext(plan, context),
      files: {
        http,
        report,
        sources: sourcesOf(network),
        path: plan.artifact.path,
        what: plan.label,
        signal,
      },
      published: () => transfer.published(),
      digestOfBytes: () => transfer.digest(),
    }),
  );
  reportChecks(report, plan.label, proof);
  assertDemanded(plan, proof);
  return proof;
}

/** Properly signed, and yet another file than the one that the request settled on. */
function assertDemanded({ label, demanded }: PlannedInstall, { proven }: Proof): void {
  if (demanded === undefined || demanded === proven.hex) return;
  throw new UntrustedError('digest-mismatch', `${label} is not the file that was asked for by its digest`, {
    check: 'digest',
    expected: `sha256:${demanded}`,
    found: `sha256:${proven.hex}, which is properly signed`,
    why: 'a signature does not say which version it is for: a mirror can serve another release under this name',
    advice:
      'find out where the two digests come from; the release server may have been changed, or the lockfile',
  });
}

/** Holds the digests of the proven bytes against the release's records, where they are asked for. */
export function crossCheckPlanned(
  { artifact, label, policy }: PlannedInstall,
  context: PrepareContext,
  digests: { readonly sha256: string; readonly sha512: string },
  records: ReleaseRecords,
): readonly CrossCheck[] {
  const request = { artifact, label, ...digests, records };
  return crossCheckArtifact(request, proofContext({ policy }, context));
}

export function sourcesOf({ sources }: NetworkRequest): readonly string[] {
  return (sources ?? [DEFAULT_SOURCE]).map((source) => source.replace(/\/+$/, ''));
}

function proofContext(
  { policy }: Pick<PlannedInstall, 'policy'>,
  { network, world, trust, signal }: PrepareContext,
): ProofContext {
  const log = { http: world.http, url: network.rekorUrl ?? DEFAULT_REKOR_URL, signal };
  return { log, policy, trust, clock: world.clock };
}
