import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InstallError, InterruptedError, K8sVerifyError } from '../errors.ts';

/** The code of a failed system call (`ENOSPC`), or an empty string where the error is something else. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True where nothing is at the path, or a part of the path is missing. */
export function isAbsent(error: unknown): boolean {
  return systemCode(error) === 'ENOENT';
}

const ELSEWHERE = 'name another place with --install-dir or --output';

/**
 * What a failed system call means for whoever wants a file at `path`. Our own errors pass as they are.
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
 * The file that is on its way does not fit.
 *
 * @param sizes bytes.
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
  /** Completes the message; undefined where nothing is known but that it failed. */
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
        advice: 'name a place on another disk with --install-dir or --output; no user may write to this one',
      };
    case 'EBUSY':
      return {
        kind: 'place-failed',
        says: `${path} is in use, or something is mounted there`,
        advice: `end what uses it, or ${ELSEWHERE}`,
      };
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return { kind: 'destination-unsuitable', says: `${path} cannot be a file`, advice: ELSEWHERE };
    default:
      return {
        kind: 'place-failed',
        says: undefined,
        advice: `look at the disk that holds ${directory}`,
      };
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

/** `owner user 0, mode 755`; undefined where the system does not tell. */
function standingOf(directory: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const { uid, mode } = statSync(directory);
    return `owner ${uid === 0 ? 'root' : `user ${uid}`}, mode ${(mode & 0o7777).toString(8)}`;
  } catch {
    return undefined;
  }
}

/** Permission bits say no, and another user may have what it takes; root and Windows know no sudo. */
function forbidden(directory: string): Meaning {
  const says = `${FORBIDDEN}${directory}`;
  const kind = 'destination-unwritable';
  if (process.platform === 'win32') {
    return { kind, says, advice: `end programs that use it, run this as an administrator, or ${ELSEWHERE}` };
  }
  if (process.geteuid?.() === 0) {
    return { kind, says: `${directory} may not be written, not even by root`, advice: ELSEWHERE };
  }
  const advice = `run it as a user who may (for example with sudo), or ${ELSEWHERE}`;
  return { kind, says, advice };
}

/** The system refuses the act itself, whoever asks: a file that may not be changed, a disk that lacks what was asked. */
function refused(directory: string): Meaning {
  if (process.platform === 'win32') return forbidden(directory);
  return {
    kind: 'destination-unwritable',
    says: `the system does not let it be changed in ${directory}`,
    advice: `look whether it is marked as not to be changed (lsattr, or chflags on macOS), or ${ELSEWHERE}`,
  };
}

/** Codes that such a file system answers with, each meaning something else on a disk. */
const NOT_ON_PSEUDO: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EPERM', 'EINVAL']);

/** Linux's file systems that show the system's own state, by their numbers: proc, sys, cgroup, debug and their like. */
const PSEUDO_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x63677270, 0x27e0eb, 0x64626720, 0x74726163, 0x73636673, 0x62656570, 0x1cd1,
]);

/** Where the nearest directory that is there is on no disk at all. */
function pseudo(path: string): Meaning | undefined {
  if (process.platform !== 'linux') return undefined;
  for (let at = dirname(path); ; at = dirname(at)) {
    try {
      const isPseudo = PSEUDO_FILE_SYSTEMS.has(statfsSync(at).type);
      if (!isPseudo) return undefined;
      return {
        kind: 'destination-unsuitable',
        says: `${at} is no disk, and holds no files`,
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
