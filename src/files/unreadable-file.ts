import { RequestError } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of its path is no directory',
  EISDIR: 'a directory',
  EACCES: 'a file that this user may not read',
  EPERM: 'a file that this user may not read',
};

/** What a failed system call says of a file that was to be read, in words. */
export function unreadableReason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  return REASONS[code] ?? message;
}

/**
 * A file that a user named, and that cannot be read: one error for all of them.
 *
 * @param file "the bundle kubectl.sigstore.json".
 */
export function unreadableFile(
  file: string,
  cause: unknown,
  details: { readonly wanted?: string; readonly next: string },
): RequestError {
  return new RequestError('file-not-readable', `${file} cannot be read`, {
    ...details,
    found: unreadableReason(cause),
    cause,
  });
}
