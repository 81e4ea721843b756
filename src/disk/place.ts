import { basename, dirname, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import type { Note } from '../notes.ts';
import { diskError, throwIfInterrupted } from './disk-error.ts';
import { HeldDirectory } from './held-directory.ts';
import { inspectDestination, inspectEntry } from './inspect-destination.ts';
import { assertStillInstalled, type InstalledFile } from './installed.ts';
import { type Entry, type Replacement, replaceFile } from './replace-file.ts';
import { isStill, type KnownFile } from './same-file.ts';
import { restoreLabels } from './security-labels.ts';
import { openStaging, type StagedArtifact } from './staging.ts';
import { assertUnchanged, type VerifiedArtifact } from './verified-artifact.ts';
import { othersCanChange } from './who-can-change.ts';

/** `rwxr-xr-x`, regardless of the umask, like `install -m 0755`. */
export const EXECUTABLE_MODE = 0o755;
/** `rw-r--r--`, for files that are not executable. */
export const DATA_MODE = 0o644;

/** A small file of ours that goes with the artifacts, such as a bundle. It gets {@link DATA_MODE}. */
export interface SideFile {
  readonly destination: string;
  readonly bytes: Uint8Array;
}

export interface Placement {
  readonly artifact: VerifiedArtifact;
  /** Path of the final file, in the directory where the artifact was staged. */
  readonly destination: string;
  readonly mode: number;
}

export interface PlaceOptions {
  /** Placed with the artifacts or not at all. */
  readonly sideFiles?: readonly SideFile[];
  /** Holds the directory of each side file, in place of what its path leads to. */
  readonly hold?: (directory: string) => Promise<HeldDirectory>;
  /** Files that are left alone as long as they are still what was proved. */
  readonly installed?: readonly InstalledFile[];
  readonly signal?: AbortSignal | undefined;
}

/** One staged file on its way to one name. */
interface Step {
  readonly staged: StagedArtifact;
  /** The absolute path that was asked for. Its directory may be a link. */
  readonly destination: string;
  readonly mode: number;
  readonly content:
    | { readonly kind: 'artifact'; readonly artifact: VerifiedArtifact }
    | { readonly kind: 'side-file'; readonly bytes: Uint8Array };
}

/** All that can fail early is done; only the rename is left. */
interface ReadyStep extends Omit<Step, 'content'> {
  readonly content: Step['content'] | { readonly kind: 'output' };
  readonly from: Entry;
  readonly to: Entry;
  readonly known: KnownFile;
}

/**
 * Puts verified artifacts in their places, all or none, each with one rename: a reader sees the old file or the
 * complete new one. Everything that can fail early is done before the first rename. If a later rename fails, or if
 * the file in place is not the one that was proved, all of them are undone from backups (a hard link next to the
 * destination, or a copy if the file system has no hard links). After a crash, each destination is either the old
 * file or the complete new one, and the next run in that directory removes the backups.
 *
 * @returns notes about the whole run.
 * @throws InstallError; every destination is then as it was before.
 * @throws InterruptedError if the signal fired before the first rename; once renaming has begun, it is finished.
 */
export async function placeAll(
  placements: readonly Placement[],
  { sideFiles = [], installed = [], hold, signal }: PlaceOptions = {},
): Promise<readonly Note[]> {
  for (const { artifact } of placements) await assertUnchanged(artifact);
  // Artifacts first: a bundle without its artifact would claim too much.
  const steps = [
    ...placements.map(artifactStep),
    ...sideFiles.map((file) => sideFileStep(file, hold, signal)),
  ];
  const elsewhere: HeldDirectory[] = [];
  try {
    assertDistinct(steps);
    for (const { destination } of steps) await inspectDestination(destination);
    const ready: ReadyStep[] = [];
    for (const step of steps) ready.push(await prepareStep(step, elsewhere));
    await Promise.all(steps.map(({ staged, mode }) => staged.seal(mode)));
    for (const one of installed) await assertStillInstalled(one, signal);
    throwIfInterrupted(signal);
    return await replaceAll(ready);
  } finally {
    // The caller owns the artifacts; this function owns the staged side files. Discarding a placed file does nothing.
    for (const { staged, content } of steps) if (content.kind === 'side-file') await staged.discard();
    for (const directory of elsewhere) await directory.close();
  }
}

/**
 * Puts one file that was written piece by piece in its place, with {@link DATA_MODE}, as {@link placeAll} does. The caller
 * discards it if this fails.
 *
 * @param destination in the directory where it was staged.
 * @throws InstallError; the destination is then as it was before.
 */
export async function placeStaged(staged: StagedArtifact, destination: string): Promise<readonly Note[]> {
  const { sha256 } = await staged.finish();
  const known = { file: await staged.freeze(), sha256 };
  const from = staged.at;
  if (from === undefined) throw new TypeError(`${staged.fileName} is no longer staged`);
  const to = { directory: from.directory, name: basename(destination) };
  await staged.seal(DATA_MODE);
  return replaceAll([{ staged, destination, mode: DATA_MODE, content: { kind: 'output' }, from, to, known }]);
}

function artifactStep({ artifact, destination, mode }: Placement): Step {
  const content = { kind: 'artifact', artifact } as const;
  return { staged: artifact.staged, destination: resolve(destination), mode, content };
}

function sideFileStep(file: SideFile, hold: PlaceOptions['hold'], signal: AbortSignal | undefined): Step {
  const destination = resolve(file.destination);
  const [directory, fileName] = [dirname(destination), basename(destination)];
  const held = hold === undefined ? {} : { hold: () => hold(directory) };
  const staged = openStaging({ directory, fileName, ...held, signal });
  return { staged, destination, mode: DATA_MODE, content: { kind: 'side-file', bytes: file.bytes } };
}

async function prepareStep(step: Step, elsewhere: HeldDirectory[]): Promise<ReadyStep> {
  const { staged, destination, content } = step;
  const known = content.kind === 'artifact' ? content.artifact : await stageSideFile(staged, content.bytes);
  const from = staged.at;
  if (from === undefined) throw new TypeError(`${staged.fileName} is no longer staged`);
  const name = basename(destination);
  if (dirname(destination) === dirname(staged.path)) {
    return { ...step, known, from, to: { directory: from.directory, name } };
  }
  try {
    const directory = await HeldDirectory.open(dirname(destination));
    elsewhere.push(directory);
    return { ...step, known, from, to: { directory, name } };
  } catch (error) {
    throw diskError(error, `put ${staged.fileName} in place`, destination);
  }
}

async function stageSideFile(staged: StagedArtifact, bytes: Uint8Array): Promise<KnownFile> {
  await staged.write(bytes);
  const { sha256 } = await staged.finish();
  return { file: await staged.freeze(), sha256 };
}

async function replaceAll(steps: readonly ReadyStep[]): Promise<readonly Note[]> {
  const done: Replacement[] = [];
  let notes: readonly Note[];
  try {
    for (const step of steps) done.push(await replace(step));
    notes = await restoreLabels(done.map(({ destination }) => destination));
    for (const step of steps) await assertPlaced(step);
  } catch (error) {
    await undo(done, error);
    throw error;
  }
  const directories = new Set(steps.map(({ to }) => to.directory));
  await Promise.all([...directories].map((directory) => directory.sync()));
  await Promise.all(done.map((replacement) => replacement.keep()));
  for (const { staged } of steps) await staged.markPlaced();
  return notes;
}

async function replace({ staged, destination, content, known, from, to }: ReadyStep): Promise<Replacement> {
  await inspectEntry(to);
  if (content.kind === 'artifact') await assertUnchanged(content.artifact);
  try {
    return await replaceFile(from, to, () => isStill(known, to));
  } catch (error) {
    throw diskError(error, `put ${staged.fileName} in place`, destination);
  }
}

/**
 * Checks that the path leads to the proved file. A file that this user or root has put there since is fine too, for
 * example by another run of this program, if no other user could have done it.
 *
 * @throws InstallError `place-failed`
 */
async function assertPlaced({ destination, known, to }: ReadyStep): Promise<void> {
  await to.directory.assertIsAt(dirname(destination));
  if (await isStill(known, to)) return;
  const isThere = (await inspectEntry(to)) === 'file';
  const others = await othersCanChange(destination);
  if (isThere && others?.length === 0) return;
  throw new InstallError('place-failed', `${destination} is not the file that was just put there`, {
    wanted: `the file that was placed, with sha256:${known.sha256}`,
    found: isThere ? 'another file' : 'no such file',
    why: `another user or program writes to ${dirname(destination)}`,
    next: 'install into a directory that only you can change',
  });
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
          next: 'put it back by hand',
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
          next: 'install them one at a time, or into different directories',
        },
      );
    }
    seen.add(destination);
  }
}
