import { systemCode } from '../disk/disk-error.ts';
import { K8sVerifyError } from '../errors.ts';

/** Why something in the data directory is not used. Its message completes "... is not used: ". */
export class NotUsed extends Error {}

export function tooLarge(maxBytes: number): NotUsed {
  return new NotUsed(`it is larger than ${maxBytes} bytes`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the system makes nothing there',
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left for this user',
  ELOOP: 'it is a link',
  EMLINK: 'it is a link',
  ENOTDIR: 'it is not a directory',
  EISDIR: 'it is a directory',
  ENXIO: 'it is not a regular file',
};

/** The reason for people, in a few words. */
export function whyNot(error: unknown): string {
  if (error instanceof K8sVerifyError || error instanceof NotUsed) return error.message;
  const known = REASONS[systemCode(error)];
  return known ?? (error instanceof Error ? error.message : String(error));
}
