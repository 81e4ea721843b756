import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { InstallError } from '../errors.ts';
import type { HashAlgorithm } from '../strict/digest.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import { diskError, isAbsent } from './disk-error.ts';
import { type FileIdentity, identityOf, isSameFile } from './file-identity.ts';
import { hashBeginning } from './hash-file.ts';
import { HeldDirectory } from './held-directory.ts';
import { inspectEntry } from './inspect-destination.ts';
import { isOwn, isOwnOrRoots, isSetId } from './owner.ts';
import { copyBeginning } from './replace-file.ts';
import { setMode } from './set-mode.ts';
import type { StagedArtifact } from './staging.ts';
import type { VerifiedFile } from './verified-artifact.ts';
import { othersCanWrite } from './who-can-change.ts';

/**
 * What is at a destination. `fit`: the proven bytes, in a file that can stay as it is, with its owner, times and
 * mode. `unfit`: the proven bytes, but another user could change the file, or this user could not run it, so a new
 * file must replace it. `other`: other bytes, with their digest by the proven digest's algorithm if the file can be
 * read and is not too large.
 */
export type Occupant =
  | { readonly kind: 'absent' | 'fit' }
  | { readonly kind: 'other'; readonly digest: string | undefined }
  | { readonly kind: 'unfit'; readonly why: string };

/** A proven file that was already installed. It is checked again before the run ends. */
export interface InstalledFile {
  readonly destination: string;
  readonly proven: Pick<ProvenDigest, 'algorithm' | 'hex'>;
  /** Whether the file must be executable. */
  readonly executable: boolean;
  /** The most that a file of its kind has: a larger file is another one, and is not hashed. */
  readonly maxBytes: number;
  /** As it was before it was hashed and found to be right. */
  readonly measured?: FileState | undefined;
}

/** Which file is open, and when something of it changed last. */
export interface FileState extends FileIdentity {
  readonly changedNs: bigint;
}

/** A file at a destination, before it is known which bytes are the right ones. */
export interface MeasuredOccupant {
  /** Undefined if it cannot be read, or is larger than any of its kind. */
  readonly digest: string | undefined;
  /** Why the file must be replaced even if its bytes are right; undefined if it may stay. */
  readonly why: string | undefined;
  /** Before it was hashed; undefined if it cannot be read. */
  readonly state: FileState | undefined;
}

/**
 * Hashes what is at a destination.
 *
 * @returns undefined if nothing is there.
 * @throws InstallError like `inspectDestination`
 */
export async function measureOccupant(
  { destination, executable, maxBytes }: Omit<InstalledFile, 'proven'>,
  algorithm: HashAlgorithm,
  signal: AbortSignal | undefined,
): Promise<MeasuredOccupant | undefined> {
  const found = await withFile(resolve(destination), async (handle): Promise<MeasuredOccupant> => {
    const state = stateOf(await handle.stat({ bigint: true }));
    const [digest] = (await hashWhole(handle, maxBytes, [algorithm], signal)) ?? [];
    return { digest, why: await whyUnfit(await handle.stat({ bigint: true }), executable), state };
  });
  if (found === 'absent') return undefined;
  return found === 'unreadable' ? { digest: undefined, why: undefined, state: undefined } : found;
}

/** What a measured file is, now that it is known which bytes are the right ones. */
export function judgeOccupant(measured: MeasuredOccupant | undefined, hex: string): Occupant {
  if (measured === undefined) return { kind: 'absent' };
  const { digest, why } = measured;
  if (digest !== hex) return { kind: 'other', digest };
  return why === undefined ? { kind: 'fit' } : { kind: 'unfit', why };
}

/**
 * Checks whether the destination already holds the proven bytes, in a file that no other user can change.
 *
 * @throws InstallError like `inspectDestination`; an unreadable file counts as `other`.
 */
export async function findInstalled(
  { proven, ...file }: InstalledFile,
  signal: AbortSignal | undefined,
): Promise<Occupant> {
  return judgeOccupant(await measureOccupant(file, proven.algorithm, signal), proven.hex);
}

/** The digests of a file; undefined if it is larger than any of its kind. */
async function hashWhole(
  handle: FileHandle,
  maxBytes: number,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const { size } = await handle.stat();
  return size > maxBytes ? undefined : hashBeginning(handle, size, algorithms, signal);
}

/** Completes "a new file took the place of one with the same bytes: ". */
async function whyUnfit(file: BigIntStats, executable: boolean): Promise<string | undefined> {
  if (!isOwnOrRoots(file)) return `it belonged to user ${file.uid}`;
  if (file.nlink !== 1n) return `it had ${file.nlink} names`;
  if (isSetId(file)) return 'it ran with the rights of its owner or group (setuid or setgid)';
  const [who] = (await othersCanWrite(file)) ?? [];
  if (who !== undefined) return `${who} could write to it`;
  return executable && !mayRun(file) ? 'it could not be run' : undefined;
}

/** Root may run a file if any execute bit is set. */
function mayRun(file: BigIntStats): boolean {
  if (process.geteuid === undefined) return true;
  const bits = process.geteuid() === 0 ? 0o111n : isOwn(file) ? 0o100n : 0o011n;
  return (file.mode & bits) !== 0n;
}

/**
 * Checks a file that was left alone once more, while the files that came with it are placed: nothing of it has changed
 * since it was hashed, or it is hashed again.
 *
 * @throws InstallError `place-failed` if it has changed.
 */
export async function assertStillInstalled(
  installed: InstalledFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await isUntouched(installed)) return;
  const { kind } = await findInstalled(installed, signal);
  if (kind !== 'fit') throw changed(installed, kind);
}

