import { shareRecords } from './cross-check-release.ts';
import { placeAll } from './install/place.ts';
import { MAX_PARALLEL_DOWNLOADS } from './limits.ts';
import { type PlannedInstall, planInstall } from './plan-install.ts';
import { modeOf, type PreparedArtifact, prepareArtifact } from './prepare-artifact.ts';
import { formatPlatform } from './release/platform.ts';
import { formatReleaseVersion } from './release/version.ts';
import { describeProof } from './report-proof.ts';
import type { InstallRequest } from './request.ts';
import type { ArtifactResult, RunResult } from './result.ts';
import { sideBySide } from './side-by-side.ts';
import { loadTrustMaterial } from './trust/load-trust-material.ts';
import type { TrustMaterial } from './trust/trust-material.ts';
import type { World } from './world.ts';

/**
 * Downloads, proves and installs release artifacts. The digest of each is proved from a few kilobytes of evidence
 * while its bytes are on their way; only bytes that have the proven digest are placed, and nothing is placed before
 * everything that was asked for is proved.
 *
 * @returns what was done, with every check by name.
 * @throws K8sVerifyError: nothing was installed then, and the disk is as it was.
 */
export async function installRelease(request: InstallRequest, world: World): Promise<RunResult> {
  const trust = await loadTrustMaterial(request.trustedRootFile);
  const planned = await planInstall(request, world);
  const prepared = new Map<PlannedInstall, PreparedArtifact>();
  const ended = new AbortController();
  const recordsOf = request.checkSums === true ? shareRecords(request, world, ended.signal) : undefined;
  try {
    await sideBySide(planned, MAX_PARALLEL_DOWNLOADS, request.signal, async (plan, signal) => {
      prepared.set(plan, await prepareArtifact(plan, { network: request, world, trust, recordsOf, signal }));
    });
    await placeEverything([...prepared.values()], request);
  } finally {
    ended.abort();
    await Promise.all([...prepared.values()].map(discard));
  }
  const artifacts = planned.flatMap((plan) => prepared.get(plan) ?? []);
  return { schemaVersion: 1, artifacts: artifacts.map((one) => describeInstall(one, request, trust)) };
}

/** All or nothing, the bundles included. */
async function placeEverything(
  prepared: readonly PreparedArtifact[],
  { saveBundle, signal }: InstallRequest,
): Promise<void> {
  const bundled = saveBundle === true ? prepared : [];
  await placeAll(
    prepared
      .filter((one) => one.kind === 'staged')
      .map(({ plan, verified }) => ({
        artifact: verified,
        destination: plan.destination,
        mode: modeOf(plan),
      })),
    {
      sideFiles: bundled.map(({ plan, proof }) => ({ destination: bundlePathOf(plan), bytes: proof.bundle })),
      signal,
    },
  );
}

async function discard(prepared: PreparedArtifact): Promise<void> {
  if (prepared.kind === 'staged') await prepared.verified.staged.discard();
}

function bundlePathOf(plan: PlannedInstall): string {
  return `${plan.destination}.sigstore.json`;
}

function describeInstall(
  prepared: PreparedArtifact,
  request: InstallRequest,
  trust: TrustMaterial,
): ArtifactResult {
  const { kind, plan, proof } = prepared;
  const { artifact, destination } = plan;
  const what = kind === 'staged' ? `${prepared.verified.bytes} bytes downloaded` : 'the file that was there';
  return {
    outcome: kind === 'staged' ? 'installed' : 'already-installed',
    component: artifact.component,
    version: formatReleaseVersion(artifact.version),
    ...(artifact.platform === undefined ? {} : { platform: formatPlatform(artifact.platform) }),
    path: destination,
    ...(kind === 'staged' ? { source: prepared.source } : {}),
    ...(request.saveBundle === true ? { bundlePath: bundlePathOf(plan) } : {}),
    ...(prepared.crossChecks === undefined ? {} : { crossChecks: prepared.crossChecks }),
    ...describeProof(proof, trust, proof.proven.hex, `sha256:${proof.proven.hex} (${what})`),
  };
}
