import { resolve } from 'node:path';
import { type InstallCode, InstallError, RequestError } from '../errors.ts';
import type { StagedExtraction } from '../archive/extract.ts';
import type { ArchiveMember } from '../archive/member.ts';
import {
  confirmMeasured,
  type MeasuredFile,
  measureFile,
  type VerifiedFile,
} from '../disk/verified-artifact.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { ArtifactResult, ListedMember } from '../result.ts';

/** What was made of a proven archive; what is unpacked waits to be placed. */
export type OpenedArchive =
  | { readonly kind: 'listed'; readonly members: readonly ListedMember[] }
  | { readonly kind: 'unpacked'; readonly extraction: StagedExtraction };

/**
 * Refuses, before anything is proved, to open what is no file.
 *
 * @throws RequestError `usage`
 */
export function assertOpenable({ subject, archive }: VerifyRequest): void {
  if (archive === undefined || subject.kind === 'file') return;
  throw new RequestError('usage', 'a digest alone cannot be opened', {
    wanted: 'an archive',
    found: 'its digest',
    next: 'name the file itself',
  });
}

/** Failures that may mean that the file is another one by now. */
const OF_THE_FILE: ReadonlySet<InstallCode> = new Set([
  'archive-rejected',
  'archive-member-missing',
  'place-failed',
]);

/**
 * Lists or unpacks a local archive, after its proof. It is hashed once more as it is read, so that what is listed is what
 * was proved, whoever writes to the file meanwhile.
 *
 * @param measured the open file that was hashed for the proof; it is hashed here where the proof needed no digest of it.
 * @throws InstallError `archive-rejected`, `archive-member-missing`; UntrustedError `digest-mismatch`
 */
export async function openArchive(
  { subject, archive, signal }: VerifyRequest,
  proven: ProvenDigest,
  measured: MeasuredFile | undefined,
): Promise<OpenedArchive | undefined> {
  if (archive === undefined || subject.kind !== 'file') return undefined;
  const { path } = subject;
  const file = measured ?? (await measureFile(path, [proven.algorithm], signal));
  try {
    return await openVerified(confirmMeasured(file, proven), archive, signal);
  } catch (error) {
    // What is wrong with an archive is only worth telling of the one that was proved.
    if (error instanceof InstallError && OF_THE_FILE.has(error.code))
      await confirmAgain(path, proven, signal);
    throw error;
  } finally {
    await file.opened.close();
  }
}

/** @throws UntrustedError `digest-mismatch` where the path leads to something else than what was proved. */
async function confirmAgain(
  path: string,
  proven: ProvenDigest,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await measureFile(path, [proven.algorithm], signal);
  await file.opened.close();
  confirmMeasured(file, proven);
}

async function openVerified(
  file: VerifiedFile,
  archive: NonNullable<VerifyRequest['archive']>,
  signal: AbortSignal | undefined,
): Promise<OpenedArchive> {
  // Most verifications open nothing, and are quicker without the code that could.
  const { listArchive, stageExtraction } = await import('../archive/extract.ts');
  if (archive.kind === 'list') {
    return { kind: 'listed', members: (await listArchive(file, { signal })).map(describeMember) };
  }
  const { into, members } = archive;
  return { kind: 'unpacked', extraction: await stageExtraction(file, { into, members, signal }) };
}

export function describeOpened(
  opened: OpenedArchive | undefined,
): Pick<ArtifactResult, 'path' | 'members' | 'extracted'> {
  switch (opened?.kind) {
    case 'listed':
      return { members: opened.members };
    case 'unpacked':
      return { path: resolve(opened.extraction.directory), extracted: describeExtraction(opened.extraction) };
    case undefined:
      return {};
  }
}

export function describeExtraction({
  members,
}: Pick<StagedExtraction, 'members'>): NonNullable<ArtifactResult['extracted']> {
  const files = members.filter(({ kind }) => kind === 'file');
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function describeMember({ path, kind, bytes, mode, modified }: ArchiveMember): ListedMember {
  return {
    path,
    kind,
    bytes,
    mode: mode.toString(8).padStart(4, '0'),
    modified: modified.toISOString(),
  };
}
