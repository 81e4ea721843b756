import { basename } from 'node:path';
import type { HashAlgorithm } from '../strict/digest.ts';
import { openLocalFile, type OpenLocalFile } from '../files/local-file.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import type { FileIdentity, FrozenFile } from './file-identity.ts';
import { byPosition, hashBeginning, readable } from './hash-file.ts';
import type { ReadAt } from './hash-trail.ts';
import type { HashedAhead } from './hashed-ahead.ts';
import { type Measured, measuredAhead, measureOpened, NOT_KNOWN, type VersionsIn } from './measure.ts';
import { digestMismatch, notConfirmed, swapped, writtenTo } from './not-verified.ts';
import { isStill } from './same-file.ts';
import type { StagedArtifact, StagedDigests } from './staging.ts';

/**
 * A file with a proven digest, wherever it is. These classes stay in this module and only their types leave it, so
 * that no other code can make one. The private fields expose a look-alike at run time.
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
  /** Reads the bytes that were hashed, even if the name of the file means another one by now. */
  readonly readAt: ReadAt;
  /** Reads what the open file has by now, for a reader that hashes all of it: {@link confirmReadThrough}. */
  readonly readNow: ReadAt;
  /** What stood in these ranges of the bytes that were hashed; undefined where that is not known. */
  readonly versionsIn: VersionsIn;

  constructor(
    from: Pick<VerifiedFile, 'path' | 'name' | 'proven' | 'bytes' | 'file' | 'readAt' | 'readNow'> &
      Partial<Pick<VerifiedFile, 'versionsIn'>>,
  ) {
    this.path = from.path;
    this.name = from.name;
    this.proven = from.proven;
    this.bytes = from.bytes;
    this.file = from.file;
    this.readAt = from.readAt;
    this.readNow = from.readNow;
    this.versionsIn = from.versionsIn ?? NOT_KNOWN;
  }

  static isOne(value: object): boolean {
    return #confirmed in value && value.#confirmed;
  }
}

/** A staged artifact whose bytes are proved. Nothing else can be placed. */
class VerifiedArtifact extends VerifiedFile {
  readonly #confirmed = true;
  readonly staged: StagedArtifact;
  declare readonly file: FrozenFile;
  /** Of the artifact itself, hex. */
  readonly sha256: string;
  /** If the artifact came from an archive: its path in the archive, which is what has the proven digest. */
  readonly member: string | undefined;

  constructor(
    staged: StagedArtifact,
    from: Pick<VerifiedArtifact, 'proven' | 'bytes' | 'file' | 'sha256' | 'member'>,
  ) {
    // No other user can open it.
    const readAt: ReadAt = (buffer, position) => staged.readAt(buffer, position);
    super({ ...from, path: staged.path, name: staged.fileName, readAt, readNow: readAt });
    this.staged = staged;
    this.sha256 = from.sha256;
    this.member = from.member;
  }

  static override isOne(value: object): boolean {
    return #confirmed in value && value.#confirmed;
  }
}

/** A file that was hashed before we knew which digest it must have. It stays open until it is closed. */
class MeasuredFile implements Measured {
  readonly #measured = true;
  readonly path: string;
  readonly digests: Measured['digests'];
  readonly file: FileIdentity;
  readonly changedNs: bigint;
  readonly opened: OpenLocalFile;
  readonly readAt: ReadAt;
  readonly versionsIn: VersionsIn;

  constructor(from: Measured & Pick<MeasuredFile, 'path' | 'opened'>) {
    this.path = from.path;
    this.opened = from.opened;
    this.readAt = from.readAt;
    this.versionsIn = from.versionsIn;
    this.changedNs = from.changedNs;
    this.digests = from.digests;
    this.file = from.file;
  }

  static isOne(value: object): boolean {
    return #measured in value && value.#measured;
  }
}

/** Shows that a verified file was read to its end and still had the proven digest. */
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
 * Step 5 of an install: checks that the staged bytes have the proven digest.
 *
 * @throws UntrustedError `digest-mismatch` with both digests. The staged artifact is unchanged then; reset it for
 *   another try, or discard it.
 */
