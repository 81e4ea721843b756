import { describeExtraction } from './open-archive.ts';
import type { PlannedArtifact } from '../plan/plan.ts';
import { bundleToPlace } from './place.ts';
import type { PreparedArtifact, PreparedFile } from './prepare.ts';
import type { PreparedBinary, PreparedTarball } from './prepare-tarball.ts';
import type { Proved } from './fetch-and-prove.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { describeProof } from './report.ts';
import type { InstallRequest } from '../plan/request.ts';
import type { ArtifactResult } from '../result.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

/**
 * What became of a prepared artifact, once everything is placed: one result for each file or directory.
 *
 * @param notes what placing had to say.
 */
export function describeInstall(
  prepared: PreparedArtifact,
  request: InstallRequest,
  trust: TrustMaterial,
  notes: readonly string[],
): readonly ArtifactResult[] {
  const described = describeEach(prepared, request, trust);
  return notes.length === 0 ? described : described.map((one) => withNotes(one, notes));
}

function describeEach(
  prepared: PreparedArtifact,
  request: InstallRequest,
  trust: TrustMaterial,
): readonly ArtifactResult[] {
  switch (prepared.kind) {
    case 'staged':
    case 'already-installed':
      return [describeFile(prepared, request, trust)];
    case 'unpacked':
      return [describeUnpacked(prepared, trust)];
    case 'binaries':
      return prepared.binaries.map((binary) => describeBinary(binary, prepared, trust));
  }
}

function describeFile(prepared: PreparedFile, request: InstallRequest, trust: TrustMaterial): ArtifactResult {
  const { kind, plan, proof } = prepared;
  const bundlePath = bundleToPlace(prepared, request.saveBundle === true);
  const what = kind === 'staged' ? stagedBytes(prepared) : 'the file that was there';
  return {
    outcome: kind === 'staged' ? 'installed' : 'already-installed',
    ...describeArtifact(plan),
    path: plan.destination,
    ...(kind === 'staged' && prepared.source !== undefined ? { source: prepared.source } : {}),
    ...(bundlePath === undefined ? {} : { bundlePath }),
    ...describeCrossChecks(prepared),
    ...withNotes(
      describeProof(proof, trust, proof.proven.hex, `sha256:${proof.proven.hex} (${what})`),
      noteOnReplaced(prepared),
    ),
  };
}

/** Of files with the proven bytes that were replaced all the same: the user may wonder, or want to look into it. */
export function notesOnReplaced(prepared: PreparedArtifact): readonly string[] {
  const files = prepared.kind === 'binaries' ? prepared.binaries : [prepared];
  return files.flatMap(noteOnReplaced);
}

function noteOnReplaced(file: PreparedArtifact | PreparedBinary): readonly string[] {
  if (file.kind !== 'staged' || file.unfit === undefined) return [];
  return [`a new file took the place of ${file.plan.destination}, which had the same bytes: ${file.unfit}`];
}

function withNotes<Described extends Pick<ArtifactResult, 'notes'>>(
  described: Described,
  notes: readonly string[],
): Described {
  return { ...described, notes: [...described.notes, ...notes] };
}

function stagedBytes({ verified, source }: Extract<PreparedFile, { readonly kind: 'staged' }>): string {
  return `${verified.bytes} bytes ${source === undefined ? 'copied from the file that was there' : 'downloaded'}`;
}

function describeUnpacked(
  prepared: Extract<PreparedTarball, { readonly kind: 'unpacked' }>,
  trust: TrustMaterial,
): ArtifactResult {
  const { plan, proof, verified, source, extraction } = prepared;
  return {
    outcome: 'extracted',
    ...describeArtifact(plan),
    path: plan.destination,
    source,
    extracted: describeExtraction(extraction),
    ...describeCrossChecks(prepared),
    ...describeProof(
      proof,
      trust,
      verified.sha256,
      `sha256:${verified.sha256} (${verified.bytes} bytes of tarball downloaded, and the same again as it was unpacked)`,
    ),
  };
}

function describeBinary(
  binary: PreparedBinary,
  tarball: Extract<PreparedTarball, { readonly kind: 'binaries' }>,
  trust: TrustMaterial,
): ArtifactResult {
  const { kind, plan, verified } = binary;
  const { proof, source } = tarball;
  const { artifact } = tarball.plan;
  const name = artifact.fileName;
  const proven = proof.proven.hex;
  return {
    outcome: kind === 'staged' ? 'installed' : 'already-installed',
    ...describeArtifact({ artifact: { ...artifact, component: plan.member.component } }),
    path: plan.destination,
    source,
    fromTarball: { name, sha256: proven, member: plan.member.path },
    ...describeCrossChecks(tarball),
    ...withNotes(
      describeProof(proof, trust, verified.sha256, `sha256:${proven} (${name}, which the file is out of)`),
      noteOnReplaced(binary),
    ),
  };
}

function describeArtifact({
  artifact: { component, version, platform },
}: {
  readonly artifact: Pick<PlannedArtifact['artifact'], 'component' | 'version' | 'platform'>;
}): Pick<ArtifactResult, 'component' | 'version' | 'platform'> {
  return {
    component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}

function describeCrossChecks({ crossChecks }: Proved): Pick<ArtifactResult, 'crossChecks'> {
  return crossChecks === undefined ? {} : { crossChecks };
}
