import { InstallError } from '../errors.ts';
import type { Note } from '../notes.ts';
import { throwIfInterrupted } from '../disk/disk-error.ts';
import { restoreLabels } from '../disk/security-labels.ts';
import { memberMissing, MemberSelection } from './member-selection.ts';
import type { MemberLook } from './look.ts';
import type { readArchive as ReadArchive } from './read-archive.ts';
import { StagingDirectory } from './staging-directory.ts';
import type { StagedArtifact } from '../disk/staging.ts';
import type { ArchiveMember } from './member.ts';
import { confirmMember, type VerifiedArtifact, type VerifiedFile } from '../disk/verified-artifact.ts';

export interface ListOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ExtractOptions extends ListOptions {
  /** The directory to create; it must not exist or must be empty. */
  readonly into: string;
  /** Paths in the archive, or last parts of paths, see {@link MemberSelection}; without any: everything. */
  readonly members?: readonly string[];
  /** Looks into what is unpacked. */
  readonly look?: MemberLook | undefined;
}

export interface Extracted {
  /** Absolute. */
  readonly directory: string;
  readonly members: readonly ArchiveMember[];
}

/** Loaded only when an archive is opened: the reader is a tenth of all code, and most runs do not need it. */
const readArchive: typeof ReadArchive = async (...args) =>
  (await import('./read-archive.ts')).readArchive(...args);

/**
 * Lists a verified archive in its own order, after the same checks as for unpacking. Writes nothing.
 *
 * @throws InstallError `archive-rejected`; UntrustedError `digest-mismatch` if the file has changed meanwhile.
 */
export async function listArchive(
  archive: VerifiedFile,
  { signal }: ListOptions = {},
): Promise<readonly ArchiveMember[]> {
  const members: ArchiveMember[] = [];
  await readArchive(
    archive,
    async (visited) => {
      const { content: _, ...member } = visited;
      members.push(member);
    },
    signal,
  );
  return members;
}

/** An archive that is unpacked next to its target and waits for its final name. */
export interface StagedExtraction extends Extracted {
  readonly staging: StagingDirectory;
}

/**
 * Unpacks a verified archive into a private directory next to the target; {@link placeExtractions} then renames it.
 * Every member is checked, even those that you did not ask for, and the whole file is hashed again on the way. No one
 * can use the files before that. Files belong to the user of this run, get mode 0755 if the archive marks them
 * executable, else 0644, and keep their modification time.
 *
 * @returns what is staged; the caller places or discards it.
 * @throws InstallError `archive-rejected` or `archive-member-missing`, `destination-unsuitable` if the target exists
 *   and is not empty, or an error of staging; UntrustedError `digest-mismatch`. The disk is then as it was before.
 */
export async function stageExtraction(
  archive: VerifiedFile,
  options: ExtractOptions,
): Promise<StagedExtraction> {
  const { into, members: asked = [], look, signal } = options;
  const staging = new StagingDirectory(into);
  try {
    await staging.open();
    const selection = asked.length === 0 ? undefined : new MemberSelection(asked);
    const taken = new Map<string, ArchiveMember>();
    await readArchive(
      archive,
      async (visited) => {
        if (selection?.offer(visited) === false) return;
        await staging.write(visited, look);
        const { content: _, ...member } = visited;
        taken.set(member.path, member);
      },
      signal,
    );
    for (const path of selection?.finish() ?? []) {
      await staging.remove(path);
      taken.delete(path);
    }
    await staging.seal();
    return { directory: staging.target, members: [...taken.values()], staging };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

/**
 * Puts several unpacked archives in their places, all or none: if a later rename fails, or if another directory is in
 * the place of one at the end, all are undone.
 *
 * @returns notes about the whole run.
 * @throws InstallError; every target is then as it was before.
 * @throws InterruptedError if the signal fired before the first rename; once renaming has begun, it is finished.
 */
export async function placeExtractions(
  extractions: readonly StagedExtraction[],
  { signal }: ListOptions = {},
): Promise<readonly Note[]> {
  throwIfInterrupted(signal);
  const placed: StagingDirectory[] = [];
  let notes: readonly Note[];
  try {
    for (const { staging } of extractions) {
      await staging.place();
      placed.push(staging);
    }
    notes = await restoreLabels(placed.map(({ target }) => target));
    for (const staging of placed) await staging.assertPlaced();
  } catch (error) {
    for (const staging of placed.toReversed()) await takeBack(staging, error);
    throw error;
  }
  for (const staging of placed) await staging.keep();
  return notes;
}

async function takeBack(staging: StagingDirectory, reason: unknown): Promise<void> {
  try {
    await staging.undo();
  } catch (error) {
    throw new InstallError(
      'place-failed',
      `an archive could not be put in place, and ${staging.target} could not be removed again`,
      {
        found: error instanceof Error ? error.message : String(error),
        next: `remove ${staging.target} by hand`,
        cause: new AggregateError([reason, error]),
      },
    );
  }
}

/** One file of an archive that gets a place of its own. */
export interface MemberRequest {
  /** The exact path in the archive. */
  readonly member: string;
  /** Where its bytes go; still empty. */
  readonly staged: StagedArtifact;
}

/**
 * Extracts single files from a verified archive, as artifacts that can be placed.
 *
 * @returns one artifact for each request, in the same order. The caller owns what was staged, on failure too.
 * @throws like {@link stageExtraction}.
 */
export async function stageMembers(
  archive: VerifiedFile,
  requests: readonly MemberRequest[],
  { signal }: ListOptions = {},
): Promise<readonly VerifiedArtifact[]> {
  const files: string[] = [];
  const found = new Set<StagedArtifact>();
  const read = await readArchive(
    archive,
    async ({ path, kind, content }) => {
      if (kind === 'directory') return;
      files.push(path);
      const wanted = requests.filter(({ member }) => member === path).map(({ staged }) => staged);
      if (wanted.length === 0) return;
      for await (const piece of content) for (const staged of wanted) await staged.write(piece);
      for (const staged of wanted) found.add(staged);
    },
    signal,
  );
  const missing = requests.find(({ staged }) => !found.has(staged));
  if (missing !== undefined) throw memberMissing(missing.member, files);
  return Promise.all(requests.map(async ({ member, staged }) => confirmMember(staged, member, read)));
}
