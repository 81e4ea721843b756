import { type InstallCode, InstallError } from '../errors.ts';
import type { ArchiveMember } from '../archive/member.ts';
import {
  confirmMeasured,
  type MeasuredFile,
  measureFile,
  type VerifiedFile,
} from '../disk/verified-artifact.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { ListedMember } from '../result.ts';
import type { Output } from './prepared-artifact.ts';

/** What became of a proven file. An unpacked directory is still to be placed. */
type Opened = Extract<OutputOf<Output>, { readonly kind: 'verified' | 'extracted' }>;

type OutputOf<One> = One extends unknown ? Omit<One, 'sha256' | 'had'> : never;

/** Failures that another program may have caused by changing the file. */
const OF_THE_FILE: ReadonlySet<InstallCode> = new Set([
  'archive-rejected',
  'archive-member-missing',
  'place-failed',
]);

/**
 * Lists or unpacks a local archive after its proof, if the request asks for that. It is hashed once more while it is
 * read, because another program may write to the file meanwhile.
 *
 * @param measured the open file that was hashed for the proof; it is hashed here where the proof needed no digest of it.
 * @throws InstallError `archive-rejected`, `archive-member-missing`; UntrustedError `digest-mismatch`
 */
export async function openArchive(
  { subject, archive, signal }: VerifyRequest,
  proven: ProvenDigest,
  measured: MeasuredFile | undefined,
): Promise<Opened> {
  if (subject.kind !== 'file') return { kind: 'verified', path: undefined, members: undefined };
  const { path } = subject;
  if (archive === undefined) return { kind: 'verified', path, members: undefined };
  const file = measured ?? (await measureFile(path, [proven.algorithm], signal));
  try {
    return await openVerified(confirmMeasured(file, proven), archive, signal);
  } catch (error) {
    // A fault of the archive is worth reporting only if it is still the one that was proved.
    if (error instanceof InstallError && OF_THE_FILE.has(error.code))
      await confirmAgain(path, proven, signal);
    throw error;
  } finally {
    await file.opened.close();
  }
}

/** @throws UntrustedError `digest-mismatch` if the path leads to another file than the proved one. */
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
): Promise<Opened> {
  // Most verifications open no archive, and are faster without this code.
  const { listArchive, stageExtraction } = await import('../archive/extract.ts');
  if (archive.kind === 'list') {
    const members = (await listArchive(file, { signal })).map(describeMember);
    return { kind: 'verified', path: file.path, members };
  }
  const { into, members } = archive;
  return { kind: 'extracted', extraction: await stageExtraction(file, { into, members, signal }) };
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