export async function confirmDigest(staged: StagedArtifact, proven: ProvenDigest): Promise<VerifiedArtifact> {
  const digests = await staged.finish();
  const found = digests[proven.algorithm] ?? (await staged.hash(proven.algorithm));
  if (found !== proven.hex)
    throw digestMismatch(staged.fileName, proven, found).with({ subject: { sha256: digests.sha256 } });
  return freeze(staged, { digests, proven, member: undefined });
}

/** How a file is opened, and what is known of it, where it was found before. */
export interface FoundBefore {
  readonly open: () => Promise<OpenLocalFile>;
  /** What another part of the program found out of that open file by SHA-256; undefined if that failed. */
  readonly hashed?: () => Promise<HashedAhead | undefined>;
}

/**
 * Hashes a file that the user named, for {@link confirmMeasured}, and leaves it open.
 *
 * @returns the file; the caller closes it.
 * @throws RequestError `subject-not-readable`
 */
export async function measureFile(
  path: string,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
  { open, hashed }: FoundBefore = { open: () => openLocalFile(path) },
): Promise<MeasuredFile> {
  const opened = await readable(path, open());
  try {
    const isEnough = algorithms.every((algorithm) => algorithm === 'sha256');
    const measuring = async (): Promise<Measured> => {
      const ahead = isEnough ? await hashed?.() : undefined;
      return ahead === undefined
        ? measureOpened(path, algorithms, opened, signal)
        : measuredAhead(path, ahead, opened, signal);
    };
    return new MeasuredFile({ path, opened, ...(await readable(path, measuring())) });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Like {@link confirmDigest}, for a file that was hashed before its proof. The file may have changed since: parts are read by
 * `readAt`, which checks them, and a reader of all bytes checks their digest ({@link confirmReadThrough}).
 *
 * @throws UntrustedError `digest-mismatch`
 */
export function confirmMeasured(measured: MeasuredFile, proven: ProvenDigest): VerifiedFile {
  if (!MeasuredFile.isOne(measured)) throw notConfirmed();
  const { path, file, opened, readAt, versionsIn } = measured;
  const bytes = Number(file.size);
  const found = measured.digests.get(proven.algorithm);
  if (found !== proven.hex) throw digestMismatch(path, proven, found ?? 'not computed');
  return new VerifiedFile({
    path,
    name: basename(path),
    proven,
    bytes,
    file,
    readAt,
    readNow: opened.readAt,
    versionsIn,
  });
}

/**
 * Checks that a measured file still has the proven bytes, as far as its times show: nothing was written to it since it was opened
 * to be hashed, or it still has the digest. What was read of it needs no such check.
 *
 * @throws UntrustedError `digest-mismatch`; RequestError `subject-not-readable`
 */
export async function confirmUnwritten(
  { path, opened, file, changedNs }: MeasuredFile,
  proven: ProvenDigest,
  signal: AbortSignal | undefined,
): Promise<void> {
  if ((await readable(path, opened.stat())).ctimeNs === changedNs) return;
  // One byte more shows that it has grown: another user can make theirs as large as they like.
  const most = Number(file.size) + 1;
  const hashing = hashBeginning(byPosition(opened.readAt), most, [proven.algorithm], signal);
  const [found = ''] = await readable(path, hashing);
  if (found !== proven.hex) throw writtenTo(path, proven, found);
}

/**
 * Checks `hex`, the digest of the bytes that were read from a verified file. The results of that reading are valid
 * only if it is the proven digest.
 *
 * @throws UntrustedError `digest-mismatch`
 */
export function confirmReadThrough(archive: VerifiedFile, hex: string): ReadThrough {
  if (!VerifiedFile.isOne(archive) || hex !== archive.proven.hex) {
    throw digestMismatch(archive.name, archive.proven, hex);
  }
  return new ReadThrough(archive);
}

/** Verifies a staged artifact that came from a verified archive, after the archive was read to its end. */
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
 * Checks that {@link confirmDigest} made the artifact and that its staging file is still the one that was confirmed.
 *
 * @throws InstallError `place-failed` if another file took its place.
 */
export async function assertUnchanged(artifact: VerifiedArtifact): Promise<void> {
  if (!VerifiedArtifact.isOne(artifact)) {
    throw notConfirmed();
  }
  const { staged } = artifact;
  if (staged.at === undefined || !(await isStill(artifact, staged.at))) throw swapped(staged);
}
