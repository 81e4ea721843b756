import { dirname } from 'node:path';
import {
  hashInstalled,
  findInstalled,
  type InstalledFile,
  judgeOccupant,
  type MeasuredOccupant,
  measureOccupant,
  readInstalled,
} from '../disk/installed.ts';
import { UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { Note } from '../notes.ts';
import type { PlannedArtifact, PlannedFile } from '../plan/plan.ts';
import { archiveInPlace, archiveName } from './archive-name.ts';
import type { Download } from './download.ts';
import { assertIsDemanded, crossChecked, manifestFor } from './fetch-and-prove.ts';
import { proveKept } from './kept-evidence.ts';
import { keptManifest } from './kept-manifest.ts';
import { assertName, type NamedBytes } from './name.ts';
import type { Output } from './prepared-artifact.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import type { RunManifest } from './run-manifest.ts';
import { reportChecks } from './report.ts';

/** The file that was there, or a copy of it, is the right one. */
export interface Taken {
  readonly kind: 'taken';
  readonly proof: ProvenArtifact;
  readonly output: Output;
}

/** A file with other bytes, which a new one replaces; without a digest if it cannot be read or does not exist. */
export interface Replaced {
  readonly kind: 'replaced';
  readonly digest: string | undefined;
}

export const NOTHING_THERE: Replaced = { kind: 'replaced', digest: undefined };

export interface Known {
  readonly taken: Taken | undefined;
  /** About evidence that was kept and did not fit. */
  readonly notes: readonly Note[];
}

const NOTHING_KNOWN: Known = { taken: undefined, notes: [] };

/**
 * Uses the existing file without a request, if the evidence that was kept for its bytes proves them, and something binds
 * them to the name: they themselves, the kept release manifest, or a digest that was demanded. Otherwise it is no failure:
 * an older release may be there.
 */
export async function takeKnown(download: Download, file: PlannedFile): Promise<Known> {
  const { plan, context } = download;
  const { destination, executable } = file;
  // Where nothing was ever kept, the file is not hashed for it.
  if ((await context.client.data.list('evidence')).length === 0) return NOTHING_KNOWN;
  const maxBytes = MAX_ARTIFACT_BYTES[plan.artifact.kind];
  const measured = await measureOccupant({ destination, executable, maxBytes }, 'sha256', context.signal);
  const sha256 = measured?.digest;
  if (sha256 === undefined || (plan.demanded !== undefined && plan.demanded !== sha256)) return NOTHING_KNOWN;
  const { proof, notes } = await proveKept(sha256, plan.policy, context);
  if (proof === undefined) return { taken: undefined, notes };
  const manifest = await keptManifest(plan.artifact.version, plan.policy, context);
  const installed = { destination, proven: proof.proven, executable, maxBytes };
  const archive = archiveInPlace(plan.artifact, destination, proof.proven, context.signal);
  const isNamed = await readInstalled(installed, async (bytes) => ({
    bound: await isBound(plan, { file: bytes, sha256, manifest, from: destination, archive }),
  }));
  if (!isNamed.bound) return NOTHING_KNOWN;
  await context.logMemory.compare(proof);
  reportChecks(context.client.report, plan.label, proof);
  const there = await takeOccupant(download, file, {
    proof,
    measured,
    manifest: () => Promise.resolve(manifest),
  });
  return { taken: there.kind === 'taken' ? there : undefined, notes: [] };
}

/** Whether the file is what was asked for by its name; false also if it is something else. */
async function isBound(plan: PlannedArtifact, named: NamedBytes): Promise<boolean> {
  try {
    return (await assertName(plan.artifact, named, plan)).by.length > 0;
  } catch (error) {
    if (error instanceof UntrustedError || error instanceof UnavailableError) return false;
    throw error;
  }
}

/** How the existing file is proved and named. */
interface OccupantProof {
  readonly proof: ProvenArtifact;
  /** If the file was hashed already (SHA-256). */
  readonly measured?: MeasuredOccupant | undefined;
  /** Default: that of the run's sources. */
  readonly manifest?: () => Promise<RunManifest | undefined>;
}

/** Uses the existing file if it has the proven bytes: as it is, or as a new file with the same bytes. */
export async function takeOccupant(
  download: Download,
  file: PlannedFile,
  { proof, measured, manifest: manifestOf = () => manifestFor(download) }: OccupantProof,
): Promise<Taken | Replaced> {
  const { destination, executable } = file;
  const { proven } = proof;
  const { artifact } = download.plan;
  const maxBytes = MAX_ARTIFACT_BYTES[artifact.kind];
  const installed = { destination, proven, executable, maxBytes };
  const occupant =
    measured !== undefined && proven.algorithm === 'sha256'
      ? judgeOccupant(measured, proven.hex)
      : await findInstalled(installed, download.context.signal);
  if (occupant.kind === 'fit') {
    const [sha256, checked] = await digestsOfExisting(download, installed, proof);
    const manifest = await manifestOf();
    const archive = archiveInPlace(artifact, destination, proven, download.context.signal);
    const name = await readInstalled(installed, (bytes) =>
      assertName(artifact, { file: bytes, sha256, manifest, from: destination, archive }, download.plan),
    );
    await download.discard();
    const had = 'the file that was there';
    const output = { kind: 'already-installed', file, installed, sha256, had, name } as const;
    return { kind: 'taken', proof: checked, output };
  }
  if (occupant.kind === 'other') return { kind: 'replaced', digest: occupant.digest };
  if (occupant.kind !== 'unfit') return NOTHING_THERE;
  const copied = await download.copyOf(destination, proven);
  if (copied === undefined) return NOTHING_THERE;
  const { verified, digests } = copied;
  assertIsDemanded(download.plan, verified.sha256);
  const { sha256, bytes } = verified;
  const manifest = await manifestOf();
  const archive = archiveName(artifact, verified, dirname(destination), download.context.signal);
  const named = { file: verified, sha256, manifest, from: destination, archive };
  const name = await assertName(artifact, named, download.plan);
  const had = `${bytes} bytes copied from the file that was there`;
  const unfit = occupant.why;
  const output = { kind: 'installed', file, verified, replaces: true, unfit, sha256, had, name } as const;
  return { kind: 'taken', proof: await crossChecked(download, proof, digests), output };
}

/** The SHA-256 of a file that is there already and has the proven digest, held against what the run asks for. */
async function digestsOfExisting(
  download: Download,
  installed: InstalledFile,
  proof: ProvenArtifact,
): Promise<readonly [sha256: string, checked: ProvenArtifact]> {
  const { algorithm, hex } = proof.proven;
  if (download.records === undefined && algorithm === 'sha256') return [hex, proof];
  const { signal } = download.context;
  const [sha256 = '', sha512 = ''] = await hashInstalled(installed, ['sha256', 'sha512'], signal);
  assertIsDemanded(download.plan, sha256);
  return [sha256, await crossChecked(download, proof, { sha256, sha512 })];
}
