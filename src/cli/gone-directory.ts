import { RequestError } from '../errors.ts';

/**
 * The same error, unless a relative path could not be resolved because the working directory was removed. That is not a
 * fault of k8s-verify.
 */
export function withoutBlame(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')) return error;
  return new RequestError('file-not-readable', 'the working directory is gone', {
    wanted: 'a directory in which relative paths mean something',
    found: 'one that was removed after this shell entered it',
    next: 'change to another directory (cd), or name every file and directory by its whole path',
    cause: error,
  });
}
