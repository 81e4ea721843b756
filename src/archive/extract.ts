import { InstallError } from '../errors.ts';
import { throwIfInterrupted } from '../disk/disk-error.ts';
import { restoreLabels } from '../disk/security-labels.ts';
import { memberMissing, MemberSelection } from './member-selection.ts';
import type { readArchive as ReadArchive } from './read-archive.ts';
import { StagingDirectory } from './staging-directory.ts';
import type { StagedArtifact } from '../disk/staging.ts';
import type { ArchiveMember } from './member.ts';
import { confirmMember, type VerifiedArtifact, type VerifiedFile } from '../disk/verified-artifact.ts';

export interface ListOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ExtractOptions extends ListOptions {
  /** The directory to be; it must not exist, or be empty. */
  readonly into: string;
  /** Paths in the archive, or last parts of paths, see {@link MemberSelection}; none: everything. */
  readonly members?: readonly string[];
}

export interface Extracted {
  /** Absolute. */
  readonly directory: string;
  readonly members: readonly ArchiveMember[];
}

/** The archive's reader is a tenth of all code, and most runs open no archive: it is loaded when one is opened. */
const readArchive: typeof ReadArchive = async (...args) =>
  (await import('./read-archive.ts')).readArchive(...args);

/**
 * What a verified archive holds, in its order, after the same checks that unpacking makes. Writes nothing.
 *
 * @throws InstallError `archive-rejected`; UntrustedError `digest-mismatch` where the file changed meanwhile.
 */
export async function listArchive(
  archive: VerifiedFile,
  { signal }: ListOptions = {},
): Promise<readonly ArchiveMember[]> {
  const members: ArchiveMember[] = [];
  await readArchive(
    archive,
    async ({ path, kind, bytes, mode, modified }) => {
      members.push({ path, kind, bytes, mode, modified });
    },
    signal,
  );
  return members;
}

/** An archive that is unpacked beside its target, and waits to get its name. */
export interface StagedExtraction extends Extracted {
  readonly staging: StagingDirectory;
}

/**
 * Unpacks a verified archive into a private directory beside the target; {@link placeExtractions} then gives it its name.
 * Every member is checked, also those that are not asked for, and the whole file is hashed again on the way; only then is
 * anything where somebody could use it. Files belong to the caller, with mode 0755 where anybody may run them, else
 * 0644, and keep their time of change.
 *
 * @returns what is staged, which is the caller's to place or to discard.
 * @throws InstallError `archive-rejected` or `archive-member-missing`, `destination-unsuitable` where the target is
 *   there and not empty, or as staging does; UntrustedError `digest-mismatch`; the disk is then as it was.
 */
export async function stageExtraction(
  archive: VerifiedFile,
  options: ExtractOptions,
): Promise<StagedExtraction> {
  const { into, members: asked = [], signal } = options;
  const staging = new StagingDirectory(into);
  try {
    await staging.open();
    const selection = asked.length === 0 ? undefined : new MemberSelection(asked);
    const taken = new Map<string, ArchiveMember>();
    await readArchive(
      archive,
      async (member) => {
        if (selection?.offer(member) === false) return;
        await staging.write(member);
        const { path, kind, bytes, mode, modified } = member;
        taken.set(path, { path, kind, bytes, mode, modified });
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
 * Puts several unpacked archives in their places, all or none: when a later rename fails, or when something else is in the
 * place of one in the end, all are undone.
 *
 * @returns notes for the user.
 * @throws InstallError; every target is then as it was.
 * @throws InterruptedError when the signal has fired before the first rename; after that the renames are finished.
 */
export async function placeExtractions(
  extractions: readonly StagedExtraction[],
  { signal }: ListOptions = {},
): Promise<readonly string[]> {
  throwIfInterrupted(signal);
  const placed: StagingDirectory[] = [];
  let notes: readonly string[];
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
      `an archive could not be put in place, and ${staging.target} could not be taken back`,
      {
        found: error instanceof Error ? error.message : String(error),
        next: `remove ${staging.target} by hand`,
        cause: new AggregateError([reason, error]),
      },
    );
  }
}

/** One file of an archive on its way to a place of its own. */
export interface MemberRequest {
  /** The exact path in the archive. */
  readonly member: string;
  /** Where its bytes go; empty as yet. */
  readonly staged: StagedArtifact;
}

/**
 * Takes single files out of a verified archive, as artifacts that can be placed.
 *
 * @returns one for each request, in their order; what was staged belongs to the caller, on failure too.
 * @throws as {@link stageExtraction}.
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
