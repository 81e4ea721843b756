import { dirname } from 'node:path';
import {
  findInstalled,
  hashInstalled,
  type InstalledFile,
  judgeOccupant,
  type MeasuredOccupant,
} from '../disk/installed.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { Note } from '../notes.ts';
import type { PlannedFile } from '../plan/plan.ts';
import { archiveName } from './archive-name.ts';
import type { Download } from './download.ts';
import { assertIsDemanded, crossChecked, manifestFor } from './fetch-and-prove.ts';
import { type ArtifactName, assertName } from './name.ts';
import type { Output } from './prepared-artifact.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import { type FileInPlace, nameInPlace, recognise } from './recognise.ts';
import type { RunManifest } from './run-manifest.ts';

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

const NOTHING_THERE: Replaced = { kind: 'replaced', digest: undefined };

export interface Known {
  readonly taken: Taken | undefined;
  /** About evidence that was kept and did not fit. */
  readonly notes: readonly Note[];
}

/** Uses the existing file without a request, if what earlier runs kept proves and names it. */
export async function takeKnown(download: Download, file: PlannedFile): Promise<Known> {
  const { plan, context } = download;
  const { known, notes } = await recognise(plan, file, context);
  if (known === undefined) return { taken: undefined, notes };
  const { manifest } = known;
  const there = await takeOccupant(download, file, { ...known, manifest: () => Promise.resolve(manifest) });
  return { taken: there.kind === 'taken' ? there : undefined, notes };
}

/** How the existing file is proved and named. */
interface OccupantProof {
  readonly proof: ProvenArtifact;
  /** If the file was hashed already (SHA-256). */
  readonly measured?: MeasuredOccupant | undefined;
  /** If the file was named already. It holds for a file that stays; a copy is read anew. */
  readonly name?: ArtifactName;
  /** Default: that of the run's sources. */
  readonly manifest?: () => Promise<RunManifest | undefined>;
}

/** Uses the existing file if it has the proven bytes: as it is, or as a new file with the same bytes. */
export async function takeOccupant(
  download: Download,
  file: PlannedFile,
  occupantProof: OccupantProof,
): Promise<Taken | Replaced> {
  const { proof, measured } = occupantProof;
  const { destination, executable } = file;
  const { proven } = proof;
  const maxBytes = MAX_ARTIFACT_BYTES[download.plan.artifact.kind];
  const installed = { destination, proven, executable, maxBytes, measured: measured?.state };
  const occupant =
    measured !== undefined && proven.algorithm === 'sha256'
      ? judgeOccupant(measured, proven.hex)
      : await findInstalled(installed, download.context.signal);
  switch (occupant.kind) {
    case 'fit':
      return takeAsItIs(download, file, installed, occupantProof);
    case 'unfit':
      return takeCopy(download, file, occupant.why, occupantProof);
    case 'other':
      return { kind: 'replaced', digest: occupant.digest };
    case 'absent':
      return NOTHING_THERE;
  }
}

async function takeAsItIs(
  download: Download,
  file: PlannedFile,
  installed: FileInPlace,
  { proof, name: known, manifest = () => manifestFor(download) }: OccupantProof,
): Promise<Taken> {
  const [sha256, checked] = await digestsOfExisting(download, installed, proof);
  const name =
    known ??
    (await nameInPlace(download.plan, installed, { sha256, manifest: await manifest() }, download.context));
  await download.discard();
  const had = 'the file that was there';
  const output = { kind: 'already-installed', file, installed, sha256, had, name } as const;
  return { kind: 'taken', proof: checked, output };
}

/** @param unfit why the file cannot stay. */
async function takeCopy(
  download: Download,
  file: PlannedFile,
  unfit: string,
  { proof, manifest: manifestOf = () => manifestFor(download) }: OccupantProof,
): Promise<Taken | Replaced> {
  const { plan, context } = download;
  const { destination } = file;
  const copied = await download.copyOf(destination, proof.proven);
  if (copied === undefined) return NOTHING_THERE;
  const { verified, digests } = copied;
  assertIsDemanded(plan, verified.sha256);
  const { sha256, bytes } = verified;
  const manifest = await manifestOf();
  const archive = archiveName(plan.artifact, verified, dirname(destination), context.signal);
  const named = { file: verified, sha256, manifest, from: destination, archive };
  const name = await assertName(plan.artifact, named, plan);
  const had = `${bytes} bytes copied from the file that was there`;
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
