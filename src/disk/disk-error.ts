import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InstallError, InterruptedError, K8sVerifyError } from '../errors.ts';

/** The code of a failed system call (`ENOSPC`), or an empty string for any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True if nothing is at the path, or a part of the path is missing. */
export function isAbsent(error: unknown): boolean {
  return systemCode(error) === 'ENOENT';
}

const ELSEWHERE = 'choose another place with --install-dir or --output';

/**
 * Turns a failed system call into an error that says what to do about a file at `path`. Our own errors pass through
 * unchanged.
 *
 * @param doing completes "could not ...", for example "write kubectl".
 */
export function diskError(error: unknown, doing: string, path: string): K8sVerifyError {
  if (error instanceof K8sVerifyError) return error;
  const code = systemCode(error);
  const found = error instanceof Error ? error.message : String(error);
  const { kind, says, advice } =
    (NOT_ON_PSEUDO.has(code) ? pseudo(path) : undefined) ?? meaningOf(code, path);
  if (says === undefined)
    return new InstallError(kind, `could not ${doing}`, { found, next: advice, cause: error });
  return says.startsWith(FORBIDDEN)
    ? new InstallError(kind, says, { found: standingOf(dirname(path)) ?? found, next: advice, cause: error })
    : new InstallError(kind, `could not ${doing}: ${says}`, { found, next: advice, cause: error });
}

/**
 * The error for a file that does not fit on the disk.
 *
 * @param sizes in bytes.
 */
export function diskTooSmall(
  fileName: string,
  directory: string,
  { needed, free }: { readonly needed: bigint; readonly free: bigint },
): InstallError {
  const { kind, says, advice } = full(directory);
  return new InstallError(kind, `could not write ${fileName}: ${says}`, {
    wanted: `room for ${needed} bytes`,
    found: `${free} bytes free for this user`,
    next: advice,
  });
}

interface Meaning {
  readonly kind: InstallError['code'];
  /** Completes the message; undefined if all we know is that it failed. */
  readonly says: string | undefined;
  readonly advice: string;
}

function meaningOf(code: string, path: string): Meaning {
  const directory = dirname(path);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return full(directory);
    case 'EACCES':
      return forbidden(directory);
    case 'EPERM':
      return refused(directory);
    case 'EROFS':
      return {
        kind: 'destination-unwritable',
        says: `the disk that holds ${directory} is read-only`,
        advice:
          'choose a place on another disk with --install-dir or --output; no user can write to this one',
      };
    case 'EBUSY':
      return {
        kind: 'place-failed',
        says: `${path} is in use, or something is mounted there`,
        advice: `stop the program that uses it, or ${ELSEWHERE}`,
      };
    case 'ENOTDIR':
      return {
        kind: 'destination-unsuitable',
        says: `${notDirectory(path) ?? path} is not a directory`,
        advice: ELSEWHERE,
      };
    case 'EEXIST':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return { kind: 'destination-unsuitable', says: `${path} cannot be a file`, advice: ELSEWHERE };
    default:
      return {
        kind: 'place-failed',
        says: undefined,
        advice: `check the disk that holds ${directory}`,
      };
  }
}

/** The file that blocks the path because a directory should be there; undefined if no file does. */
function notDirectory(path: string): string | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  return notDirectory(parent) ?? (isOther(parent) ? parent : undefined);
}

function isOther(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function full(directory: string): Meaning & { readonly says: string } {
  return {
    kind: 'disk-full',
    says: `no space is left in ${directory}`,
    advice: `free some space in ${directory} (or raise the quota), or ${ELSEWHERE}`,
  };
}

const FORBIDDEN = 'you may not write to ';

/** `owner user 0, mode 755`; undefined if the system does not tell. */
function standingOf(directory: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const { uid, mode } = statSync(directory);
    return `owner ${uid === 0 ? 'root' : `user ${uid}`}, mode ${(mode & 0o7777).toString(8)}`;
  } catch {
    return undefined;
  }
}

/**
 * The permission bits forbid it, and another user may have the rights. There is no sudo to suggest to root or on
 * Windows.
 */
function forbidden(directory: string): Meaning {
  const says = `${FORBIDDEN}${directory}`;
  const kind = 'destination-unwritable';
  if (process.platform === 'win32') {
    return {
      kind,
      says,
      advice: `close the programs that use it, run this as an administrator, or ${ELSEWHERE}`,
    };
  }
  if (process.geteuid?.() === 0) {
    return { kind, says: `not even root may write to ${directory}`, advice: ELSEWHERE };
  }
  const advice = `run this as a user who may (for example with sudo), or ${ELSEWHERE}`;
  return { kind, says, advice };
}

/** The system refuses the operation for every user: the file is marked immutable, or the disk does not support it. */
function refused(directory: string): Meaning {
  if (process.platform === 'win32') return forbidden(directory);
  return {
    kind: 'destination-unwritable',
    says: `the system does not allow this change in ${directory}`,
    advice: `check whether it is marked immutable (lsattr, or ls -lO on macOS), or ${ELSEWHERE}`,
  };
}

/** Error codes that mean something else on a pseudo file system than on a disk. */
const NOT_ON_PSEUDO: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EPERM', 'EINVAL']);

/**
 * Magic numbers of Linux's pseudo file systems, which show the system's own state: proc, sysfs, cgroup, debugfs and
 * others.
 */
const PSEUDO_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x63677270, 0x27e0eb, 0x64626720, 0x74726163, 0x73636673, 0x62656570, 0x1cd1,
]);

/** @param type of the file system, as `statfs` has it. */
export function isPseudo(type: number): boolean {
  return process.platform === 'linux' && PSEUDO_FILE_SYSTEMS.has(type);
}

/** The error to give if the nearest existing directory is on a pseudo file system. */
function pseudo(path: string): Meaning | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    try {
      if (!isPseudo(statfsSync(at).type)) return undefined;
      return {
        kind: 'destination-unsuitable',
        says: `${at} is not on a disk and cannot hold files`,
        advice: ELSEWHERE,
      };
    } catch {
      if (at === dirname(at)) return undefined;
    }
  }
}

/** @throws InterruptedError once the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new InterruptedError('interrupted; nothing was installed', { cause: signal.reason });
  }
}
