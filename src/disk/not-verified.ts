/** What is said where bytes are not, or are no longer, those that are proved. */
import { InstallError, RequestError, UntrustedError } from '../errors.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import type { Digest } from '../strict/digest.ts';
import type { StagedArtifact } from './staging.ts';

/** For bytes that are not those that were hashed any more; `found` is their digest, where all of them were read. */
export function writtenTo(what: string, hashed: Digest, found?: string): UntrustedError {
  return new UntrustedError('digest-mismatch', `something wrote to ${what} during the verification`, {
    check: 'digest',
    wanted: `${hashed.algorithm}:${hashed.hex}`,
    found: found === undefined ? 'other bytes in a part of it' : `${hashed.algorithm}:${found}`,
    next: 'verify a copy that nothing else writes to',
  });
}

export function notConfirmed(): RequestError {
  return new RequestError('usage', 'only an artifact whose digest was confirmed can be placed');
}

export function digestMismatch(name: string, proven: ProvenDigest, found: string): UntrustedError {
  return new UntrustedError('digest-mismatch', `${name} is not the file that was signed`, {
    check: 'digest',
    wanted: `${proven.algorithm}:${proven.hex}`,
    found: `${proven.algorithm}:${found}`,
    next: 'download it from its source or another mirror',
  });
}

export function swapped(staged: StagedArtifact): InstallError {
  return new InstallError('place-failed', `the staging file of ${staged.fileName} was changed or replaced`, {
    wanted: `${staged.path}, as it was when its digest was confirmed`,
    found: 'no such file, or another one',
    why: 'another program writes to that directory',
    next: 'install into a directory that only you can write to',
  });
}
