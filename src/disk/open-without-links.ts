/** Opens what is at a path without following links. Not every system has the flags for it. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InstallError } from '../errors.ts';
import { systemCode } from './disk-error.ts';
import { type FileIdentity, identityOf, type Inode, isSameInode } from './file-identity.ts';

/** Node's types declare every flag, but Windows has none of these. */
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;

/** A directory, opened and identified. */
export interface FoundDirectory {
  readonly identity: FileIdentity;
  readonly handle: FileHandle | undefined;
  /** A second path to the directory that cannot be moved; undefined if the system has none. */
  readonly base: string | undefined;
}

/** @throws Error from the system, also if the path is a link; InstallError `destination-unsuitable` */
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

/** Undefined if the directory cannot be opened: on Windows, or without the right to read it. */
async function openDirectory(path: string): Promise<FileHandle | undefined> {
  if (O_DIRECTORY === undefined || O_NOFOLLOW === undefined) return undefined;
  try {
    return await open(path, constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (systemCode(error) === 'EACCES') return undefined;
    throw error;
  }
}

/** The descriptor as a path, if the system has such paths and this one leads to the right directory. */
async function baseOf(handle: FileHandle, identity: Inode): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const base = `/proc/self/fd/${handle.fd}`;
  const found = await stat(base, { bigint: true }).catch(() => undefined);
  return found !== undefined && isSameInode(identityOf(found), identity) ? base : undefined;
}

/** Creates a file. Fails if the name is taken, even by a link. */
export async function createWithoutLinks(path: string, mode: number): Promise<FileHandle> {
  const create = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  // Windows has no O_NOFOLLOW, but O_EXCL refuses any name that is taken, also by a link.
  return open(path, O_NOFOLLOW === undefined ? create : create | O_NOFOLLOW, mode);
}

/** Opens what is there for reading. The caller checks whether it is a file. */
export async function openWithoutLinks(path: string): Promise<FileHandle> {
  if (O_NOFOLLOW !== undefined && O_NONBLOCK !== undefined) {
    // O_NONBLOCK: opening a pipe that has no writer returns at once, and the caller then refuses it.
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
    next: 'choose another place with --install-dir or --output',
  });
}

/** The path no longer leads to what we opened. */
export function moved(path: string): InstallError {
  return new InstallError('place-failed', `${path} was moved or replaced while it was in use`, {
    wanted: `${path}, as it was when it was opened`,
    found: 'something else at that path',
    why: `another user or program changes ${dirname(path)}`,
    next: 'install into a directory that only you can change',
  });
}
