/** V8's compiled code, kept between runs in a directory that nobody but the user can write to. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { MAX_COMPILED_CODE_BYTES } from '../limits.ts';

/** Code of one chunk is for exactly one source; V8 itself compares no more of the source than its length. */
export interface CompiledCodeCache {
  read(chunk: string, source: Uint8Array): Buffer | undefined;
  /**
   * Keeps the code of a chunk that {@link read} was asked for. Does nothing where it cannot be written: without it the
   * next run is a little slower.
   */
  write(chunk: string, code: Uint8Array): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's own cache directory by the platform's convention, or the one that Node's own variable names; undefined
 * where the environment names none, or where it says that none is wanted.
 */
export function cacheDirectory(platform: NodeJS.Platform, environment: Environment): string | undefined {
  if (environment['NODE_DISABLE_COMPILE_CACHE']) return undefined;
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  const within = (variable: string, ...rest: readonly string[]): string | undefined => {
    const base = environment[variable];
    return base !== undefined && flavour.isAbsolute(base)
      ? flavour.join(base, ...rest, 'k8s-verify', 'compiled-code')
      : undefined;
  };
  const named = within('NODE_COMPILE_CACHE');
  if (named !== undefined) return named;
  if (platform === 'win32') return within('LOCALAPPDATA');
  if (platform === 'darwin') return within('HOME', 'Library', 'Caches');
  return within('XDG_CACHE_HOME') ?? within('HOME', '.cache');
}

/** Undefined where there is no directory that only this user can write to: compiled code is run as it is found. */
export function openCompiledCodeCache(
  platform: NodeJS.Platform,
  environment: Environment,
): CompiledCodeCache | undefined {
  const base = cacheDirectory(platform, environment);
  const directory = base === undefined ? undefined : privateDirectory(base);
  if (directory === undefined) return undefined;
  const files = new Map<string, string>();
  return {
    read(chunk, source) {
      const origin = `${process.version}-${process.arch}-${crc32(source).toString(16)}`;
      const file = path.join(directory, `${chunk}-${origin}.code`);
      files.set(chunk, file);
      return unseal(readIfThere(file));
    },
    write(chunk, code) {
      const file = files.get(chunk);
      if (file !== undefined) replace(file, seal(code));
    },
  };
}

/** Eight, so that the code behind it is aligned as V8 wants it; the second half is not used. */
const SEAL_BYTES = 8;

/** V8 does not notice damaged code, and runs it. */
function seal(code: Uint8Array): Buffer {
  const header = Buffer.alloc(SEAL_BYTES);
  header.writeUInt32LE(crc32(code));
  return Buffer.concat([header, code]);
}

function unseal(sealed: Buffer | undefined): Buffer | undefined {
  if (sealed === undefined || sealed.length <= SEAL_BYTES) return undefined;
  const code = sealed.subarray(SEAL_BYTES);
  return crc32(code) === sealed.readUInt32LE() ? code : undefined;
}

/** No link, and no waiting for somebody to write to a pipe. Windows has neither flag. */
const READ_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function readIfThere(file: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, READ_FILE);
    return isUsersFile(fstatSync(descriptor)) ? readFileSync(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Somebody else may have left a file while the directory was still open to others. */
function isUsersFile(status: Stats): boolean {
  const user = process.geteuid?.();
  const ownersAlone = user === undefined || (status.uid === user && (status.mode & 0o022) === 0);
  return status.isFile() && status.size <= MAX_COMPILED_CODE_BYTES && ownersAlone;
}

/** Whole or not at all, whoever else does the same. */
function replace(file: string, content: Uint8Array): void {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    discard(temporary);
  }
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}

function privateDirectory(directory: string): string | undefined {
  try {
    if (!belongsToUser(nearestExisting(directory))) return undefined;
    makeWithParents(directory);
    const real = realpathSync(directory);
    return onlyOwnerWrites(real) ? real : undefined;
  } catch {
    return undefined;
  }
}

/** With `sudo` and the caller's HOME nothing is made there: it would be root's, and the caller locked out of it. */
function belongsToUser(directory: string): boolean {
  const user = process.geteuid?.();
  return user === undefined || lstatSync(directory).uid === user;
}

/** One after the other: Node's own way to make them all never ends in /proc, which says for ever that they are missing. */
function makeWithParents(directory: string): void {
  if (existsSync(directory)) return;
  makeWithParents(path.dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
}

function nearestExisting(directory: string): string {
  return existsSync(directory) ? directory : nearestExisting(path.dirname(directory));
}

/**
 * Compiled code is run as it is found, so nobody else may be able to put it there: the directory is this user's
 * alone, and no directory above it belongs to, or can be changed by, anybody but this user and root. (With
 * `sudo` and the caller's HOME, for example, root finds the caller's directory here, and does not use it.)
 */
function onlyOwnerWrites(directory: string): boolean {
  const user = process.geteuid?.();
  // Windows: the directory lies in the user's profile, which others cannot write to.
  if (user === undefined) return true;
  const own = lstatSync(directory);
  if (own.uid !== user || (own.mode & 0o022) !== 0) return false;
  for (let above = path.dirname(directory); ; above = path.dirname(above)) {
    const { uid, mode } = lstatSync(above);
    const sticky = (mode & 0o1000) !== 0;
    if ((uid !== user && uid !== 0) || ((mode & 0o022) !== 0 && !sticky)) return false;
    if (above === path.dirname(above)) return true;
  }
}
