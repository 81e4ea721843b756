import { basename, dirname, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import { syncDirectory } from './directories.ts';
import { diskError, throwIfInterrupted } from './disk-error.ts';
import { inspectDestination } from './inspect-destination.ts';
import { type Replacement, replaceFile } from './replace-file.ts';
import { openStaging, type StagedArtifact } from './staging.ts';
import { assertUnchanged, type VerifiedArtifact } from './verified-artifact.ts';

/** `rwxr-xr-x`, whatever the umask: what `install -m 0755` gives. */
export const EXECUTABLE_MODE = 0o755;
/** `rw-r--r--`, for everything that is not run. */
export const DATA_MODE = 0o644;

/** A small file of our own making that goes with the artifacts, such as a bundle. It gets {@link DATA_MODE}. */
export interface SideFile {
  readonly destination: string;
  readonly bytes: Uint8Array;
}

export interface Placement {
  readonly artifact: VerifiedArtifact;
  /** The file to be; its directory is the one that the artifact was staged in. */
  readonly destination: string;
  readonly mode: number;
}

export interface PlaceOptions {
  /** Placed with the artifacts or not at all. */
  readonly sideFiles?: readonly SideFile[];
  readonly signal?: AbortSignal | undefined;
}

/** One staged file on its way to one name. */
interface Step {
  readonly staged: StagedArtifact;
  readonly destination: string;
  readonly mode: number;
  readonly content:
    | { readonly kind: 'artifact'; readonly artifact: VerifiedArtifact }
    | { readonly kind: 'side-file'; readonly bytes: Uint8Array };
}

/**
 * Puts verified artifacts in their places, all or none, each with one rename: whoever looks sees the old file or the
 * complete new one. Everything that can fail early does so before the first rename; when a later rename fails, the
 * earlier ones are undone from backups (a hard link beside the destination, or a copy where the file system has none).
 * A crash in between leaves each destination either old or new and complete; the next run into the directory removes
 * the backups.
 *
 * @throws InstallError; every destination is then as it was.
 * @throws InterruptedError when the signal has fired before the first rename; after that the renames are finished.
 */
export async function placeAll(
  placements: readonly Placement[],
  { sideFiles = [], signal }: PlaceOptions = {},
): Promise<void> {
  for (const { artifact } of placements) await assertUnchanged(artifact);
  // The artifacts first: a bundle without its artifact would say more than is so.
  const steps = [...placements.map(artifactStep), ...sideFiles.map((file) => sideFileStep(file, signal))];
  try {
    assertDistinct(steps);
    for (const { destination } of steps) await inspectDestination(destination);
    for (const step of steps) await writeSideFile(step);
    await Promise.all(steps.map(({ staged, mode }) => staged.seal(mode)));
    throwIfInterrupted(signal);
    const done = await replaceAll(steps);
    const directories = new Set(done.map(({ destination }) => dirname(destination)));
    await Promise.all([...directories].map((directory) => syncDirectory(directory)));
  } finally {
    // The artifacts belong to the caller, the staged side files to this function; a placed one is not touched.
    for (const { staged, content } of steps) if (content.kind === 'side-file') await staged.discard();
  }
}

function artifactStep({ artifact, destination, mode }: Placement): Step {
  const content = { kind: 'artifact', artifact } as const;
  return { staged: artifact.staged, destination: resolve(destination), mode, content };
}

function sideFileStep(file: SideFile, signal: AbortSignal | undefined): Step {
  const destination = resolve(file.destination);
  const staged = openStaging({ directory: dirname(destination), fileName: basename(destination), signal });
  return { staged, destination, mode: DATA_MODE, content: { kind: 'side-file', bytes: file.bytes } };
}

async function writeSideFile({ staged, content }: Step): Promise<void> {
  if (content.kind !== 'side-file') return;
  await staged.write(content.bytes);
  await staged.finish();
}

async function replaceAll(steps: readonly Step[]): Promise<readonly Replacement[]> {
  const done: Replacement[] = [];
  try {
    for (const step of steps) done.push(await replace(step, steps.length > 1));
  } catch (error) {
    await undo(done, error);
    throw error;
  }
  for (const { staged } of steps) staged.markPlaced();
  await Promise.all(done.map((replacement) => replacement.keep()));
  return done;
}

async function replace({ staged, destination, content }: Step, undoable: boolean): Promise<Replacement> {
  await inspectDestination(destination);
  if (content.kind === 'artifact') await assertUnchanged(content.artifact);
  try {
    return await replaceFile(staged.path, destination, undoable);
  } catch (error) {
    throw diskError(error, `put ${staged.fileName} in place`, destination);
  }
}

async function undo(done: readonly Replacement[], reason: unknown): Promise<void> {
  for (const replacement of done.toReversed()) {
    try {
      await replacement.undo();
    } catch (error) {
      const kept = replacement.backup === undefined ? '' : `; its old content is ${replacement.backup}`;
      throw new InstallError(
        'place-failed',
        `an artifact could not be put in place, and ${replacement.destination} could not be put back${kept}`,
        {
          found: error instanceof Error ? error.message : String(error),
          advice: 'put it back by hand',
          cause: new AggregateError([reason, error]),
        },
      );
    }
  }
}

function assertDistinct(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const { destination } of steps) {
    if (seen.has(destination)) {
      throw new InstallError(
        'destination-unsuitable',
        `two files would both be installed as ${destination}`,
        {
          advice: 'install them one at a time, or into different directories',
        },
      );
    }
    seen.add(destination);
  }
}