/** A change in the same moment as an earlier one may leave no trace: the clock of a file system ticks slowly. */
const RECENT_NS = 2_000_000_000n;

/** Writing to a file, renaming another one to its name, and changing its mode or owner all show in its state. */
async function isUntouched({ destination, measured }: InstalledFile): Promise<boolean> {
  if (measured === undefined) return false;
  if (BigInt(Date.now()) * 1_000_000n - measured.changedNs < RECENT_NS) return false;
  const untouched = await withFile(resolve(destination), async (handle) => {
    const state = stateOf(await handle.stat({ bigint: true }));
    return isSameFile(state, measured) && state.changedNs === measured.changedNs;
  });
  return untouched === true;
}

function stateOf(found: BigIntStats): FileState {
  return { ...identityOf(found), changedNs: found.ctimeNs };
}

function changed({ destination, proven }: InstalledFile, kind: string): InstallError {
  return new InstallError('place-failed', `${destination} was changed while this ran`, {
    wanted: `${proven.algorithm}:${proven.hex}, as it was a moment ago`,
    found: kind === 'absent' ? 'no such file' : 'another file, or the same file with other permissions',
    why: 'another user or program writes to that directory',
    next: 'find that user or program, then run this again',
  });
}

/**
 * More digests (hex) of a file that was found to be fit, in the order of the algorithms.
 *
 * @throws InstallError `place-failed` if it has changed.
 */
export async function hashInstalled(
  installed: InstalledFile,
  algorithms: readonly HashAlgorithm[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { destination, maxBytes, proven } = installed;
  const hashes = await withFile(resolve(destination), async (handle) => {
    const all = [proven.algorithm, ...algorithms];
    const [found, ...further] = (await hashWhole(handle, maxBytes, all, signal)) ?? [];
    return found === proven.hex ? further : 'other';
  });
  if (typeof hashes === 'string') throw changed(installed, hashes);
  return hashes;
}

/**
 * Sets the mode of a proven file that is already installed. Never touches a link's target or another file in its place.
 *
 * @throws InstallError `destination-unsuitable` for a link, `place-failed` if it is no longer the proven file.
 */
export async function setInstalledMode(
  installed: InstalledFile,
  mode: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { destination, proven, maxBytes } = installed;
  const done = await withFile(resolve(destination), async (handle) => {
    const found = await handle.stat();
    if ((found.mode & ALL_MODE_BITS) === mode) return 'fit';
    const [hex] = (await hashWhole(handle, maxBytes, [proven.algorithm], signal)) ?? [];
    if (hex !== proven.hex) return 'other';
    await setMode(handle, mode);
    return 'fit';
  });
  if (done !== 'fit') throw changed(installed, done);
}

const ALL_MODE_BITS = 0o7777;

/**
 * Reads from a file that was found to be fit.
 *
 * @throws InstallError `place-failed` if it is gone or no longer such a file.
 */
export async function readInstalled<Result extends object>(
  installed: InstalledFile,
  use: (file: Pick<VerifiedFile, 'bytes' | 'readAt'>) => Promise<Result>,
): Promise<Result> {
  const result = await withFile(resolve(installed.destination), async (handle) =>
    use({ bytes: (await handle.stat()).size, readAt: readerOf(handle) }),
  );
  if (typeof result === 'string') throw changed(installed, result);
  return result;
}

/**
 * Opens the file at a destination and reads from it. Its bytes are not verified, so do not trust them.
 *
 * @param maxBytes a larger file is not read.
 * @returns undefined where there is no such file, or it cannot be read.
 * @throws InstallError like `inspectDestination`
 */
export async function readOccupant<Result>(
  destination: string,
  maxBytes: number,
  use: (file: Pick<VerifiedFile, 'bytes' | 'readAt'>) => Promise<Result>,
): Promise<Result | undefined> {
  const result = await withFile(resolve(destination), async (handle) => {
    const { size } = await handle.stat();
    return { value: size > maxBytes ? undefined : await use({ bytes: size, readAt: readerOf(handle) }) };
  });
  return typeof result === 'string' ? undefined : result.value;
}

function readerOf(handle: FileHandle): VerifiedFile['readAt'] {
  return async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
}

/** Copies an existing file into a staging file, so that this user owns the same bytes without a download. */
export async function stageCopy(
  destination: string,
  staged: StagedArtifact,
  maxBytes: number,
): Promise<'copied' | 'absent' | 'unreadable'> {
  return withFile(resolve(destination), async (handle): Promise<'copied'> => {
    const bytes = Math.min((await handle.stat()).size, maxBytes);
    await copyBeginning(handle, bytes, (chunk) => staged.write(chunk));
    return 'copied';
  });
}

/** Opens the file without following a link. */
async function withFile<Result>(
  path: string,
  use: (handle: FileHandle) => Promise<Result>,
): Promise<Result | 'absent' | 'unreadable'> {
  let directory: HeldDirectory | undefined;
  let handle: FileHandle | undefined;
  try {
    directory = await HeldDirectory.open(dirname(path));
    const entry = { directory, name: basename(path) };
    if ((await inspectEntry(entry)) === 'absent') return 'absent';
    handle = await directory.openFile(entry.name).catch(() => undefined);
    return handle === undefined ? 'unreadable' : await use(handle);
  } catch (error) {
    if (directory === undefined && isAbsent(error)) return 'absent';
    throw diskError(error, `read ${path}`, path);
  } finally {
    await handle?.close();
    await directory?.close();
  }
}
