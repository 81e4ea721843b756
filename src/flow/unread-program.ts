import { RequestError } from '../errors.ts';
import { unreadableReason } from '../files/unreadable-file.ts';
import type { ScannedProgram } from './scan-program.ts';

/** A file or directory that a scan could not look at. */
export function unreadProgram(path: string, cause: unknown): ScannedProgram {
  const isThere = !(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT');
  const error = new RequestError('subject-not-readable', `${path} cannot be read`, {
    found: unreadableReason(cause),
    next: isThere ? 'scan as a user who may read it, as root for instance' : 'check the path',
    cause,
  });
  return { path, pids: [], isDeleted: false, kind: 'failed', verdict: 'unreadable', error };
}
