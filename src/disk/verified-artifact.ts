import { basename } from 'node:path';
import { InstallError, RequestError, UntrustedError } from '../errors.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import { openLocalFile, type OpenLocalFile } from '../files/local-file.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import { type FileIdentity, type FrozenFile, identityOf } from './file-identity.ts';
import { hashAll, readable } from './hash-file.ts';
import { isStill } from './same-file.ts';
import type { StagedArtifact, StagedDigests } from './staging.ts';

/**
 * A file that has a proven digest, wherever it is. These classes stay in this module and only their types leave it, so
 * that nothing else can make one; the private fields tell a look-alike at run time.
 */
class VerifiedFile {
  readonly #confirmed = true;
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly proven: ProvenDigest;
  readonly bytes: number;
  /** The file as it was when its digest was confirmed. */
  readonly file: FileIdentity;
  /** Reads at a position of the open file that was hashed, whatever its name means by now; 0 at the end. */
  readonly readAt: (buffer: Uint8Array, position: number) => Promise<number>;

  constructor(from: Pick<VerifiedFile, 'path' | 'name' | 'proven' | 'bytes' | 'file' | 'readAt'>) {
    this.path = from.path;
    this.name = from.name;
    this.proven = from.proven;
    this.bytes = from.bytes;
    this.file = from.file;
    this.readAt = from.readAt;
  }

  static isOne(value: object): boolean {
    return #confirmed in value && value.#confirmed;
  }
}

/** A staged artifact whose bytes are proved: the only thing that can be placed. */
class VerifiedArtifact extends VerifiedFile {
  readonly #confirmed = true;
  readonly staged: StagedArtifact;
  declare readonly file: FrozenFile;
  /** Of the artifact itself, hex. */
  readonly sha256: string;
  /** The path in the archive that has the proven digest, where the artifact came out of one. */
  readonly member: string | undefined;

  constructor(
    staged: StagedArtifact,
    from: Pick<VerifiedArtifact, 'proven' | 'bytes' | 'file' | 'sha256' | 'member'>,
  ) {
    super({
      ...from,
      path: staged.path,
      name: staged.fileName,
      readAt: (buffer, position) => staged.readAt(buffer, position),
    });
    this.staged = staged;
    this.sha256 = from.sha256;
    this.member = from.member;
  }

  static override isOne(value: object): boolean {
    return #confirmed in value && value.#confirmed;
  }
}

/** A file that was hashed, before anybody knew what digest it ought to have. It is open until it is closed. */
class MeasuredFile {
  readonly #measured = true;
  readonly path: string;
  /** Hex. */
  readonly digests: ReadonlyMap<HashAlgorithm, string>;
  /** The file as it was when it was opened to be hashed. */
  readonly file: FileIdentity;
  readonly opened: OpenLocalFile;

  constructor(from: Pick<MeasuredFile, 'path' | 'digests' | 'file' | 'opened'>) {
    this.path = from.path;
    this.opened = from.opened;
    this.digests = from.digests;
    this.file = from.file;
  }

  static isOne(value: object): boolean {
    return #measured in value && value.#measured;
  }
}

/** Says that a verified file was read to its end and still had the proven digest. */
class ReadThrough {
  readonly #confirmed = true;
  readonly archive: VerifiedFile;

  constructor(archive: VerifiedFile) {
    this.archive = archive;
  }

  static isOne(value: object): boolean {
    return #confirmed in value && value.#confirmed;
  }
}

export type { MeasuredFile, ReadThrough, VerifiedArtifact, VerifiedFile };

/**
 * Step 5 of an install: the digest of the staged bytes is the proven one.
 *
 * @throws UntrustedError `digest-mismatch` with both digests; the staged artifact is then as it was, to be reset for
 *   another try or discarded.
 */
export async function confirmDigest(staged: StagedArtifact, proven: ProvenDigest): Promise<VerifiedArtifact> {
  const digests = await staged.finish();
  const found = digests[proven.algorithm] ?? (await staged.hash(proven.algorithm));
  if (found !== proven.hex) throw digestMismatch(staged.fileName, proven, found);
  return freeze(staged, { digests, proven, member: undefined });
}

