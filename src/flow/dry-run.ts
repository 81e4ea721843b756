/**
 * An install that stops before the first byte of an artifact: everything is proved that the signatures and the release
 * manifest prove, and every destination is looked at, and left as it is.
 */
import { assertCanBePlaced } from '../disk/can-be-placed.ts';
import { inspectDestination } from '../disk/inspect-destination.ts';
import { findInstalled, judgeOccupant, type Occupant } from '../disk/installed.ts';
import type { Client } from '../client.ts';
import { UnavailableError } from '../errors.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { PlannedArtifact, PlannedFile, PlannedMember } from '../plan/plan.ts';
import { type InstallRequest, sourcesOf } from '../plan/request.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { assertIsDemanded } from './fetch-and-prove.ts';
import type { RunContext } from './download.ts';
import { type ArtifactName, assertClaimed } from './name.ts';
import type { Output, PreparedArtifact } from './prepared-artifact.ts';
import { previousVersion } from './previous-version.ts';
import { type ProvenFile, proveReleased } from './prove-released.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import { type AskedFile, type FileInPlace, memberAsked, nameInPlace, recognise } from './recognise.ts';
import { shareKeptManifests } from './release-manifest.ts';
import { bundlePathOf } from './saved-bundle.ts';
import type { RunManifest } from './run-manifest.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import type { RunTrust } from './run-trust.ts';

/**
 * Prepares what a run would place; there is nothing to place.
 *
 * @returns one for each file or directory, in the order of the plan.
 * @throws K8sVerifyError: what the run would fail with, as far as it can be known without the bytes.
 */
export async function rehearseAll(
  planned: readonly PlannedArtifact[],
  request: InstallRequest,
  client: Client,
  trust: RunTrust,
  logMemory: RunLogMemory,
): Promise<readonly PreparedArtifact[]> {
  const ended = new AbortController();
  const { signal: asked } = request;
  const signal = asked === undefined ? ended.signal : AbortSignal.any([asked, ended.signal]);
  const sources = sourcesOf(request, client.http);
  const all = { network: request, sources, client, trust, logMemory, signal };
  const context: RunContext = { ...all, recordsOf: undefined, manifestOf: shareKeptManifests(all) };
  try {
    const files = planned.flatMap(filesOf);
    for (const one of files) await assertPlaceable(one);
    const known = await Promise.all(files.map((one) => knownAs(one, context)));
    const unknown = planned.filter((plan) =>
      files.some((one, index) => one.plan === plan && known[index] === undefined),
    );
    const proven = await proveReleased(unknown, { ...all, nameRequired: false });
    const byPlan = new Map(unknown.map((plan, index) => [plan, proven[index]] as const));
    return await Promise.all(
      files.map(async (one, index) => known[index] ?? rehearse(one, byPlan.get(one.plan), context)),
    );
  } finally {
    ended.abort();
  }
}

/** One file or directory of a plan. */
interface PlannedOutput {
  readonly plan: PlannedArtifact;
  readonly file: PlannedFile | PlannedMember;
  /** The file itself, under its own name; undefined of a directory. */
  readonly asked: AskedFile | undefined;
  readonly saveBundle: boolean;
}

function filesOf(plan: PlannedArtifact): readonly PlannedOutput[] {
  const { becomes } = plan;
  switch (becomes.kind) {
    case 'file':
      return [{ plan, file: becomes, asked: plan, saveBundle: becomes.saveBundle }];
    case 'directory':
      return [{ plan, file: { ...becomes, executable: false }, asked: undefined, saveBundle: false }];
    case 'members':
      return becomes.files.map((file) => ({ plan, file, asked: memberAsked(plan, file), saveBundle: false }));
  }
}

async function assertPlaceable({ file, asked, saveBundle }: PlannedOutput): Promise<void> {
  const { destination } = file;
  if (asked !== undefined) await inspectDestination(destination);
  await assertCanBePlaced(destination);
  if (saveBundle) await inspectDestination(bundlePathOf(destination));
}

