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

/**
 * What a failed system call means for whoever wants a file at `path`. Our own errors pass as they are.
 *
 * @param doing completes "could not ...", for example "write kubectl".
 */
export function diskError(error: unknown, doing: string, path: string): K8sVerifyError {
  if (error instanceof K8sVerifyError) return error;
  const directory = dirname(path);
  const found = error instanceof Error ? error.message : String(error);
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new InstallError('disk-full', `could not ${doing}: no space is left in ${directory}`, {
        found,
        advice: `free some space in ${directory} (or raise the quota), or name another place with --install-dir or --output`,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new InstallError(
        'destination-unwritable',
        `could not ${doing}: ${directory} may not be written by this user`,
        {
          found,
          advice:
            'run it as a user who may (for example with sudo), or name another place with --install-dir',
          cause: error,
        },
      );
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new InstallError('destination-unsuitable', `could not ${doing}: ${path} cannot be a file`, {
        found,
        advice: 'name another place with --install-dir or --output',
        cause: error,
      });
    default:
      return new InstallError('place-failed', `could not ${doing}`, {
        found,
        advice: `look at the disk that holds ${directory}`,
        cause: error,
      });
  }
}

/** @throws InterruptedError once the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new InterruptedError('interrupted; nothing was installed', { cause: signal.reason });
  }
}
