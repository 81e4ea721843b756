import { RequestError } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of its path is not a directory',
  EISDIR: 'a directory',
  EACCES: 'a file that this user may not read',
  EPERM: 'a file that this user may not read',
};

const DIRECTORY_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'not a directory',
  EACCES: 'a directory that this user may not open',
  EPERM: 'a directory that this user may not open',
  ELOOP: 'links that lead in a circle',
};

/** Explains why a file could not be read. */
export function unreadableReason(cause: unknown): string {
  return reasonOf(cause, REASONS);
}

/** Explains why a directory could not be opened. */
export function unopenedReason(cause: unknown): string {
  return reasonOf(cause, DIRECTORY_REASONS);
}

function reasonOf(cause: unknown, reasons: Readonly<Record<string, string>>): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  return reasons[code] ?? message;
}

/**
 * The error for a file that the user named and that cannot be read.
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