/** The file that is there, if what earlier runs kept proves and names it. */
async function knownAs(
  { file, asked }: PlannedOutput,
  context: RunContext,
): Promise<PreparedArtifact | undefined> {
  const { destination, executable } = file;
  if (asked === undefined) {
    const { inspectExtractionTarget } = await import('../archive/staging-directory.ts');
    await inspectExtractionTarget(destination);
    return undefined;
  }
  if ((await inspectDestination(destination)) === 'absent') return undefined;
  const { known } = await recognise(asked, file, context);
  if (known?.measured.digest === undefined) return undefined;
  const { proof, measured, name } = known;
  const { digest: sha256 } = known.measured;
  const occupant = judgeOccupant(measured, sha256);
  const facts = { file: { destination, executable }, asked, proof, sha256, name };
  return prepared(asked.artifact, proof, await outputOf(facts, occupant));
}

async function rehearse(
  { plan, file, asked }: PlannedOutput,
  proven: ProvenFile | undefined,
  context: RunContext,
): Promise<PreparedArtifact> {
  if (proven === undefined) throw new TypeError(`${plan.label} was not proved`);
  const { proof, manifest } = proven;
  assertIsDemanded(plan, proven.sha256);
  const isMember = asked !== undefined && asked.artifact !== plan.artifact;
  const sha256 = isMember ? listedDigest(asked, plan.label, manifest) : proven.sha256;
  const of = asked ?? plan;
  assertIsDemanded(of, sha256);
  const named = { sha256, manifest, from: undefined };
  const name = assertClaimed(of.artifact, undefined, named, { ...of, nameRequired: false });
  const facts = { file, asked: of, proof, sha256, name };
  if (asked === undefined) return prepared(plan.artifact, proof, await outputOf(facts, { kind: 'absent' }));
  const installed = {
    ...installedAs(facts),
    proven: { ...proof.proven, algorithm: 'sha256', hex: sha256 },
  } as const;
  const occupant = await findInstalled(installed, context.signal);
  const inPlace =
    occupant.kind === 'fit' && !isMember
      ? await nameInPlace(asked, installed, { sha256, manifest }, context)
      : name;
  return prepared(plan.artifact, proof, await outputOf({ ...facts, name: inPlace }, occupant));
}

/** @throws UnavailableError `mirror-incomplete` */
function listedDigest({ artifact, label }: AskedFile, tarball: string, manifest: RunManifest): string {
  const digests = manifest.kind === 'none' ? [] : manifest.manifest.digestsOf(artifact.pathInRelease);
  const [only, ...others] = digests;
  if (only !== undefined && others.length === 0) return only;
  const release = formatReleaseVersion(artifact.version);
  throw new UnavailableError('mirror-incomplete', `the digest of ${label} is not known without its bytes`, {
    wanted: `${MANIFEST_NAME} of ${release}, which lists one digest of it`,
    found: manifest.kind === 'none' ? manifest.why : 'a release manifest that does not',
    why: `it is out of ${tarball}, and only that is signed`,
    next: 'run it without --dry-run, which takes the file out of the proven tarball',
  });
}

/** What is known of a file that would be placed. */
interface Facts {
  readonly file: PlannedFile | PlannedMember;
  readonly asked: AskedFile;
  readonly proof: ProvenArtifact;
  readonly sha256: string;
  readonly name: ArtifactName;
}

function installedAs({ file, asked, proof }: Facts): FileInPlace {
  const { destination, executable } = file;
  return { destination, executable, proven: proof.proven, maxBytes: MAX_ARTIFACT_BYTES[asked.artifact.kind] };
}

async function outputOf(facts: Facts, occupant: Occupant): Promise<Output> {
  const { file, asked, sha256, name } = facts;
  const had = 'nothing was downloaded';
  if (occupant.kind === 'fit') {
    const { destination, executable, maxBytes } = installedAs(facts);
    const proven = { algorithm: 'sha256', hex: sha256 } as const;
    const installed = { destination, executable, maxBytes, proven };
    return { kind: 'already-installed', file, installed, sha256, had: 'the file that is there', name };
  }
  const { component, kind } = asked.artifact;
  const previous =
    occupant.kind === 'other'
      ? await previousVersion(file.destination, component, MAX_ARTIFACT_BYTES[kind])
      : undefined;
  const unfit = occupant.kind === 'unfit' ? occupant.why : undefined;
  const replaces = occupant.kind !== 'absent';
  // The bytes themselves may say their name.
  const named = name.by.length > 0 ? { name } : {};
  return { kind: 'planned', file, replaces, previous, unfit, sha256, had, ...named };
}

function prepared(
  artifact: PreparedArtifact['artifact'],
  proof: ProvenArtifact,
  output: Output,
): PreparedArtifact {
  return { artifact, proof, source: undefined, bundlePath: undefined, outputs: [output] };
}
