import { shareRecords } from './cross-check-release.ts';
import { placeExtractions } from './install/extract.ts';
import { type Placement, placeAll } from './install/place.ts';
import { MAX_PARALLEL_DOWNLOADS } from './limits.ts';
import { noteOlderBundle } from './note-older-bundle.ts';
import { type PlannedInstall, planInstall } from './plan-install.ts';
import { modeOf, type PreparedArtifact, prepareArtifact } from './prepare-artifact.ts';
import { modeOfBinary } from './prepare-tarball.ts';
import { bundlePathOf, describeInstall } from './report-install.ts';
import type { InstallRequest } from './request.ts';
import type { RunResult } from './result.ts';
import { sideBySide } from './side-by-side.ts';
import { loadTrustMaterial } from './trust/load-trust-material.ts';
import type { World } from './world.ts';

/**
 * Downloads, proves and installs release artifacts. The digest of each is proved from a few kilobytes of evidence
 * while its bytes are on their way; only bytes that have the proven digest are placed or, where it is a tarball,
 * opened, and nothing is placed before everything that was asked for is proved.
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
  const results = artifacts.flatMap((one) => describeInstall(one, request, trust));
  return {
    schemaVersion: 1,
    artifacts: await Promise.all(results.map((one) => noteOlderBundle(one, world.report))),
  };
}

/** All or nothing. A run places files, with their bundles where these are asked for, or directories, and never both. */
async function placeEverything(
  prepared: readonly PreparedArtifact[],
  { saveBundle, signal }: InstallRequest,
): Promise<void> {
  const sideFiles = prepared.flatMap(({ plan, proof }) =>
    saveBundle === true && plan.kind === 'file'
      ? [{ destination: bundlePathOf(plan), bytes: proof.bundle }]
      : [],
  );
  await placeAll(prepared.flatMap(placementsOf), { sideFiles, signal });
  const extractions = prepared.flatMap((one) => (one.kind === 'unpacked' ? [one.extraction] : []));
  await placeExtractions(extractions, { signal });
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

async function discard(prepared: PreparedArtifact): Promise<void> {
  if (prepared.kind === 'staged') await prepared.verified.staged.discard();
  if (prepared.kind === 'unpacked') await prepared.extraction.staging.discard();
  if (prepared.kind === 'binaries') {
    await Promise.all(prepared.binaries.map(({ verified }) => verified.staged.discard()));
  }
}
