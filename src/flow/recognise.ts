/** A file that is at its destination already, proved and named by what earlier runs kept: without a request. */
import {
  type InstalledFile,
  type MeasuredOccupant,
  measureOccupant,
  readInstalled,
} from '../disk/installed.ts';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { Note } from '../notes.ts';
import type { PlannedArtifact, PlannedFile, PlannedMember } from '../plan/plan.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import { releaseArtifact } from '../release/artifact.ts';
import { archiveInPlace } from './archive-name.ts';
import type { RunContext } from './download.ts';
import { type KeptProof, proveKept } from './kept-evidence.ts';
import { keptManifest } from './kept-manifest.ts';
import { type ArtifactName, assertName, type NamedBytes } from './name.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import { reportChecks } from './report.ts';
import type { ProvedManifest } from './run-manifest.ts';

/** What is asked for, whatever becomes of it. */
export type AskedFile = Omit<PlannedArtifact, 'becomes'>;

/** A file out of a tarball is a released file too, which the release manifest lists under its own name. */
export function memberAsked({ artifact, policy }: PlannedArtifact, file: PlannedMember): AskedFile {
  const { label, member, demanded, demandedBy, nameRequired } = file;
  const { version, platform } = artifact;
  if (platform === undefined) throw new TypeError(`${label} is out of a tarball for every platform`);
  const own = releaseArtifact({ component: member.component, version, platform });
  return { artifact: own, label, policy, demanded, demandedBy, nameRequired };
}

export interface Recognised {
  readonly proof: ProvenArtifact;
  readonly measured: MeasuredOccupant;
  readonly name: ArtifactName;
  readonly manifest: ProvedManifest | undefined;
}

export interface Recognition {
  readonly known: Recognised | undefined;
  /** About evidence that was kept and did not fit. */
  readonly notes: readonly Note[];
}

const NOTHING_KNOWN: Recognition = { known: undefined, notes: [] };

/**
 * Proves the existing file by the evidence that was kept for its bytes, or by a kept release manifest that lists them.
 * Something must bind them to the name: they themselves, that manifest, or a digest that was demanded. If nothing does, it
 * is no failure: an older release may be there.
 */
export async function recognise(
  asked: AskedFile,
  { destination, executable }: PlannedFile,
  context: RunContext,
): Promise<Recognition> {
  // Where nothing was ever kept, the file is not hashed for it.
  if ((await context.client.data.list('evidence')).length === 0) return NOTHING_KNOWN;
  const maxBytes = MAX_ARTIFACT_BYTES[asked.artifact.kind];
  const measured = await measureOccupant({ destination, executable, maxBytes }, 'sha256', context.signal);
  if (measured?.digest === undefined) return NOTHING_KNOWN;
  const { digest: sha256 } = measured;
  if (asked.demanded !== undefined && asked.demanded !== sha256) return NOTHING_KNOWN;
  const manifest = await keptManifest(asked.artifact.version, asked.policy, context);
  const { proof, notes } = await proveKeptOrListed(sha256, asked, manifest, context);
  if (proof === undefined) return { known: undefined, notes };
  const installed = { destination, proven: proof.proven, executable, maxBytes };
  const name = await boundName(asked, installed, { sha256, manifest }, context);
  if (name === undefined) return NOTHING_KNOWN;
  await context.logMemory.compare(proof);
  reportChecks(context.client.report, asked.label, proof);
  return { known: { proof, measured, name, manifest }, notes: [] };
}

async function proveKeptOrListed(
  sha256: string,
  { artifact, policy }: AskedFile,
  manifest: ProvedManifest | undefined,
  context: RunContext,
): Promise<KeptProof> {
  const kept = await proveKept(sha256, policy, context);
  if (
    kept.proof !== undefined ||
    manifest?.manifest.digestsOf(artifact.pathInRelease).includes(sha256) !== true
  )
    return kept;
  const { proveFromManifest } = await import('./prove-listed.ts');
  const listing = { artifact, policy, manifest: () => Promise.resolve(manifest) };
  const reason = 'it lists the file, and an earlier run kept it';
  const listed = await proveFromManifest(listing, { algorithm: 'sha256', hex: sha256 }, reason);
  if (listed.kind === 'not-proved') return kept;
  // What is damaged is healed by having none: the manifest proves the file.
  if (kept.notes.length > 0) await context.client.data.remove('evidence', sha256);
  return { proof: { ...listed.proof, notes: kept.notes }, notes: kept.notes };
}

/** A file that is there already, with the proven bytes. */
export interface FileInPlace extends InstalledFile {
  readonly proven: ProvenDigest;
}

/** Its digest, and what its name is held against. */
type NameFacts = Pick<NamedBytes, 'sha256' | 'manifest'>;

/** The name that something binds the file to; undefined if nothing does, or if it is something else. */
async function boundName(
  asked: AskedFile,
  installed: FileInPlace,
  named: NameFacts,
  context: RunContext,
): Promise<ArtifactName | undefined> {
  try {
    const name = await nameInPlace(asked, installed, named, context);
    return name.by.length > 0 ? name : undefined;
  } catch (error) {
    if (error instanceof UntrustedError || error instanceof UnavailableError) return undefined;
    throw error;
  }
}

/**
 * Holds a file that is there already against the name that was asked for.
 *
 * @throws as {@link assertName}
 */
export function nameInPlace(
  asked: AskedFile,
  installed: FileInPlace,
  named: NameFacts,
  { signal }: RunContext,
): Promise<ArtifactName> {
  const { destination, proven } = installed;
  const archive = archiveInPlace(asked.artifact, destination, proven, signal);
  return readInstalled(installed, (file) =>
    assertName(asked.artifact, { ...named, file, from: destination, archive }, asked),
  );
}
