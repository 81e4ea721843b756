import { lstat, open } from 'node:fs/promises';
import { InstallError, RequestError, UntrustedError } from '../errors.ts';
import type { ProvenDigest } from '../proof/proven-digest.ts';
import { diskError } from './disk-error.ts';
import { hashFile } from './hash-file.ts';
import {
  type FileIdentity,
  identityOf,
  isSameFile,
  type StagedArtifact,
  type StagedDigests,
} from './staging.ts';

/**
 * A staged artifact whose bytes have the proven digest: the only thing that can be placed. The class stays in this
 * module and only its type leaves it, so that nothing else can make one; the private field tells a look-alike at run
 * time.
 */
class VerifiedArtifact {
  readonly #confirmed = true;
  readonly staged: StagedArtifact;
  readonly proven: ProvenDigest;
  readonly bytes: number;
  /** Of the artifact itself, hex. */
  readonly sha256: string;
  /** The staged file as it was when its digest was confirmed. */
  readonly file: FileIdentity;

  constructor(staged: StagedArtifact, proven: ProvenDigest, digests: StagedDigests, file: FileIdentity) {
    this.staged = staged;
    this.proven = proven;
    this.bytes = digests.bytes;
    this.sha256 = digests.sha256;
    this.file = file;
  }

  static isOne(value: object): boolean {
    return #confirmed in value && value.#confirmed;
  }
}

export type { VerifiedArtifact };

/**
 * Step 5 of an install: the digest of the staged bytes is the proven one.
 *
 * @throws UntrustedError `digest-mismatch` with both digests; the staged artifact is then as it was, to be reset for
 *   another try or discarded.
 */
export async function confirmDigest(staged: StagedArtifact, proven: ProvenDigest): Promise<VerifiedArtifact> {
  const digests = await staged.finish();
  const found = digests[proven.algorithm] ?? (await rehash(staged, proven));
  if (found !== proven.hex) throw digestMismatch(staged.fileName, proven, found, digests.bytes);
  const file = await staged.freeze();
  if (file.size !== BigInt(digests.bytes)) throw swapped(staged);
  return new VerifiedArtifact(staged, proven, digests, file);
}

/**
 * The staged path still is the file that was confirmed, and the artifact is one that {@link confirmDigest} made.
 *
 * @throws InstallError `place-failed` when something else took its place.
 */
export async function assertUnchanged(artifact: VerifiedArtifact): Promise<void> {
  if (!VerifiedArtifact.isOne(artifact)) {
    throw new RequestError('usage', 'only an artifact whose digest was confirmed can be placed');
  }
  const { staged, file } = artifact;
  let now: FileIdentity;
  try {
    now = identityOf(await lstat(staged.path, { bigint: true }));
  } catch (error) {
    throw swapped(staged, error);
  }
  if (!isSameFile(now, file)) throw swapped(staged);
}

/** A digest that was not computed on the way; the file is read once more. */
async function rehash(staged: StagedArtifact, proven: ProvenDigest): Promise<string> {
  try {
    const handle = await open(staged.path, 'r');
    try {
      return await hashFile(handle, proven.algorithm, undefined);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw diskError(error, `read ${staged.fileName} back`, staged.path);
  }
}

export function digestMismatch(
  name: string,
  proven: ProvenDigest,
  found: string,
  bytes: number,
): UntrustedError {
  return new UntrustedError('digest-mismatch', `${name} is not the artifact that was signed`, {
    check: 'digest',
    expected: `${proven.algorithm} ${proven.hex}`,
    found: `${proven.algorithm} ${found} (${bytes} bytes)`,
    why: 'the bytes were changed, cut short or mixed up after they were signed',
    advice: 'do not use them; fetch them again, from another source if that stays so',
  });
}

function swapped(staged: StagedArtifact, cause?: unknown): InstallError {
  return new InstallError('place-failed', `the staging file of ${staged.fileName} was changed or replaced`, {
    expected: `${staged.path}, as it was when its digest was confirmed`,
    found: cause === undefined ? 'another file' : 'no such file',
    why: 'another program writes to that directory',
    advice: 'install into a directory that only you can write to',
    ...(cause === undefined ? {} : { cause }),
  });
}
