import { resolve } from 'node:path';
import { note, type Note } from '../notes.ts';
import type { Report } from '../progress.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { ArtifactResult, RunResult } from '../result.ts';
import { digestOf } from '../strict/digest.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import type { PolicyUse } from '../policy/policy.ts';
import type { PolicyUses } from './allow.ts';
import { notePlaced } from './note-placed.ts';
import type { KeptPaths } from './kept-evidence.ts';
import { describeTrust } from './run-trust.ts';
import { memberOf, type Output, type PreparedArtifact } from './prepared-artifact.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** What the end of a run found out besides. */
interface RunFacts {
  readonly notes: readonly Note[];
  readonly uses: PolicyUses;
  readonly kept: KeptPaths;
}

/**
 * The result of a run, once everything is placed: one for each file or directory.
 *
 * @param about the whole run: what placing had to say, what the policy file took, and where the evidence of each is kept.
 */
export async function describeRun(
  prepared: readonly PreparedArtifact[],
  { notes, uses, kept }: RunFacts,
  report: Report,
): Promise<RunResult> {
  const outputs = prepared.flatMap((one) => one.outputs);
  for (const one of notes) report({ kind: 'note', ...one });
  for (const output of outputs) {
    for (const one of noteOnReplaced(output)) report({ kind: 'note', ...one, ...artifactOf(output) });
    reportNameNotes(output, report);
  }
  const artifacts = prepared.flatMap((one) =>
    one.outputs.map((output) =>
      describeOutput(one, output, { policy: uses.get(output), keptEvidence: kept.get(one) }),
    ),
  );
  return { schemaVersion: 1, artifacts: await notePlaced(artifacts, report), notes };
}

function describeOutput(
  prepared: PreparedArtifact,
  output: Output,
  {
    policy,
    keptEvidence,
  }: { readonly policy: PolicyUse | undefined; readonly keptEvidence: string | undefined },
): ArtifactResult {
  const { proof, source, bundlePath, manifestPath } = prepared;
  const { proven, crossChecks } = proof;
  const path = pathOf(output);
  return {
    outcome: outcomeOf(output),
    ...previousOf(output),
    ...coordinatesOf(prepared, output),
    ...describeName(output),
    ...describePayload(output),
    ...(path === undefined ? {} : { path: resolve(path) }),
    ...(source === undefined ? {} : { source }),
    ...tarballOf(prepared, output),
    bundleSha256: digestOf(proof.bundle, 'sha256').hex,
    ...(bundlePath === undefined ? {} : { bundlePath: resolve(bundlePath) }),
    ...(manifestPath === undefined ? {} : { manifestPath: resolve(manifestPath) }),
    ...(keptEvidence === undefined ? {} : { keptEvidence }),
    ...contentOf(output),
    ...(crossChecks === undefined ? {} : { crossChecks }),
    ...(policy === undefined ? {} : { policy }),
    ...describeProof(proof, output.sha256),
    checks: {
      ...proven.checks,
      digest: { outcome: 'passed', detail: `${proven.algorithm}:${proven.hex} (${output.had})` },
    },
    notes: [...proof.notes, ...(output.name?.notes ?? []), ...noteOnReplaced(output)],
  };
}

/** Why the release manifest does not bind a name is worth a line only where nothing else binds it; another name always. */
function reportNameNotes(output: Output, report: Report): void {
  const { by = [], notes = [] } = output.name ?? {};
  for (const one of notes) {
    if (by.length === 0 || one.code === 'file-name-says-other')
      report({ kind: 'note', ...one, ...artifactOf(output) });
    else report({ kind: 'detail', message: one.text });
  }
}

function outcomeOf(output: Output): ArtifactResult['outcome'] {
  if (output.kind === 'already-installed') return 'kept';
  if (output.kind === 'planned') return output.replaces ? 'would-replace' : 'would-install';
  return output.kind === 'installed' && output.replaces ? 'replaced' : output.kind;
}

/** For a note about it. */
function artifactOf(output: Output): { readonly artifact?: string } {
  const artifact = pathOf(output);
  return artifact === undefined ? {} : { artifact };
}

function previousOf(output: Output): Pick<ArtifactResult, 'previous'> {
  return 'previous' in output && output.previous !== undefined ? { previous: output.previous } : {};
}

function pathOf(output: Output): string | undefined {
  switch (output.kind) {
    case 'installed':
    case 'already-installed':
    case 'planned':
      return output.file.destination;
    case 'extracted':
      return output.extraction.directory;
    case 'verified':
      return output.path;
  }
}

function coordinatesOf(
  { artifact }: PreparedArtifact,
  output: Output,
): Pick<ArtifactResult, 'component' | 'version' | 'platform'> {
  if (artifact === undefined) return describeClaim(output.name?.claimed);
  const { component, version, platform } = artifact;
  return {
    component: memberOf(output)?.component ?? component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}

/** What a local file says that it is. */
function describeClaim(
  claimed: ClaimedName | undefined,
): Pick<ArtifactResult, 'component' | 'version' | 'platform'> {
  if (claimed === undefined) return {};
  const { component, version, platform } = claimed;
  return {
    component,
    ...(version === undefined ? {} : { version: formatReleaseVersion(version) }),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
  };
}

function describeName({ name }: Output): Pick<ArtifactResult, 'name'> {
  if (name === undefined) return {};
  const { claimed: _, notes: __, manifestExceptions: ___, ...what } = name;
  return { name: { bound: what.by.length > 0, ...what } };
}

function describePayload(output: Output): Pick<ArtifactResult, 'containerImage'> {
  if (output.kind !== 'verified' || output.containerSignature === undefined) return {};
  const { reference, imageDigest } = output.containerSignature;
  return { containerImage: { reference, digest: imageDigest } };
}

function tarballOf(
  { artifact, proof: { proven } }: PreparedArtifact,
  output: Output,
): Pick<ArtifactResult, 'fromTarball'> {
  const member = memberOf(output);
  if (artifact === undefined || member === undefined) return {};
  return { fromTarball: { name: artifact.fileName, sha256: proven.hex, member: member.path } };
}

function contentOf(output: Output): Pick<ArtifactResult, 'members' | 'extracted'> {
  if (output.kind === 'verified') return output.members === undefined ? {} : { members: output.members };
  if (output.kind !== 'extracted') return {};
  const files = output.extraction.members.filter(({ kind }) => kind === 'file');
  return { extracted: { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) } };
}

/** A file with the proven bytes was replaced all the same. The user may wonder why, or want to look into it. */
function noteOnReplaced(output: Output): readonly Note[] {
  if (!('unfit' in output) || output.unfit === undefined) return [];
  const text =
    output.kind === 'planned'
      ? `a new file would take the place of ${output.file.destination}, which has the same bytes: ${output.unfit}`
      : `a new file took the place of ${output.file.destination}, which had the same bytes: ${output.unfit}`;
  return [note('file-renewed', text)];
}

/** The members of a result that a proof decides. */
function describeProof(
  { proven, origin, trust }: ProvenArtifact,
  sha256: string,
): Pick<
  ArtifactResult,
  'claim' | 'predicateType' | 'sha256' | 'evidence' | 'signer' | 'signedAt' | 'logEntries' | 'trustedRoot'
> {
  const { claim, signer, signedAt, logEntries } = proven;
  return {
    claim: claim.kind,
    ...(claim.kind === 'attested' ? { predicateType: claim.predicateType } : {}),
    sha256,
    evidence: origin,
    signer,
    ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
    logEntries,
    trustedRoot: describeTrust(trust),
  };
}
