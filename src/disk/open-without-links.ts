/** Opening what is at a path, and no link: the flags are not there on every system. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InstallError } from '../errors.ts';
import { systemCode } from './disk-error.ts';
import { type FileIdentity, identityOf, type Inode, isSameInode } from './file-identity.ts';

/** Node's types promise every flag; Windows has none of these. */
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;

/** A directory as it was found. */
export interface FoundDirectory {
  readonly identity: FileIdentity;
  readonly handle: FileHandle | undefined;
  /** Another name of the directory that cannot be moved; undefined where there is none. */
  readonly base: string | undefined;
}

/** @throws Error as the system has it, also where it is a link; InstallError `destination-unsuitable` */
export async function findDirectory(path: string): Promise<FoundDirectory> {
  const handle = await openDirectory(path);
  if (handle === undefined) {
    const found = await lstat(path, { bigint: true });
    if (!found.isDirectory()) throw notADirectory(path);
    return { identity: identityOf(found), handle, base: undefined };
  }
  try {
    const identity = identityOf(await handle.stat({ bigint: true }));
    return { identity, handle, base: await baseOf(handle, identity) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Undefined where a directory cannot be opened: on Windows, or without the right to read it. */
async function openDirectory(path: string): Promise<FileHandle | undefined> {
  if (O_DIRECTORY === undefined || O_NOFOLLOW === undefined) return undefined;
  try {
    return await open(path, constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (systemCode(error) === 'EACCES') return undefined;
    throw error;
  }
}

/** The descriptor as a path, where the system has that and it leads where it should. */
async function baseOf(handle: FileHandle, identity: Inode): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const base = `/proc/self/fd/${handle.fd}`;
  const found = await stat(base, { bigint: true }).catch(() => undefined);
  return found !== undefined && isSameInode(identityOf(found), identity) ? base : undefined;
}

/** A new file; never one that is there, and never through a link. */
export async function createWithoutLinks(path: string, mode: number): Promise<FileHandle> {
  const create = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  // Windows has no O_NOFOLLOW: there, too, O_EXCL refuses any name that is taken, a link's included.
  return open(path, O_NOFOLLOW === undefined ? create : create | O_NOFOLLOW, mode);
}

/** What is there, for reading: a file, or what turns out to be something else. */
export async function openWithoutLinks(path: string): Promise<FileHandle> {
  if (O_NOFOLLOW !== undefined && O_NONBLOCK !== undefined) {
    // A pipe that nobody writes to is opened at once, and then found to be none of ours.
    return open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  }
  const named = await lstat(path, { bigint: true });
  if (!named.isFile()) throw new Error(`${path} is not a regular file`);
  const handle = await open(path, constants.O_RDONLY);
  if (isSameInode(identityOf(await handle.stat({ bigint: true })), identityOf(named))) return handle;
  await handle.close();
  throw moved(path);
}

function notADirectory(path: string): InstallError {
  return new InstallError('destination-unsuitable', `${path} is not a directory`, {
    wanted: 'a directory',
    found: 'something else',
    next: 'name another place with --install-dir or --output',
  });
}

/** What was found is not at its path any more. */
export function moved(path: string): InstallError {
  return new InstallError('place-failed', `${path} was moved or replaced while it was in use`, {
    wanted: `${path}, as it was when it was opened`,
    found: 'something else at that path',
    why: `another user or program changes ${dirname(path)}`,
    next: 'install into a directory that only you can change',
  });
}
