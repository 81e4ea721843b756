import { dirname } from 'node:path';
import type { MemberLook } from '../archive/look.ts';
import { bytesOf, type OpenBytes } from '../binary/byte-source.ts';
import { confirmMeasured, measureFile, type VerifiedFile } from '../disk/verified-artifact.ts';
import { InstallError } from '../errors.ts';
import { MAX_IMAGE_MANIFEST_BYTES, MAX_VERSION_FILE_BYTES } from '../limits.ts';
import type { ClaimedName } from '../names/claimed-name.ts';
import { IMAGE_MANIFEST, imageName } from '../names/image-name.ts';
import {
  mayNameTarball,
  type NamedMember,
  readVersionFile,
  tarballName,
  VERSION_FILE,
} from '../names/tarball-name.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { ReleaseVersion } from '../release/version.ts';
import { type NamedBytes, readName } from './name.ts';

/** Learns what an archive is from what it holds, while it is read for that or for something else. */
export interface ArchiveReader {
  readonly look: MemberLook;
  /** What the archive says that it is; to be asked once all of it has been read. */
  readonly name: () => ClaimedName | undefined;
}

/** A reader for an artifact of that kind; undefined where it is no archive. */
export function readerOf({
  component,
  kind,
}: Pick<ReleaseArtifact, 'component' | 'kind'>): ArchiveReader | undefined {
  if (kind === 'image') return imageReader();
  return kind === 'tarball' ? tarballReader(component) : undefined;
}

/**
 * Reads the version file of a tarball, and its programs until one has said its whole name: the others are of the same
 * build, and may have 100 MB each.
 *
 * @param asked the tarball's name as it was asked for, which counts where its directories tell none.
 */
function tarballReader(asked: string): ArchiveReader {
  const members: NamedMember[] = [];
  let release: ReleaseVersion | undefined;
  let isSaid = false;
  const at = async (path: string, file: OpenBytes): Promise<void> => {
    if (path === VERSION_FILE) {
      const bytes = await readSmall(file, MAX_VERSION_FILE_BYTES);
      release = bytes === undefined ? undefined : readVersionFile(bytes);
      return;
    }
    const name = await readName(file);
    if (name === undefined) return;
    members.push({ path, name });
    isSaid = name.version !== undefined && name.platform !== undefined;
  };
  const wants = (path: string): boolean => mayNameTarball(path) && !(isSaid && path !== VERSION_FILE);
  return { look: { wants, at }, name: () => tarballName(asked, members, release) };
}

/** Of an image's tar. */
function imageReader(): ArchiveReader {
  let name: ClaimedName | undefined;
  const at = async (_: string, file: OpenBytes): Promise<void> => {
    const bytes = await readSmall(file, MAX_IMAGE_MANIFEST_BYTES);
    name = bytes === undefined ? undefined : imageName(bytes);
  };
  return { look: { wants: (path) => path === IMAGE_MANIFEST, at }, name: () => name };
}

/** The whole file, or undefined where it is longer than that. */
export async function readSmall(file: OpenBytes, most: number): Promise<Uint8Array | undefined> {
  return file.bytes > most ? undefined : bytesOf(file).read({ offset: 0, length: file.bytes });
}

/**
 * A function that reads from a verified archive what it is. Call it only if nothing else binds the name: it unpacks a part
 * of the archive. Undefined if the artifact is not an archive.
 *
 * @param scratch a directory in which a program of it can be written for a moment.
 */
export function archiveName(
  artifact: Pick<ReleaseArtifact, 'component' | 'kind'>,
  archive: VerifiedFile,
  scratch: string,
  signal: AbortSignal | undefined,
): NamedBytes['archive'] {
  const reader = readerOf(artifact);
  if (reader === undefined) return undefined;
  return async () => {
    // Most runs open no archive, and are quicker without the code that could.
    const { lookIntoArchive } = await import('../archive/look.ts');
    try {
      await lookIntoArchive(archive, reader.look, scratch, signal);
    } catch (error) {
      // What would not be unpacked says nothing; it is not refused for that as long as it is not unpacked.
      if (error instanceof InstallError && error.code === 'archive-rejected') return undefined;
      throw error;
    }
    return reader.name();
  };
}

/** The same for a file that is in its place already. */
export function archiveInPlace(
  artifact: Pick<ReleaseArtifact, 'component' | 'kind'>,
  path: string,
  proven: ProvenDigest,
  signal: AbortSignal | undefined,
): NamedBytes['archive'] {
  if (readerOf(artifact) === undefined) return undefined;
  return async () => {
    const measured = await measureFile(path, [proven.algorithm], signal);
    try {
      return await archiveName(artifact, confirmMeasured(measured, proven), dirname(path), signal)?.();
    } finally {
      await measured.opened.close();
    }
  };
}
