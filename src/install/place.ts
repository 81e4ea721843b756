import { lstat, readlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { excerpt } from '../encoding/base64.ts';
import { InstallError } from '../errors.ts';
import { syncDirectory } from './directories.ts';
import { diskError, isAbsent, throwIfInterrupted } from './disk-error.ts';
import { type Replacement, replaceFile } from './replace-file.ts';
import { assertUnchanged, type VerifiedArtifact } from './verified-artifact.ts';

/** `rwxr-xr-x`, whatever the umask: what `install -m 0755` gives. */
export const EXECUTABLE_MODE = 0o755;
/** `rw-r--r--`, for everything that is not run. */
export const DATA_MODE = 0o644;

export interface Placement {
  readonly artifact: VerifiedArtifact;
  /** The file to be; its directory is the one that the artifact was staged in. */
  readonly destination: string;
  readonly mode: number;
}

export interface Placed {
  /** Absolute. */
  readonly destination: string;
  /** Another file was there before. */
  readonly replaced: boolean;
}

/**
 * Puts a verified artifact in its place with one rename: whoever looks sees the old file or the complete new one, a
 * crash at any moment included.
 *
 * @throws InstallError; the destination is then as it was.
 */
export async function place(
  artifact: VerifiedArtifact,
  destination: string,
  options: { readonly mode: number; readonly signal?: AbortSignal | undefined },
): Promise<Placed> {
  const { mode, signal } = options;
  const [placed] = await placeAll([{ artifact, destination, mode }], { signal });
  return placed ?? { destination: resolve(destination), replaced: false };
}

/**
 * Puts several verified artifacts in their places, all or none. Everything that can fail early does so before the
 * first rename; when a later rename fails, the earlier ones are undone from backups (a hard link beside the
 * destination, or a copy where the file system has none). A crash in between leaves each destination either old or
 * new and complete; the next run into the directory removes the backups.
 *
 * @throws InstallError; every destination is then as it was.
 * @throws InterruptedError when the signal has fired before the first rename; after that the renames are finished.
 */
export async function placeAll(
  placements: readonly Placement[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Placed[]> {
  assertDistinct(placements);
  for (const { artifact, destination } of placements) {
    await assertUnchanged(artifact);
    await inspectDestination(destination);
  }
  await Promise.all(placements.map(({ artifact, mode }) => artifact.staged.seal(mode)));
  throwIfInterrupted(options.signal);

  const done: Replacement[] = [];
  try {
    for (const placement of placements) done.push(await placeOne(placement, placements.length > 1));
  } catch (error) {
    await undo(done, error);
    throw error;
  }
  await Promise.all(done.map((replacement) => replacement.keep()));
  const directories = new Set(done.map(({ destination }) => dirname(destination)));
  await Promise.all([...directories].map((directory) => syncDirectory(directory)));
  return done.map(({ destination, replaced }) => ({ destination, replaced }));
}

async function placeOne({ artifact, destination }: Placement, undoable: boolean): Promise<Replacement> {
  await inspectDestination(destination);
  await assertUnchanged(artifact);
  const target = resolve(destination);
  try {
    const replacement = await replaceFile(artifact.staged.path, target, undoable);
    artifact.staged.markPlaced();
    return replacement;
  } catch (error) {
    throw diskError(error, `put ${artifact.staged.fileName} in place`, target);
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

function assertDistinct(placements: readonly Placement[]): void {
  const seen = new Set<string>();
  for (const { destination } of placements) {
    const path = resolve(destination);
    if (seen.has(path)) {
      throw new InstallError('destination-unsuitable', `two artifacts would both be installed as ${path}`, {
        advice: 'install them one at a time, or into different directories',
      });
    }
    seen.add(path);
  }
}

/**
 * Whether a file can be put at the path: nothing is there, or a regular file that is replaced. Changes nothing; a run
 * calls it before it downloads, and placing calls it again.
 *
 * A symbolic link is refused: to write through it would change a file that nobody named, and to replace it would
 * silently undo somebody's arrangement (alternatives, Homebrew and version managers all link /usr/local/bin/kubectl).
 *
 * @throws InstallError `destination-unsuitable`, or `destination-unwritable` where even that cannot be told.
 */
export async function inspectDestination(destination: string): Promise<'absent' | 'file'> {
  const path = resolve(destination);
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return 'absent';
    throw diskError(error, `look at ${path}`, path);
  }
  if (found.isFile()) return 'file';
  if (found.isSymbolicLink()) {
    const target = await readlink(path).catch(() => '');
    throw new InstallError('destination-unsuitable', `${path} is a symbolic link`, {
      expected: 'a regular file, or nothing',
      found: `a link to ${excerpt(target, 200)}`,
      why: 'writing through a link changes a file that was not named, and replacing it undoes what somebody set up',
      advice: `remove the link first (rm ${path}), or install to its target with --output, or elsewhere with --install-dir`,
    });
  }
  const directory = found.isDirectory();
  throw new InstallError(
    'destination-unsuitable',
    `${path} is ${directory ? 'a directory' : 'not a regular file'}`,
    {
      expected: 'a regular file, or nothing',
      found: directory ? 'a directory' : 'a device, pipe or socket',
      advice: directory
        ? `to install into it, use --install-dir ${path}`
        : 'name another place with --install-dir or --output',
    },
  );
}