/**
 * Hashes a file that a user named, for {@link confirmMeasured}, and leaves it open.
 *
 * @returns the file, for the caller to close.
 * @throws RequestError `file-not-readable`
 */
export async function measureFile(
  path: string,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
): Promise<MeasuredFile> {
  const opened = await readable(path, openLocalFile(path));
  try {
    const file = identityOf(await readable(path, opened.stat()));
    const hashes = await readable(path, hashAll(opened.read, algorithms, signal));
    const digests = new Map(algorithms.map((algorithm, index) => [algorithm, hashes[index] ?? '']));
    return new MeasuredFile({ path, digests, file, opened });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * As {@link confirmDigest}, of a file that was hashed before its proof. It may have been changed since, as it may be after
 * any look at it: whoever reads it holds what was read against the digest once more ({@link confirmReadThrough}).
 *
 * @throws UntrustedError `digest-mismatch`
 */
export function confirmMeasured(measured: MeasuredFile, proven: ProvenDigest): VerifiedFile {
  if (!MeasuredFile.isOne(measured)) throw notConfirmed();
  const { path, file, opened } = measured;
  const bytes = Number(file.size);
  const found = measured.digests.get(proven.algorithm);
  if (found !== proven.hex) throw digestMismatch(path, proven, found ?? 'not computed');
  return new VerifiedFile({ path, name: basename(path), proven, bytes, file, readAt: opened.readAt });
}

/**
 * What was read from a verified file hashed to `hex`: what was made of it holds only if that is the proven digest.
 *
 * @throws UntrustedError `digest-mismatch`
 */
export function confirmReadThrough(archive: VerifiedFile, hex: string): ReadThrough {
  if (!VerifiedFile.isOne(archive) || hex !== archive.proven.hex) {
    throw digestMismatch(archive.name, archive.proven, hex);
  }
  return new ReadThrough(archive);
}

/** A staged artifact that came out of a verified archive is verified once the archive was read through. */
export async function confirmMember(
  staged: StagedArtifact,
  member: string,
  read: ReadThrough,
): Promise<VerifiedArtifact> {
  if (!ReadThrough.isOne(read)) throw notConfirmed();
  return freeze(staged, { digests: await staged.finish(), proven: read.archive.proven, member });
}

async function freeze(
  staged: StagedArtifact,
  from: {
    readonly digests: StagedDigests;
    readonly proven: ProvenDigest;
    readonly member: string | undefined;
  },
): Promise<VerifiedArtifact> {
  const { digests, proven, member } = from;
  const file = await staged.freeze();
  if (file.size !== BigInt(digests.bytes)) throw swapped(staged);
  return new VerifiedArtifact(staged, { proven, bytes: digests.bytes, sha256: digests.sha256, member, file });
}

/**
 * The artifact is one that {@link confirmDigest} made, and its staging file still is the one that was confirmed.
 *
 * @throws InstallError `place-failed` when something else took its place.
 */
export async function assertUnchanged(artifact: VerifiedArtifact): Promise<void> {
  if (!VerifiedArtifact.isOne(artifact)) {
    throw notConfirmed();
  }
  const { staged } = artifact;
  if (staged.at === undefined || !(await isStill(artifact, staged.at))) throw swapped(staged);
}

function notConfirmed(): RequestError {
  return new RequestError('usage', 'only an artifact whose digest was confirmed can be placed');
}

function digestMismatch(name: string, proven: ProvenDigest, found: string): UntrustedError {
  return new UntrustedError('digest-mismatch', `${name} is not the file that was signed`, {
    check: 'digest',
    wanted: `${proven.algorithm}:${proven.hex}`,
    found: `${proven.algorithm}:${found}`,
    next: 'take it from its source, or from another mirror',
  });
}

function swapped(staged: StagedArtifact): InstallError {
  return new InstallError('place-failed', `the staging file of ${staged.fileName} was changed or replaced`, {
    wanted: `${staged.path}, as it was when its digest was confirmed`,
    found: 'no such file, or another one',
    why: 'another program writes to that directory',
    next: 'install into a directory that only you can write to',
  });
}
